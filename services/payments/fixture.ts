// For this service's tests: payments with a simulator of its own, whose webhooks travel over real HTTP.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ClientOf, Message } from '@souk/contracts'
import { type Payment, paymentsApi } from '@souk/contracts/payments'
import type { Log } from '@souk/messaging'
import type { Sql } from '@souk/postgres'
import type { Caller } from '@souk/service'
import { anonymous, eventually, staff, startForTest, type TestShop } from '@souk/service/fixture'
import type { PaymentsContext } from './context.ts'
import { invariants } from './invariants.ts'
import type { ProviderEntry } from './providers/provider.ts'
import { referenceOf } from './providers/simulator/accounts.ts'
import type { Simulator } from './providers/simulator/simulator.ts'
import { payments } from './service.ts'

const orders: Caller = { service: 'orders', role: 'anonymous' }
export const price = { amount: 4_998, currency: 'EUR' }

export interface TestPayments {
  readonly shop: TestShop
  readonly api: ClientOf<typeof paymentsApi>
  readonly staff: ClientOf<typeof paymentsApi>
  readonly sql: Sql
  readonly simulator: Simulator
  readonly context: PaymentsContext
  /** Webhooks that came in over HTTP. */
  readonly webhooks: readonly ReceivedWebhook[]
  pay(token: string, orderId?: string): Promise<Payment>
  /** Runs `work` with a short provider timeout: for calls that the simulator will not answer. */
  withShortTimeout<T>(work: () => Promise<T>): Promise<T>
  status(orderId: string): Promise<Payment['status']>
  /** Waits until the payment has this status. */
  waitForStatus(orderId: string, status: Payment['status']): Promise<void>
  /** Sends a message to the service, as orders would. */
  send(message: Message): Promise<void>
  /** Types of the messages about an order, in their order. */
  sentAbout(orderId: string): string[]
  /** The reference that the simulator gives to the payment of an order. */
  reference(orderId: string): Promise<string>
  /** What the simulator really did for an order. */
  entries(orderId: string): Promise<ProviderEntry[]>
  /** Moves the service's clock. */
  advanceClock(seconds: number): void
  stop(): Promise<void>
}
interface ReceivedWebhook {
  body: string
  signature: string
  status: number
}

/** Longer than the default, so that the slow disk of a test machine is not taken for a provider that does not answer. */
const providerTimeoutMs = 7_000

export async function startPayments(env: Record<string, string> = {}, log?: Log): Promise<TestPayments> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-simulator-'))
  const clock = { aheadMs: 0 }
  const webhooks: ReceivedWebhook[] = []
  const webhookServer = await startWebhookServer(() => shop, webhooks)
  const { port } = webhookServer.address() as AddressInfo
  const shop = await startForTest([payments], {
    env: {
      PAYMENTS_SIMULATOR_FOLDER: folder,
      PAYMENTS_SIMULATOR_WEBHOOK_URL: `http://127.0.0.1:${port}/webhook`,
      PAYMENTS_PROVIDER_TIMEOUT_MS: String(providerTimeoutMs),
      ...env,
    },
    now: () => new Date(Date.now() + clock.aheadMs),
    log,
  })
  return {
    ...helpersFor(shop),
    webhooks,
    advanceClock: (seconds) => {
      clock.aheadMs += seconds * 1000
    },
    async stop() {
      await shop.stop()
      await new Promise((done) => {
        webhookServer.close(done)
        webhookServer.closeAllConnections()
      })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function helpersFor(shop: TestShop): Omit<TestPayments, 'webhooks' | 'advanceClock' | 'stop'> {
  const context = shop.running.services.get('payments')?.context as PaymentsContext
  const { sql } = shop.database('payments')
  const simulator = context.resources.simulator as Simulator
  const api = shop.as(paymentsApi, orders)
  const withShortTimeout: TestPayments['withShortTimeout'] = async (work) => {
    Object.assign(context.settings, { providerTimeoutMs: 500 })
    try {
      return await work()
    } finally {
      Object.assign(context.settings, { providerTimeoutMs })
    }
  }
  const status = async (orderId: string) => {
    const [row] = await sql<{ status: Payment['status'] }>`select status from payment where order_id = ${orderId}`
    return row?.status ?? assert.fail('There is no such payment.')
  }
  return {
    shop,
    api,
    staff: shop.as(paymentsApi, staff),
    sql,
    simulator,
    context,
    pay(token, orderId = randomUUID()) {
      const body = { amount: price, payment: { provider: 'simulator', token }, returnUrl: 'http://localhost:4000/back' }
      const pay = () => api.pay({ params: { orderId }, body })
      return token.startsWith('tok_timeout') ? withShortTimeout(pay) : pay()
    },
    withShortTimeout,
    status,
    waitForStatus: (orderId, wanted) =>
      eventually(`the payment is ${wanted}`, async () => (await status(orderId)) === wanted),
    send: async (message) => void (await context.database.transaction(async ({ send }) => send(message))),
    sentAbout: (orderId) =>
      shop.transport.log
        .map((it) => JSON.parse(it.json) as { type: string; subject: string })
        .filter((it) => it.subject === orderId && !/(cancel|refund)-payment$/.test(it.type))
        .map((it) => it.type.replace('payments.', '')),
    async reference(orderId) {
      const [first] = await sql<{ id: string }>`
        select id from payment_operation where order_id = ${orderId} order by created_at limit 1`
      return referenceOf(first?.id ?? assert.fail('There is no such payment.'))
    },
    async entries(orderId) {
      const entries: ProviderEntry[] = []
      for await (const entry of simulator.journal(new Date(0))) if (entry.orderId === orderId) entries.push(entry)
      return entries
    },
  }
}

/** Stands in for the gateway: passes webhooks on to the service, and records them. */
async function startWebhookServer(shop: () => TestShop, webhooks: ReceivedWebhook[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    try {
      const body = await buffer(request)
      const signature = String(request.headers['souk-signature'])
      const input = { params: { provider: 'simulator' }, headers: { 'souk-signature': signature }, body }
      const { status } = await shop().request(paymentsApi.routes.webhook, input, anonymous)
      webhooks.push({ body: body.toString(), signature, status })
      response.writeHead(status).end()
    } catch {
      response.writeHead(503).end() // The simulator sends it again.
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}

/** A line for each row that breaks an invariant now. */
export async function findViolations(sql: Sql): Promise<string[]> {
  const found: string[] = []
  for (const { id, sql: text } of invariants) {
    const rows = await sql<{ detail: string }>(Object.assign([text], { raw: [text] }))
    found.push(...rows.map((row) => `${id}: ${row.detail}`))
  }
  return found
}
