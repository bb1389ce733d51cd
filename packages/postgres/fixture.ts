// Throw-away databases for tests, on the PostgreSQL that `npm test` starts (SOUK_TEST_POSTGRES).
import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** The URL of the server, as its superuser. Throws outside of `npm test`. */
export function testPostgres(): string {
  const url = process.env.SOUK_TEST_POSTGRES
  if (!url) throw new Error('Run tests with `npm test`: it starts the PostgreSQL that they need.')
  return url
}

/** The URL of a new database, empty or a copy of a template. Drop it with dropDatabase. */
export async function createDatabase(template?: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer((client) => client.query(`create database ${name}${template ? ` template ${template}` : ''}`))
  return urlOfDatabase(name)
}

/** Drops a test's database after its connections have ended. */
export async function dropDatabase(url: string): Promise<void> {
  const name = /\/([a-z0-9_]+)(\?|$)/.exec(url)?.[1] as string
  await administer(async (client) => {
    // A closed connection takes a moment to end. If the server ends it first, its client gets an error that nothing handles any more.
    for (let waits = 0; waits < 100; waits++) {
      const { rows } = await client.query('select from pg_stat_activity where datname = $1', [name])
      if (rows.length === 0) break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await client.query(`drop database if exists ${name} with (force)`)
  })
}

const testRole = 'souk_test_app'

/** Makes the role with which tests run services: it may do what a service's own role may. Returns its name. */
export async function makeTestRole(client: pg.Client): Promise<string> {
  const { rows } = await client.query('select from pg_roles where rolname = $1', [testRole])
  if (rows.length === 0) await client.query(`create role ${testRole} login password '${testRole}'`)
  return testRole
}

/** The URL of the same database, for the role with which tests run services. */
export function asTestRole(url: string): string {
  const own = new URL(url)
  own.username = testRole
  own.password = testRole
  return own.href
}

/** Runs `work` on a connection of the superuser. */
export async function administer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: testPostgres() })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The URL of a database of this name on the same server. */
export function urlOfDatabase(name: string): string {
  return testPostgres().replace(/\/postgres(\?|$)/, `/${name}$1`)
}
