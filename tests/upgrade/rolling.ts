// `npm run test:upgrade`: a roll-out and its way back, service by service, while people browse and buy. The release before runs on real
// databases; the migrator of this tree goes first; then each instance is replaced, and at the end replaced again by the one before.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { memoryTransport } from '@souk/messaging'
import { openDatabase } from '@souk/postgres'
import { administer, asTestRole, createDatabase, dropDatabase, makeTestRole } from '@souk/postgres/fixture'
import { makeLog, run } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { allServices } from '../../services/all-services.ts'
import { verifyShop } from '../../verify/verify-shop.ts'
import { customerOf } from '../customer.ts'
import { databaseNames } from '../fixture.ts'
import { putGoods } from '../goods.ts'
import { databaseUrls, type Leaving, openFleet } from './fleet.ts'
import { type Failure, type Load, startLoad } from './load.ts'
import { current, type Release, takePrevious } from './releases.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-upgrade-'))
const names = [...databaseNames, 'bus']
/** The release before has no shop front yet, so there is nothing to replace. */
const services = allServices.map(({ name }) => name).filter((name) => name !== 'storefront')
const sharedSecret = 'the-secret-of-the-fleet-of-this-test'
const sku = 'BOWL'
const stops: (() => Promise<unknown>)[] = []
const databases: Record<string, string> = {}
let previous: Release
let fleet: Awaited<ReturnType<typeof openFleet>>
let load: Load

before(async () => {
  previous = takePrevious(join(folder, 'previous'))
  await administer(makeTestRole)
  for (const name of names) databases[name] = await createDatabase()
  const webhooks = createServer((_, response) => void response.end()).listen(0, '127.0.0.1')
  await once(webhooks, 'listening')
  stops.push(async () => void webhooks.close())
  await prepareAsBefore()
  const env = {
    GATEWAY_RATE_LIMIT: 'off',
    // Each of the two instances has a bank of its own, which the other one cannot ask about its events.
    PAYMENTS_SIMULATOR_WEBHOOK_URL: `http://127.0.0.1:${(webhooks.address() as { port: number }).port}`,
  }
  fleet = await openFleet({ folder, services, databases, sharedSecret, env })
  stops.push(fleet.close)
  await fleet.open(previous)
  await fillShop()
  const customer = customerOf(fleet.url)
  load = startLoad(fleet.url, sku, await customer.signUp('roll@example.com'))
  stops.push(() => load.stop())
})
after(async () => {
  for (const stop of stops.reverse()) await stop()
  await Promise.all(Object.values(databases).map(dropDatabase))
  rmSync(folder, { recursive: true, force: true })
})

