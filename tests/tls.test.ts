// The shop as a fleet over TLS: each service on its own, with a certificate, and PostgreSQL over TLS, too. The certificates are those
// of tests/certificates.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import type { ServiceName } from '@souk/contracts'
import { openTransport } from '@souk/messaging'
import { openDatabase, type Sql } from '@souk/postgres'
import { makeLog, type Running, run } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import pg from 'pg'
import { type Postgres, startPostgres } from '../local/postgres.ts'
import { removeDataFolder } from '../local/postgres-home.ts'
import { allServices } from '../services/all-services.ts'
import { verifyShop } from '../verify/verify-shop.ts'
import { customerOf } from './customer.ts'
import { databaseNames, freePort } from './fixture.ts'
import { putGoods } from './goods.ts'

const certificates = join(import.meta.dirname, 'certificates')
const folder = mkdtempSync(join(tmpdir(), 'souk-tls-fleet-'))
const dataFolder = join(folder, 'postgres')
const log = makeLog({ level: 'silent' })
const databases: Record<string, string> = {}
const running = new Map<ServiceName, Running>()
const stops: (() => Promise<unknown>)[] = []
let postgres: Postgres
let publicUrl: string

before(async () => {
  postgres = await startPostgres({ dataFolder, port: await freePort(), durable: false })
  await serveCertificate('service')
  for (const name of [...databaseNames, 'bus']) {
    await administer(`create database ${name}`)
    databases[name] = urlOver(name, `sslmode=verify-full&sslrootcert=${join(certificates, 'authority.pem')}`)
  }
  const port = await freePort()
  publicUrl = `http://127.0.0.1:${port}`
  const ports = Object.fromEntries(
    await Promise.all(allServices.map(async ({ name }) => [name, name === 'gateway' ? port : await freePort()])),
  )
  const remotes = Object.fromEntries(allServices.map(({ name }) => [name, `https://localhost:${ports[name]}`]))
  for (const { name } of allServices) await startOne(name, remotes, ports[name])
  await putGoods(running.get('gateway') as Running, [{ sku: 'BOWL', cents: 2_500, quantity: 100 }])
})
after(async () => {
  for (const stop of stops.reverse()) await stop()
  await postgres?.stop()
  removeDataFolder(dataFolder)
  rmSync(folder, { recursive: true, force: true })
})

test('a guest buys: every call and every statement of the purchase goes over TLS', async () => {
  const door = customerOf(publicUrl)
  const email = `tls-${randomUUID()}@example.com`
  const { sql } = contextOf('orders')
  const isPriced = async () => (await sql`select from price_list`).length === 1
  await eventually('the price is known', isPriced, 30)
  const { status, body } = await door.buy({ lines: [{ sku: 'BOWL', quantity: 1 }], email })
  assert.deepEqual([status, body.status], [201, 'paid'], JSON.stringify(body))
  await eventually('the mail is there', async () => (await door.mails(email)).length > 0, 30)
  const plain = await administer(
    `select application_name from pg_stat_ssl join pg_stat_activity using (pid)
     where not ssl and backend_type = 'client backend' and pid <> pg_backend_pid()`,
  )
  assert.deepEqual(plain, [])
  const encrypted = await administer(
    'select distinct application_name as name from pg_stat_ssl join pg_stat_activity using (pid) where ssl',
  )
  for (const name of databaseNames)
    assert.ok(
      encrypted.some((row) => row.name === name),
      name,
    )
  const journal = join(folder, 'journal.jsonl')
  const look = () => verifyShop(databases, { quiet: true, journal })
  await eventually('every promise holds', async () => (await look()).length === 0, 45)
})

test('a service answers nobody over plain HTTP', async () => {
  const { url = '' } = running.get('orders')?.services.get('orders') ?? {}
  const answer = await fetch(url.replace('https:', 'http:'))
  assert.equal(answer.status, 400)
  assert.match(await answer.text(), /speaks TLS/)
})

test('a PostgreSQL whose certificate is of another authority, or names another host, is refused', async () => {
  const trusted = `sslrootcert=${join(certificates, 'authority.pem')}`
  const modes = ['verify-full', 'verify-ca', 'require', 'prefer']
  for (const mode of modes) {
    const other = `sslrootcert=${join(certificates, 'other-authority.pem')}`
    await assert.rejects(connectBy(`sslmode=${mode}&${other}`), /self.signed|unable to/i, mode)
    await assert.rejects(connectBy(`sslmode=${mode}`), /self.signed|unable to/i, mode)
    await connectBy(`sslmode=${mode}&${trusted}`)
  }
  await connectBy('sslmode=no-verify')
  await serveCertificate('elsewhere')
  for (const mode of modes)
    await assert.rejects(connectBy(`sslmode=${mode}&${trusted}`), /does not match certificate/i, mode)
  await serveCertificate('service')
  await connectBy(`sslmode=verify-full&${trusted}`)
})

