// For tests: real services on real PostgreSQL, in this process, with a transport in memory. Each service and test file gets a
// database of its own, copied from a migrated template, and works with it in a role that may not change its schema. Needs
// SOUK_TEST_POSTGRES, which `npm test` sets.
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Answer,
  type Api,
  type ClientOf,
  makeClient,
  ProblemError,
  type Route,
  type ServiceName,
} from '@souk/contracts'
import {
  type Database,
  type Log,
  type MemoryTransport,
  memoryTransport,
  messagingMigrations,
  newTrace,
  openDatabase,
  type Transport,
} from '@souk/messaging'
import {
  administer,
  asTestRole,
  createDatabase,
  dropDatabase,
  makeTestRole,
  urlOfDatabase,
} from '@souk/postgres/fixture'
import type { Caller } from './calls/service-token.ts'
import type { AnyService } from './run/define-service.ts'
import { makeLog } from './run/log.ts'
import { grantServiceAccess, migrateAll } from './run/prepare-schema.ts'
import { type Running, run } from './run/run.ts'

export const staff: Caller = {
  service: 'gateway',
  role: 'staff',
  userId: '00000000-0000-7000-8000-00000000000a',
  sessionId: randomUUID(),
}
export const anonymous: Caller = { service: 'gateway', role: 'anonymous' }
export function customer(userId: string = randomUUID(), email = `${userId}@example.com`): Caller {
  return { service: 'gateway', role: 'customer', userId, sessionId: randomUUID(), email, emailVerified: true }
}

export interface TestShop {
  readonly running: Running
  readonly transport: MemoryTransport
  /** A typed client that calls as somebody; headers (Idempotency-Key ...) go with each call. */
  as<A extends Api>(api: A, caller: Caller): ClientOf<A>
  /** One raw request: for wrong bodies, statuses and headers. The body is sent as JSON unless it is text or bytes. */
  request(
    route: Route,
    input: RawInput,
    caller?: Caller,
  ): Promise<{ status: number; headers: Record<string, string>; body: unknown }>
  /** The service's database, as its superuser: tests may damage what the service itself may only insert. */
  database(service: ServiceName): Database
  /** Messages of a type that were published so far. */
  messages<D = Record<string, unknown>>(type: string): D[]
  /** Resolves when all messages have been published and handled. */
  settle(): Promise<void>
  stop(): Promise<void>
}
export interface RawInput {
  params?: Record<string, unknown>
  query?: string | Record<string, unknown>
  headers?: Record<string, string>
  body?: unknown
  /** The client's address (127.0.0.1). */
  ip?: string
}
export interface TestOptions {
  env?: Record<string, string>
  now?: () => Date
  resources?: Partial<Record<ServiceName, unknown>>
  transport?: Transport
  retrySeconds?: readonly number[]
  listen?: { host: string; port: number }
  remotes?: Partial<Record<ServiceName, string>>
  log?: Log
}

/** Starts services for a test, on databases of their own. Stop the shop in `after`. */
export async function startForTest(services: readonly AnyService[], options: TestOptions = {}): Promise<TestShop> {
  const withDatabase = services.filter((one) => one.migrations)
  const databases: Record<string, string> = Object.fromEntries(
    await Promise.all(withDatabase.map(async (one) => [one.name, await cloneDatabase(one)])),
  )
  const transport = (options.transport ?? memoryTransport()) as MemoryTransport // Tests with another one do not read its log.
  const running = await run({
    services,
    databases: Object.fromEntries(Object.entries(databases).map(([name, url]) => [name, asTestRole(url)])),
    transport,
    env: { ...options.env },
    log: options.log ?? makeLog({ level: process.env.SOUK_TEST_LOG ?? 'silent' }),
    now: options.now,
    resources: options.resources,
    retrySeconds: options.retrySeconds ?? [0.05, 0.1, 0.2],
    listen: options.listen ?? false,
    remotes: options.remotes,
    operations: false,
  })
  const opened = new Map<string, Database>()
  /** Afterwards nobody is connected to the databases: a test may copy them. */
  async function stopRunning() {
    await running.stop()
    await Promise.all([...opened.values()].map((database) => database.close()))
    opened.clear()
  }
  return {
    running: { ...running, stop: stopRunning },
    transport,
    database(service) {
      const url = databases[service]
      if (!url) throw new Error(`The ${service} service does not run in this test.`)
      const known = opened.get(service) ?? openForTest(service, url)
      opened.set(service, known)
      return known
    },
    as: (api, caller) => makeClient(api, (route, input) => call(running, route, input, caller)),
    async request(route, input, caller = anonymous) {
      const { status, headers, body } = await call(running, route, input, caller)
      const text = Buffer.from(body as Uint8Array).toString() // It also takes text, which its types do not say together.
      const isJson = headers['content-type']?.includes('json')
      return { status, headers, body: isJson && text ? JSON.parse(text) : text }
    },
    messages: <D>(type: string) =>
      transport.log.filter((it) => it.type === type).map((it) => JSON.parse(it.json).data as D),
    settle: () =>
      settle(
        withDatabase.map((one) => databaseOf(running, one.name)),
        transport,
      ),
    async stop() {
      await stopRunning()
      await transport.close()
      await Promise.all(Object.values(databases).map(dropDatabase))
    },
  }
}