test('the migrator of the new release runs beside the release before, which goes on selling', async () => {
  await pause(2_000)
  const { said, code } = await command(current, 'local/migrate.ts', names, {
    ...databaseUrls(names, databases, asTestRole),
    ...Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_MIGRATIONS_URL`, databases[name] as string])),
  })
  assert.equal(code, 0, said)
  await pause(2_000)
  assert.deepEqual(failuresOf(load.failures, []), [])
  assert.ok(load.paid.length > 10, `${load.paid.length} orders`)
})

test('every service is replaced by the new release, and no request fails by its doing', async (t) => {
  await roll(current, t)
})

test('every service is replaced by the release before again, on the new schema, and no request fails', async (t) => {
  await roll(previous, t)
})

test('afterwards every order is paid, and every promise holds', async (t) => {
  await load.stop()
  t.diagnostic(`${load.requests} requests, ${load.paid.length} orders, ${load.failures.length} failures`)
  const journal = join(folder, 'journal.jsonl')
  const banks = [0, 1].map((place) => join(folder, `bank-${place}`, 'journal.jsonl')).filter((file) => existsSync(file))
  writeFileSync(journal, banks.map((file) => readFileSync(file, 'utf8')).join(''))
  const look = () => verifyShop(databases, { quiet: true, journal })
  await eventually('nothing is under way', async () => (await look()).length === 0, 45).catch(async () =>
    assert.deepEqual(await look(), []),
  )
  assert.deepEqual(await ordersThatAreNotPaid(), [])
})

/** Replaces the gateway last, as the service that calls all others. */
async function roll(release: Release, t: { diagnostic(sentence: string): void }): Promise<void> {
  const [failuresBefore, leftBefore] = [load.failures.length, fleet.leavings.length]
  for (const service of services) await fleet.roll(service, release)
  await pause(1_000)
  const leavings = fleet.leavings.slice(leftBefore)
  const failures = load.failures.slice(failuresBefore)
  const ofPrevious = leavings.filter((one) => one.release === previous)
  for (const { service, exitCode, from, until } of leavings)
    t.diagnostic(`${service} left with ${exitCode} after ${until - from} ms`)
  for (const failure of failures) t.diagnostic(`failed: ${failure.what}`)
  assert.deepEqual(failuresOf(failures, ofPrevious), [])
  assert.deepEqual(
    leavings.filter(({ exitCode, release: left }) => left === current && exitCode !== 0),
    [],
  )
}

/** The failures that did not happen while one of these instances left. */
function failuresOf(failures: readonly Failure[], excused: readonly Leaving[]): string[] {
  return failures
    .filter(({ at, until }) => !excused.some((one) => at <= one.until && until >= one.from))
    .map(({ what }) => what)
}

/** The databases as the release before leaves them: migrated by its own code, with the rights that it grants. */
async function prepareAsBefore(): Promise<void> {
  const script = `
    import { memoryTransport, postgresTransport } from '@souk/messaging'
    import { makeLog, run } from '@souk/service'
    import { allServices } from './services/all-services.ts'
    const { databases, owners } = JSON.parse(process.env.URLS)
    const log = makeLog({ level: 'warn' })
    const bus = await postgresTransport({ url: databases.bus, ownerUrl: owners.bus, log })
    const services = allServices.filter((one) => one.migrations)
    const running = await run({ services, env: process.env, databases, owners, transport: memoryTransport(), log })
    await running.stop()
    await bus.close()
    process.exit(0)`
  const file = join(previous.folder, 'prepare.ts')
  writeFileSync(file, script)
  const roles = Object.fromEntries(names.map((name) => [name, asTestRole(databases[name] as string)]))
  const URLS = JSON.stringify({ databases: roles, owners: databases })
  const { said, code } = await command(previous, 'prepare.ts', [], {
    URLS,
    PAYMENTS_SIMULATOR_FOLDER: join(folder, 'bank-of-nobody'),
  })
  assert.equal(code, 0, said)
}

async function fillShop(): Promise<void> {
  const transport = memoryTransport()
  const running = await run({
    services: [],
    env: { SOUK_SHARED_SECRET: sharedSecret },
    databases: {},
    transport,
    log: makeLog({ level: 'silent' }),
    remotes: Object.fromEntries(services.map((service) => [service, fleet.urlOf(service)])),
    listen: false,
    operations: false,
  })
  await putGoods(running, [{ sku, cents: 2_500, quantity: 100_000 }])
  await running.stop()
  await transport.close()
  const orders = openDatabase({ url: databases.orders as string, name: 'test', connections: 1 })
  const isKnown = async () => (await orders.sql`select from price_list`).length === 1
  await eventually('the price is known', isKnown, 30).finally(orders.close)
}

async function ordersThatAreNotPaid(): Promise<unknown[]> {
  const orders = openDatabase({ url: databases.orders as string, name: 'test', connections: 1 })
  try {
    return await orders.sql`
      select wanted.id, orders.status
      from unnest(${load.paid}::uuid[]) as wanted (id)
      left join orders using (id)
      where orders.status is distinct from 'paid'`
  } finally {
    await orders.close()
  }
}

async function command(release: Release, file: string, words: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [join(release.folder, file), ...words], {
    cwd: release.folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { said: said + complaint, code }
}
