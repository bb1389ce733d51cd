// `npm run migrate`: one command migrates the databases of a fleet as their owners, and its services only check.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase, type Sql } from '@souk/postgres'
import { administer, asTestRole, createDatabase, dropDatabase, makeTestRole } from '@souk/postgres/fixture'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../tests/fixture.ts'

const names = ['products', 'notifications', 'bus']
const folder = mkdtempSync(join(tmpdir(), 'souk-migrate-'))
const owners: Record<string, string> = {}
before(async () => {
  await administer(makeTestRole)
  for (const name of names) owners[name] = await createDatabase()
})
after(async () => {
  await Promise.all(Object.values(owners).map(dropDatabase))
  rmSync(folder, { recursive: true, force: true })
})

/** The variables of a fleet: the owner of each database beside the role that runs its service. */
function fleet(kinds: readonly ('MIGRATIONS' | 'DATABASE')[] = ['MIGRATIONS', 'DATABASE']): Record<string, string> {
  const urls = (kind: string, url: string) => (kind === 'DATABASE' ? asTestRole(url) : url)
  return Object.fromEntries(
    Object.entries(owners).flatMap(([name, url]) =>
      kinds.map((kind) => [`${name.toUpperCase()}_${kind}_URL`, urls(kind, url)]),
    ),
  )
}
function begin(file: string, words: readonly string[], env: Record<string, string>): ChildProcess {
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  return spawn(process.execPath, [join(import.meta.dirname, file), ...words], {
    env: { ...ours, SOUK_DATA: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
async function ended(child: ChildProcess) {
  const [said, complaint, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')])
  return { said: said.trim(), complaint: complaint.trim(), code }
}
const migrate = (words: readonly string[], env: Record<string, string> = fleet()) =>
  ended(begin('migrate.ts', words, env))
async function startNotifications(env: Record<string, string> = {}) {
  const [PORT, SOUK_OPERATIONS_PORT] = [String(await freePort()), String(await freePort())]
  const own = { ...fleet(['DATABASE']), SOUK_MIGRATE: 'off', SOUK_LOG_LEVEL: 'silent', PORT, SOUK_OPERATIONS_PORT }
  const child = begin('start.ts', ['--alone', 'notifications'], { ...own, ...env })
  const health = (path: string) => fetch(`http://127.0.0.1:${SOUK_OPERATIONS_PORT}/health/${path}`)
  return {
    child,
    isReady: () => health('ready').then(isOk, () => false),
    /** The status of /health/live and of /health/serving; undefined before it answers. */
    probes: () =>
      Promise.all(
        ['live', 'serving'].map((path) =>
          health(path).then(
            ({ status }) => status,
            () => undefined,
          ),
        ),
      ),
  }
}
const isOk = ({ ok }: Response) => ok
async function as<T>(url: string, work: (sql: Sql) => PromiseLike<T>): Promise<T> {
  const database = openDatabase({ url, name: 'test', connections: 1, sharedConnections: 1 })
  try {
    return await work(database.sql)
  } finally {
    await database.close()
  }
}

test('before the migrator has run, it says what is missing, and a service of a fleet refuses to start', async () => {
  const { said, code } = await migrate(['--check', ...names])
  assert.equal(code, 1)
  assert.match(said, /^notifications: lacks messaging\/001-messaging, .*notifications\/001-notification, /m)
  assert.match(said, /^products: lacks .*, the tables of its jobs$/m)
  assert.match(said, /^bus: lacks bus\/001-bus$/m)
  const refused = await ended((await startNotifications({ BUS_URL: 'memory:' })).child)
  assert.equal(refused.code, 1)
  assert.match(
    refused.complaint,
    /^The database of notifications lacks messaging\/001-messaging, .* Run `npm run migrate` .*\(NOTIFICATIONS_MIGRATIONS_URL\)\.$/,
  )
  assert.match(
    (await ended((await startNotifications()).child)).complaint,
    /^The database of bus lacks bus\/001-bus\. Run/,
  )
})

test('a process that waits for the schema is live and not ready until the migrator has run, and stops at once when it is told to', async (t) => {
  const [waiting, other] = await Promise.all([
    startNotifications({ SOUK_MIGRATE: 'wait' }),
    startNotifications({ SOUK_MIGRATE: 'wait', BUS_URL: 'memory:' }),
  ])
  t.after(() => [waiting, other].map(({ child }) => child.kill('SIGKILL')))
  for (const { probes } of [waiting, other])
    await eventually('it is live', async () => (await probes()).join() === '200,503', 30)
  other.child.kill('SIGTERM')
  assert.equal((await ended(other.child)).code, 0)

  assert.equal((await migrate(['bus'])).code, 0)
  await pause(2_500) // Longer than it takes to ask again: the database of the service is still missing.
  assert.deepEqual(await waiting.probes(), [200, 503])
  assert.equal((await migrate(['notifications'])).code, 0)
  await eventually('it is ready', waiting.isReady, 30)
  assert.deepEqual(await waiting.probes(), [200, 200])
  waiting.child.kill('SIGTERM')
  assert.equal((await ended(waiting.child)).code, 0)
  for (const name of ['bus', 'notifications']) {
    await dropDatabase(owners[name] ?? '')
    owners[name] = await createDatabase()
  }
})

test('the migrator migrates what it is told to, as the owner, and a second run finds nothing', async () => {
  const one = await migrate(['bus'])
  assert.deepEqual([one.said, one.code], ['bus: applied bus/001-bus', 0])
  const { said, code } = await migrate(names)
  assert.equal(code, 0)
  for (const line of [/^notifications: applied notifications\/001-notification$/m, /^bus: nothing was missing$/m])
    assert.match(said, line)
  const again = await migrate(names)
  assert.deepEqual(again.said.split('\n').sort(), names.map((name) => `${name}: nothing was missing`).sort())
  assert.deepEqual((await migrate(['--check', ...names])).code, 0)
})

test('then the service starts as a role that may not migrate, also on a schema that is newer than its code', async (t) => {
  await as(owners.notifications ?? '', async (sql) => {
    await sql`insert into migration (component, name, checksum) values ('notifications', '999-of-the-next-release', '')`
    await sql`alter table notification add column of_the_next_release text`
  })
  const { child, isReady } = await startNotifications()
  t.after(() => child.kill('SIGKILL'))
  await eventually('it is ready', isReady, 30)
  child.kill('SIGTERM')
  assert.equal((await ended(child)).code, 0)
  const url = asTestRole(owners.notifications ?? '')
  await assert.rejects(
    as(url, (sql) => sql`create table mine (id integer)`),
    { code: '42501' },
  )
})

test('what was edited after it had been applied is refused by the migrator and by the service', async () => {
  await as(owners.notifications ?? '', (sql) => sql`update migration set checksum = '' where name = '001-notification'`)
  for (const words of [['notifications'], ['--check', 'notifications']]) {
    const { complaint, code } = await migrate(words)
    assert.deepEqual([/notifications\/001-notification was edited after/.test(complaint), code], [true, 1])
  }
  assert.match((await ended((await startNotifications()).child)).complaint, /001-notification was edited after/)
})

test('a wish that cannot be met is told in a sentence', async () => {
  assert.match((await migrate(['nobody'])).complaint, /^Usage: npm run migrate/)
  assert.match((await migrate(['--now'])).complaint, /^Usage: npm run migrate/)
  const unknownRole = await migrate(['bus'], fleet(['MIGRATIONS']))
  assert.match(unknownRole.complaint, /^Set BUS_DATABASE_URL beside BUS_MIGRATIONS_URL/)
  assert.match((await migrate([])).complaint, /^Set USERS_DATABASE_URL, .*, too, or name the databases/)
  assert.match(
    (await ended((await startNotifications({ SOUK_MIGRATE: 'no' })).child)).complaint,
    /SOUK_MIGRATE must be/,
  )
})