function databaseOf(running: Running, service: ServiceName): Database {
  const one = running.services.get(service)
  if (!one) throw new Error(`The ${service} service does not run in this test.`)
  return one.context.database
}

/** Messages that a test stores leave at once: the relay of the service is told. */
function openForTest(service: ServiceName, url: string): Database {
  const database = openDatabase({
    url,
    service,
    connections: 4,
    onMessagesStored: () => void database.sql`select pg_notify('souk_outbox', '')`.then(undefined, () => undefined),
  })
  return database
}

function call(running: Running, route: Route, input: RawInput, caller: Caller): Promise<Answer> {
  return running.serviceCalls.call(route, {
    ...input,
    body: encoded(input.body),
    caller,
    trace: newTrace(),
    ip: input.ip ?? '127.0.0.1',
  })
}

function encoded(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body
  return JSON.stringify(body)
}

/** Resolves when, twice in a row, no message waits in an outbox, on the transport or for a retry. */
async function settle(databases: readonly Database[], transport: Transport): Promise<void> {
  const deadline = Date.now() + 15_000
  for (let timesIdle = 0; timesIdle < 2; ) {
    if (Date.now() > deadline) throw new Error('The messages did not settle within 15 seconds.')
    const busy = await Promise.all(
      databases.map(async ({ sql }) => {
        const [row] = await sql<{ busy: boolean }>`
          select exists (select from outbox) or exists (select from dead_letter where status = 'retrying') as busy`
        return row?.busy
      }),
    )
    timesIdle = busy.includes(true) || (await transport.backlog()) > 0 ? 0 : timesIdle + 1
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The problem that a call is refused with; fails when it is not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<ProblemError> {
  try {
    await call
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
  throw new Error('The call was not refused.')
}

/** Waits until `check` holds, at most `seconds`; throws with the sentence otherwise. */
export async function eventually(
  sentence: string,
  check: () => Promise<boolean> | boolean,
  seconds = 10,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  // The last check begins after the time is up: the machine may have stood still until then.
  for (let isOver = false; !(await check()); isOver = Date.now() > deadline) {
    if (isOver) throw new Error(`Not within ${seconds} seconds: ${sentence}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function cloneDatabase(service: AnyService): Promise<string> {
  return createDatabase(await templateOf(service))
}

/** Makes the service's template once for each version of its migrations. Other test files use the same one. */
async function templateOf(service: AnyService): Promise<string> {
  const folders = [messagingMigrations.folder, service.migrations as string]
  const hash = createHash('sha1')
  for (const folder of folders) {
    for (const file of (await readdir(folder)).sort()) hash.update(await readFile(join(folder, file)))
  }
  hash.update(String(service.insertOnly))
  const template = `template_${service.name}_${hash.digest('hex').slice(0, 12)}`
  await administer(async (client) => {
    await client.query('select pg_advisory_lock(4711)')
    const found = await client.query('select 1 from pg_database where datname = $1 and datallowconn', [template])
    if (found.rows.length > 0) return
    await client.query(`drop database if exists ${template} with (force)`)
    await client.query(`drop database if exists ${template}_raw with (force)`) // Of a run that was killed.
    await client.query(`create database ${template}_raw`)
    const database = openDatabase({ url: urlOfDatabase(`${template}_raw`), service: service.name, connections: 2 })
    await migrateAll(service, database)
    await grantServiceAccess(service, database, await makeTestRole(client))
    await database.close()
    await client.query(`alter database ${template}_raw rename to ${template}`)
  })
  return template
}
