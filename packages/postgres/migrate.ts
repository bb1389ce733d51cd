// Brings a database to the schema that the code needs: numbered SQL files, each run once, in its own transaction. The shop goes on
// meanwhile: a migration that would wait for a lock gives way and tries again.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { Database as PostgresDatabase } from './database.ts'
import { sqlState } from './errors.ts'

type Database = Pick<PostgresDatabase, 'sql' | 'pool'>

export interface MigrationFolder {
  /** Whose migrations these are: messaging's and the service's own are numbered apart. */
  component: string
  folder: string
}
export interface MigrateOptions {
  /** Called when a migration gave way to transactions of the shop and will be tried again. */
  onGivingWay?: (migration: string, tries: number) => void
}
/** Thrown where a database is only checked. The message says which migrations are missing and how they are made. */
export class MissingMigrations extends Error {
  override name = 'MissingMigrations'
}
interface Migration {
  component: string
  /** component/file, without .sql. */
  title: string
  name: string
  text: string
  checksum: string
}

/**
 * The first line of a migration that PostgreSQL refuses in a transaction, such as `create index concurrently`. Such a file has one
 * statement, which may run again after a failure (`if not exists`).
 */
export const noTransaction = '-- souk: no transaction'

const mostTries = 11
const mostLockWaitMinutes = 10
/** Behind a lock that a migration waits for, every statement on the table waits, too. Those give up after 2 seconds. */
const lockTimeout = '1s'
/** `create index concurrently` waits for older transactions, and nobody waits behind it. */
const concurrentLockTimeout = '60s'

/**
 * Applies the migrations that are missing and returns the names of those that it applied. Migrations that it does not know are left
 * alone: the database may be newer than this code. Throws when one fails, when it had to give way too often, and when a file that was
 * applied before has been edited since. Several processes may start at once: an advisory lock lets one of them do the work.
 */
export async function migrate(
  database: Database,
  folders: readonly MigrationFolder[],
  options: MigrateOptions = {},
): Promise<string[]> {
  const wanted = (await Promise.all(folders.map(readMigrations))).flat()
  if ((await findMissing(database, wanted)).length === 0) return []

  const client = await database.pool.connect()
  try {
    await client.query('set statement_timeout = 0; set transaction_timeout = 0')
    await takeMigrationLock(client)
    await client.query(`create table if not exists migration (
      component text not null, name text not null, checksum text not null,
      applied_at timestamptz not null default clock_timestamp(), primary key (component, name))`)
    const applied: string[] = []
    for (const one of await findMissing(database, wanted)) {
      await applyPatiently(client, one, options)
      applied.push(one.title)
    }
    return applied
  } finally {
    client.release(true) // Its settings and its lock go with the connection.
  }
}

/** The names of the migrations that are missing. Throws when a file that was applied before has been edited since. */
export async function findMissingMigrations(
  database: Pick<Database, 'sql'>,
  folders: readonly MigrationFolder[],
): Promise<string[]> {
  const wanted = (await Promise.all(folders.map(readMigrations))).flat()
  return (await findMissing(database, wanted)).map(({ title }) => title)
}

/** Throws MissingMigrations with the names of those that `whose` database lacks. Newer ones than this code knows do no harm. */
export async function requireNothingMissing(whose: string, findMissing: Promise<readonly string[]>): Promise<void> {
  const advice = `Run \`npm run migrate\` of this version first, as the owner of its tables (${whose.toUpperCase()}_MIGRATIONS_URL).`
  try {
    const missing = await findMissing
    if (missing.length > 0)
      throw new MissingMigrations(`The database of ${whose} lacks ${missing.join(', ')}. ${advice}`)
  } catch (error) {
    if (sqlState(error) !== '42501') throw error
    throw new MissingMigrations(`The role that runs ${whose} may not read its tables. ${advice}`, { cause: error })
  }
}

