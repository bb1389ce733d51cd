// For tests: a shop of several processes on a data folder of its own, as `npm run start:apart` starts it, and shoppers who keep it busy.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { eventually } from '@souk/service/fixture'
import { customerOf } from '../../tests/customer.ts'
import { freePort } from '../../tests/fixture.ts'
import { removeDataFolder } from '../postgres-home.ts'

export const staffPassword = 'a-staff-password-for-this-test'

/** A process as the health of the shop lists it. */
export interface ListedProcess {
  name: string
  service: string
  ready: boolean
  pid: number
  restarts: number
  url: string
  operations: string
}
export type ApartShop = Awaited<ReturnType<typeof prepareApart>>

/** `env`: in addition to that of a new, empty shop. */
export async function prepareApart(env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'souk-apart-'))
  const dataFolder = join(folder, '.souk')
  const [port, operationsPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  const all = {
    ...ours,
    NODE_ENV: 'production', // A new shop is empty then.
    PORT: String(port),
    SOUK_OPERATIONS_PORT: String(operationsPort),
    SOUK_DATA: dataFolder,
    SOUK_POSTGRES_PORT: '0',
    SOUK_STAFF_PASSWORD: staffPassword,
    GATEWAY_RATE_LIMIT: 'off',
    PAYMENTS_SIMULATOR: 'on',
    ...env,
  }
  let launcher: ChildProcess | undefined
  let output = { out: '', all: '' }

  return {
    ...customerOf(url),
    dataFolder,
    operationsPort,
    launcherPid: () => launcher?.pid as number,
    said: () => output,
    /** Starts the shop and resolves when it says that it is open. */
    async start(words: readonly string[] = [], more: Record<string, string> = {}): Promise<void> {
      launcher = run('start.ts', ['--apart', ...words], { ...all, ...more })
      const said = { out: '', all: '' }
      output = said
      launcher.stdout?.on('data', (chunk) => {
        said.out += chunk
        said.all += chunk
      })
      launcher.stderr?.on('data', (chunk) => (said.all += chunk))
      const isOpen = () => {
        assert.equal(launcher?.exitCode, null, said.all)
        return said.out.includes('Souk is open')
      }
      await eventually('the shop is open', isOpen, 120).catch((error) => assert.fail(`${error}\n${said.all}`))
    },
    /** `npm run restart` with these words. */
    async restart(...words: string[]): Promise<{ code: number | null; said: string }> {
      const child = run('restart.ts', words, all)
      const outputs = [child.stdout, child.stderr].map((one) => text(one as NodeJS.ReadableStream))
      const [[code], ...said] = await Promise.all([once(child, 'close'), ...outputs])
      return { code, said: said.join('') }
    },
    async health(): Promise<{ ready: boolean; processes: ListedProcess[] }> {
      const reply = await fetch(`http://127.0.0.1:${operationsPort}/health/ready`)
      return (await reply.json()) as { ready: boolean; processes: ListedProcess[] }
    },
    /** Ends the launcher and resolves with its exit code. */
    async end(signal: NodeJS.Signals): Promise<number | null> {
      const gone = once(launcher as ChildProcess, 'exit')
      launcher?.kill(signal)
      return (await gone)[0]
    },
    remove(): void {
      launcher?.kill('SIGKILL')
      removeDataFolder(dataFolder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function run(script: string, words: readonly string[], env: Record<string, string | undefined>): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, '..', script), ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Puts in goods over HTTP, as staff, and resolves with the session of staff when they can be bought. */
export async function putGoodsAsStaff(shop: ApartShop, skus: readonly string[]): Promise<string> {
  const bearer = await shop.signIn('staff@souk.example', staffPassword)
  const products = skus.map((sku) => ({
    id: randomUUIDv7(),
    slug: `good-${sku.toLowerCase()}`,
    title: `Good ${sku}`,
    status: 'published',
    variants: [{ sku, prices: [{ amount: 2_500, currency: 'EUR' }], weightGrams: 500 }],
  }))
  const put = await shop.ask('POST', '/v1/products/batch', { bearer, body: { products } })
  assert.ok(put.status < 300, JSON.stringify(put.body))
  const movements = skus.map((sku) => ({ sku, quantity: 50_000, location: 'main', kind: 'received', reason: 'Test' }))
  const headers = { 'idempotency-key': randomUUID() }
  const moved = await shop.ask('POST', '/v1/stock/movements', { bearer, headers, body: { movements } })
  assert.ok(moved.status < 300, JSON.stringify(moved.body))
  const isForSale = async () => {
    const cart = await shop.fillCart({ lines: skus.map((sku) => ({ sku, quantity: 1 })) }).catch(() => undefined)
    return cart?.problems.length === 0
  }
  await eventually('the goods are for sale', isForSale, 30)
  return bearer
}

/** Shoppers who browse and buy until `stop`, which resolves with how many requests succeeded and what failed. */
export function sendShoppers(shop: ApartShop, sku: string, count: number) {
  let isOver = false
  let done = 0
  let bought = 0
  const failures: string[] = []
  async function visit(): Promise<void> {
    const found = await shop.ask('GET', `/v1/products/good-${sku.toLowerCase()}`)
    if (found.status !== 200) failures.push(`product: ${found.status} ${JSON.stringify(found.body)}`)
    const searched = await shop.ask('GET', `/v1/products?q=${randomUUID().slice(0, 4)}`)
    if (searched.status !== 200) failures.push(`search: ${searched.status} ${JSON.stringify(searched.body)}`)
    const order = await shop.buy({ lines: [{ sku, quantity: 1 }], email: `${randomUUID()}@example.com` })
    if (order.status !== 201) failures.push(`checkout: ${order.status} ${JSON.stringify(order.body)}`)
    else bought += 1
    done += 4
  }
  async function shopper(): Promise<void> {
    while (!isOver) await visit().catch((error) => failures.push(`${error} ${error.cause ?? ''}`))
  }
  const shoppers = Array.from({ length: count }, shopper)
  return {
    async stop(): Promise<{ done: number; bought: number; failures: string[] }> {
      isOver = true
      await Promise.all(shoppers)
      return { done, bought, failures }
    },
  }
}

/** The processes of services that this launcher has started, by the name of their service. */
export function servicesOf(parent: number): { service: string; pid: number }[] {
  const found: { service: string; pid: number }[] = []
  for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
    try {
      const ofParent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ')[1]
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (Number(ofParent) === parent && words.includes('--alone'))
        found.push({ service: words[words.indexOf('--alone') + 1] ?? '', pid })
    } catch {} // It has ended meanwhile.
  }
  return found
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
