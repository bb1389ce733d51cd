// `npm run bench -- --apart`: purchases of 32 shoppers at once, in turns, from a shop in one process and from one with a process per
// service, on the broker that BUS_URL names or the embedded one. `--replicas orders=2,gateway=2` goes to the second.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../local/brokers/broker.ts'
import { removeDataFolder } from '../local/postgres-home.ts'
import { type Client, type Measured, meanOf, measure, openClient } from './load.ts'
import { buy } from './purchase.ts'
import { goal, print, ratio, row, say } from './report.ts'

const shoppers = 32
const turns = 4
const seconds = 5
const warmUpSeconds = 10
const leastRatio = 0.6
const startSeconds = 180
const staffPassword = 'a-long-password-for-the-bench'

export interface Shop {
  client: Client
  skus: string[]
  stop(): Promise<void>
}

/** Measures and prints. The two shops have a data folder each, and only one of them works at a time. */
export async function benchApart(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-bench-'))
  const words = process.argv.slice(2).filter((word) => word !== '--apart')
  const shops: Shop[] = []
  try {
    shops.push(await openShop(join(folder, 'together'), [], { BUS_URL: undefined }))
    shops.push(await openShop(join(folder, 'apart'), ['--apart', ...words]))
    const [together, apart] = shops as [Shop, Shop]
    for (const shop of shops) await purchases(shop, warmUpSeconds)
    const measured: { together: Measured[]; apart: Measured[] } = { together: [], apart: [] }
    for (let turn = 0; turn < turns; turn++) {
      measured.together.push(await purchases(together, seconds))
      measured.apart.push(await purchases(apart, seconds))
    }
    const [one, many] = [meanOf(measured.together), meanOf(measured.apart)]
    row('whole guest purchase, one process', shoppers, one)
    row(`whole guest purchase, apart ${words.join(' ')}`.trim(), shoppers, many, schemeOfBus())
    const sentence = `purchases apart at ${leastRatio} of those in one process`
    goal(sentence, many.perSecond / one.perSecond >= leastRatio, ratio(many.perSecond, one.perSecond))
    const failures = one.failures + many.failures
    goal('every purchase succeeds', failures === 0, `${failures} failed`)
  } finally {
    for (const shop of shops) await shop.stop()
    for (const name of ['together', 'apart']) removeDataFolder(join(folder, name))
    removeDataFolder(folder)
  }
  print()
}

function schemeOfBus(): string {
  return `on ${process.env.BUS_URL?.split(':')[0] ?? 'the embedded bus'}`
}

/** Starts a shop from outside, with goods in stock; `words` as `npm start` takes them. */
export async function openShop(
  dataFolder: string,
  words: readonly string[],
  more: Record<string, string | undefined> = {},
): Promise<Shop> {
  const port = await freePort()
  const child = spawn(process.execPath, [...process.execArgv, join('local', 'start.ts'), ...words], {
    env: {
      ...process.env,
      PORT: String(port),
      SOUK_DATA: dataFolder,
      SOUK_POSTGRES_PORT: '0',
      SOUK_OPERATIONS_PORT: '0',
      SOUK_STAFF_PASSWORD: staffPassword,
      GATEWAY_RATE_LIMIT: 'off',
      ...more,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const client = openClient(`http://127.0.0.1:${port}`)
  await isOpen(client, child)
  const skus = await skusOf(client)
  await stockUp(`http://127.0.0.1:${port}`, skus)
  await pause(3_000) // Until all services have read of it.
  return {
    client,
    skus,
    async stop() {
      await client.close()
      const ended = once(child, 'exit')
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await ended
    },
  }
}

async function isOpen(client: Client, child: { exitCode: number | null }): Promise<void> {
  const deadline = Date.now() + startSeconds * 1000
  for (;;) {
    // Nobody listens yet, or a service is still starting.
    const answer = await client.get('/v1/products?limit=20').catch(() => undefined)
    if (answer?.status === 200 && JSON.parse(answer.body.toString()).items.length >= 20) return
    if (child.exitCode !== null) throw new Error(`The shop ended with code ${child.exitCode}; the reason stands above.`)
    if (Date.now() > deadline) throw new Error(`The shop is not open after ${startSeconds} s.`)
    await pause(200)
  }
}

async function skusOf(client: Client): Promise<string[]> {
  const { items } = JSON.parse((await client.get('/v1/products?limit=50')).body.toString())
  const details = items.map(async ({ slug }: { slug: string }) => {
    const product = JSON.parse((await client.get(`/v1/products/${slug}`)).body.toString())
    return product.variants[0].sku as string
  })
  return Promise.all(details)
}

/** As the shop's staff would: this shop is asked from outside only. */
async function stockUp(url: string, skus: readonly string[]): Promise<void> {
  const ask = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const signedIn = await ask('/v1/auth/sign-in/email', { email: 'staff@souk.example', password: staffPassword })
  const movements = skus.map((sku) => ({
    sku,
    quantity: 100_000,
    location: 'main',
    kind: 'received',
    reason: 'For the bench',
  }))
  const authorization = `Bearer ${signedIn.headers.get('set-auth-token')}`
  await ask('/v1/stock/movements', { movements }, { authorization, 'idempotency-key': randomUUID() })
}

/** `counted`: those before and after the measured seconds, too. */
export async function purchases({ client, skus }: Shop, forSeconds: number): Promise<Measured & { counted: number }> {
  const sku = (shopper: number, turn: number) => skus[(shopper * 31 + turn * 7) % skus.length] as string
  say(`buying for ${forSeconds} s`)
  let counted = 0
  const measured = await measure(shoppers, forSeconds, async (shopper, turn) => {
    counted += 1
    return (await buy(client, [sku(shopper, turn)])) === 201
  })
  return { ...measured, counted }
}