/** Looks again and again: a statement that waits would hold a snapshot, for which `create index concurrently` of the other waits. */
async function takeMigrationLock(client: pg.ClientBase): Promise<void> {
  const deadline = Date.now() + mostLockWaitMinutes * 60_000
  const isMine = async () =>
    (await client.query(`select pg_try_advisory_lock(hashtext('souk-migrations')) as mine`)).rows[0].mine as boolean
  while (!(await isMine())) {
    if (Date.now() > deadline)
      throw new Error(`Another process has been migrating this database for ${mostLockWaitMinutes} minutes.`)
    await pause(100)
  }
}

/** Applies one migration. When it does not get a lock within a second, it lets the shop's statements pass and tries again. */
async function applyPatiently(client: pg.ClientBase, migration: Migration, options: MigrateOptions): Promise<void> {
  const { title, text } = migration
  for (let tries = 1; ; tries++) {
    try {
      await (text.startsWith(noTransaction) ? applyAlone : applyInTransaction)(client, migration)
      return
    } catch (error) {
      const reason = (error as Error).message
      if (!isLockConflict(error)) throw new Error(`Migration ${title} failed: ${reason}`, { cause: error })
      if (tries === mostTries) {
        throw new Error(
          `Migration ${title} gave way ${tries} times to transactions that hold locks which it needs (${reason}). Run it again when they have ended: select * from pg_stat_activity where xact_start < now() - interval '10 seconds'.`,
          { cause: error },
        )
      }
      options.onGivingWay?.(title, tries)
      await pause(Math.min(200 * 2 ** tries, 5_000) * (0.5 + Math.random() / 2))
    }
  }
}

async function applyInTransaction(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query(`begin; set local lock_timeout = '${lockTimeout}'`)
  try {
    await client.query(migration.text)
    await record(client, migration)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

async function applyAlone(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query(`set lock_timeout = '${concurrentLockTimeout}'`)
  await dropInvalidIndex(client, migration)
  await client.query(migration.text)
  await record(client, migration)
}

/** A build that failed leaves an index that is kept up and never used, and `if not exists` would be content with it. */
async function dropInvalidIndex(client: pg.ClientBase, { text }: Migration): Promise<void> {
  const [, name] = /\bcreate\s+(?:unique\s+)?index\s+concurrently\s+if\s+not\s+exists\s+([\w".]+)/i.exec(text) ?? []
  if (!name) return
  const { rows } = await client.query('select from pg_index where indexrelid = to_regclass($1) and not indisvalid', [
    name,
  ])
  if (rows.length > 0) await client.query(`drop index concurrently ${name}`)
}

async function record(client: pg.ClientBase, { component, name, checksum }: Migration): Promise<void> {
  await client.query('insert into migration (component, name, checksum) values ($1, $2, $3)', [
    component,
    name,
    checksum,
  ])
}

/** A lock that did not come in time, or a deadlock with a transaction of the shop. */
function isLockConflict(error: unknown): boolean {
  return ['55P03', '40P01'].includes(sqlState(error) ?? '')
}

async function readMigrations({ component, folder }: MigrationFolder): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8')
      const name = basename(file, '.sql')
      const checksum = createHash('sha256').update(text).digest('hex')
      return { component, title: `${component}/${name}`, name, text, checksum }
    }),
  )
}

async function findMissing({ sql }: Pick<Database, 'sql'>, wanted: Migration[]): Promise<Migration[]> {
  const [table] = await sql<{ there: boolean }>`select to_regclass('migration') is not null as there`
  if (!table?.there) return wanted
  const applied = await sql<{ component: string; name: string; checksum: string }>`
    select component, name, checksum from migration`
  return wanted.filter((one) => {
    const before = applied.find((row) => row.component === one.component && row.name === one.name)
    if (before && before.checksum !== one.checksum)
      throw new Error(`Migration ${one.title} was edited after it had been applied. Add a new one instead.`)
    return !before
  })
}