test('a PostgreSQL that asks for a certificate gets it from the address', async () => {
  await administer(`alter system set ssl_ca_file = 'authority.pem'`)
  await administer('select pg_reload_conf()')
  const authority = `sslmode=verify-full&sslrootcert=${join(certificates, 'authority.pem')}`
  const pair = `sslcert=${join(certificates, 'renewed.pem')}&sslkey=${join(certificates, 'renewed.key')}`
  const url = urlOver('orders', `${authority}&${pair}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('select client_dn as name from pg_stat_ssl where pid = pg_backend_pid()')
  await client.end()
  assert.deepEqual(rows, [{ name: '/CN=renewed' }])
})

function contextOf(name: ServiceName): { sql: Sql } {
  const service = running.get(name)?.services.get(name)
  if (!service) throw new Error(`The ${name} service does not run.`)
  return service.context
}

/** A connection of each kind of the service's own code, closed again. Throws the reason why there is none. */
async function connectBy(parameters: string): Promise<void> {
  const database = openDatabase({ url: urlOver('orders', parameters), name: 'test' })
  try {
    await database.transaction(async ({ sql }) => void (await sql`select 1`))
    const rows = await Promise.all(
      Array.from(
        { length: 50 },
        (_, n) => database.sql<{ n: number; ssl: boolean }>`
        select ${n}::int as n, ssl from pg_stat_ssl where pid = pg_backend_pid()`,
      ),
    )
    assert.deepEqual(
      rows.flat(),
      Array.from({ length: 50 }, (_, n) => ({ n, ssl: true })),
    )
  } catch (error) {
    throw (error as Error).cause ?? error
  } finally {
    await database.close()
  }
}

function urlOver(database: string, parameters: string): string {
  const url = new URL(postgres.url(database))
  return `postgres://${url.username}:${url.password}@localhost:${postgres.port}/${database}?${parameters}`
}

async function administer(statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: postgres.url('postgres') })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** Makes PostgreSQL show this certificate. It refuses a key that others may read, so it gets a copy of its own. */
async function serveCertificate(name: string): Promise<void> {
  const [row] = await administer(`select current_setting('data_directory') as folder`)
  const data = row?.folder as string
  const { uid, gid } = statSync(data)
  for (const file of [`${name}.pem`, `${name}.key`, 'authority.pem']) {
    copyFileSync(join(certificates, file), join(data, file))
    chmodSync(join(data, file), 0o600)
    chownSync(join(data, file), uid, gid)
  }
  await administer(`alter system set ssl_cert_file = '${name}.pem'`)
  await administer(`alter system set ssl_key_file = '${name}.key'`)
  await administer('alter system set ssl = on')
  await administer('select pg_reload_conf()')
  await eventually('it is shown', async () => (await shownName()) === name)
}

/** The name in the certificate that PostgreSQL shows on a new connection; undefined before TLS is on. */
async function shownName(): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: urlOver('postgres', 'sslmode=no-verify') })
  try {
    await client.connect()
    const { stream } = (client as unknown as { connection: { stream: TLSSocket } }).connection
    return stream.getPeerCertificate().subject.CN as string
  } catch {
    return undefined
  } finally {
    await client.end()
  }
}

async function startOne(name: ServiceName, remotes: Record<string, string>, port: number): Promise<void> {
  const transport = await openTransport({ url: databases.bus as string, log })
  const one = await run({
    services: allServices.filter((service) => service.name === name),
    databases,
    remotes,
    transport,
    log,
    env: {
      SOUK_PUBLIC_URL: publicUrl,
      GATEWAY_RATE_LIMIT: 'off',
      PAYMENTS_SIMULATOR_FOLDER: folder,
      SOUK_TLS_CERT: join(certificates, name === 'orders' ? 'renewed.pem' : 'service.pem'),
      SOUK_TLS_KEY: join(certificates, name === 'orders' ? 'renewed.key' : 'service.key'),
      SOUK_TLS_CA: join(certificates, 'authority.pem'),
    },
    listen: { host: '127.0.0.1', port },
    operations: false,
  })
  running.set(name, one)
  stops.push(async () => {
    await one.stop()
    await transport.close()
  })
}
