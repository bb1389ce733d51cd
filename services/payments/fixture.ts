// For this service's tests: payments with a simulator of its own, whose webhooks really travel over HTTP.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ClientOf, Message } from '@souk/contracts'
import { type Payment, paymentsApi } from '@souk/contracts/payments'
import type { Sql } from '@souk/postgres'
import type { Caller } from '@souk/service'
import { anonymous, eventually, staff, startForTest, type TestShop } from '@souk/service/fixture'
import type { PaymentsContext } from './context.ts'
import { invariants } from './invariants.ts'
import type { ProviderEntry } from './providers/provider.ts'
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
  pay(token: string, orderId?: string): Promise<Payment>
  /** Does something that the bank will not answer, and does not wait long for it. */
  withShortTimeout<T>(work: () => Promise<T>): Promise<T>
  status(orderId: string): Promise<Payment['status']>
  /** Waits until the payment has this status. */
  waitForStatus(orderId: string, status: Payment['status']): Promise<void>
  /** Sends a message to the service, as orders would. */
  tell(message: Message): Promise<void>
  /** Types of the messages about an order, in their order. */
  said(orderId: string): string[]
  /** What the simulator really did for an order. */
  entries(orderId: string): Promise<ProviderEntry[]>
  /** What webhooks came in over HTTP. */
  readonly webhooks: { body: string; signature: string; status: number }[]
  /** Moves the service's clock. */
  wait(seconds: number): void
  stop(): Promise<void>
}

/** A slow machine is no bank that does not answer. */
const patienceMs = 7_000

export async function startPayments(env: Record<string, string> = {}): Promise<TestPayments> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-simulator-'))
  const webhooks: TestPayments['webhooks'] = []
  let later = 0
  // Stands in for the gateway: passes webhooks on to the service.
  const door = createServer(async (request, response) => {
    try {
      const body = await buffer(request)
      const signature = String(request.headers['souk-signature'])
      const input = { params: { provider: 'simulator' }, headers: { 'souk-signature': signature }, body }
      const { status } = await shop.request(paymentsApi.routes.webhook, input, anonymous)
      webhooks.push({ body: body.toString(), signature, status })
      response.writeHead(status).end()
    } catch {
      response.writeHead(503).end() // It is sent again.
    }
  })
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done))
  const { port } = door.address() as AddressInfo
  const shop = await startForTest([payments], {
    env: {
      PAYMENTS_SIMULATOR_FOLDER: folder,
      PAYMENTS_SIMULATOR_WEBHOOK_URL: `http://127.0.0.1:${port}/webhook`,
      PAYMENTS_PROVIDER_TIMEOUT_MS: String(patienceMs),
      ...env,
    },
    now: () => new Date(Date.now() + later),
  })
  const context = shop.running.services.get('payments')?.context as PaymentsContext
  const { sql } = shop.database('payments')
  const simulator = context.resources.simulator as Simulator
  const api = shop.as(paymentsApi, orders)

  const withShortTimeout: TestPayments['withShortTimeout'] = async (work) => {
    Object.assign(context.settings, { providerTimeoutMs: 500 })
    try {
      return await work()
    } finally {
      Object.assign(context.settings, { providerTimeoutMs: patienceMs })
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
    webhooks,
    pay(token, orderId = randomUUID()) {
      const body = { amount: price, payment: { provider: 'simulator', token }, returnUrl: 'http://localhost:4000/back' }
      const asking = () => api.pay({ params: { orderId }, body })
      return token.startsWith('tok_timeout') ? withShortTimeout(asking) : asking()
    },
    withShortTimeout,
    status,
    waitForStatus: (orderId, wanted) =>
      eventually(`the payment is ${wanted}`, async () => (await status(orderId)) === wanted),
    tell: async (message) => void (await context.database.transaction(async ({ send }) => send(message))),
    said: (orderId) =>
      shop.transport.log
        .map((it) => JSON.parse(it.json) as { type: string; subject: string })
        .filter((it) => it.subject === orderId && !/(cancel|refund)-payment$/.test(it.type))
        .map((it) => it.type.replace('payments.', '')),
    async entries(orderId) {
      const entries: ProviderEntry[] = []
      for await (const entry of simulator.journal(new Date(0))) if (entry.orderId === orderId) entries.push(entry)
      return entries
    },
    wait: (seconds) => {
      later += seconds * 1000
    },
    async stop() {
      await shop.stop()
      await new Promise((done) => {
        door.close(done)
        door.closeAllConnections()
      })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What is findViolations now, by invariant. A sound shop has none. */
export async function findViolations(sql: Sql): Promise<string[]> {
  const found: string[] = []
  for (const { id, sql: text } of invariants) {
    const rows = await sql<{ detail: string }>(Object.assign([text], { raw: [text] }))
    found.push(...rows.map((row) => `${id}: ${row.detail}`))
  }
  return found
}
