// Brings a database to the schema that the code needs: numbered SQL files, each run once, in its own transaction.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Database as PostgresDatabase } from './database.ts'

type Database = Pick<PostgresDatabase, 'sql' | 'pool'>

export interface MigrationFolder {
  /** Whose migrations these are: messaging's and the service's own are numbered apart. */
  component: string
  folder: string
}
interface Migration {
  component: string
  name: string
  text: string
  checksum: string
}

/**
 * Applies the migrations that are missing and returns their names. Throws when one fails, and when a file that was applied before has
 * been edited since. Several processes may start at once: an advisory lock lets one of them do the work.
 */
export async function migrate(database: Database, folders: readonly MigrationFolder[]): Promise<string[]> {
  const wanted = (await Promise.all(folders.map(readMigrations))).flat()
  const missing = await findMissing(database, wanted)
  if (missing.length === 0) return []

  const client = await database.pool.connect()
  try {
    await client.query(`set statement_timeout = 0; set transaction_timeout = 0; set lock_timeout = '60s'`)
    await client.query(`select pg_advisory_lock(hashtext('souk-migrations'))`)
    await client.query(`create table if not exists migration (
      component text not null, name text not null, checksum text not null,
      applied_at timestamptz not null default clock_timestamp(), primary key (component, name))`)
    for (const one of await findMissing(database, wanted)) {
      await client.query('begin')
      try {
        await client.query(one.text)
        await client.query('insert into migration (component, name, checksum) values ($1, $2, $3)', [
          one.component,
          one.name,
          one.checksum,
        ])
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw new Error(`Migration ${one.component}/${one.name} failed: ${(error as Error).message}`, { cause: error })
      }
    }
  } finally {
    client.release(true) // Its settings and its lock go with the connection.
  }
  return missing.map((one) => `${one.component}/${one.name}`)
}

async function readMigrations({ component, folder }: MigrationFolder): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8')
      return {
        component,
        name: basename(file, '.sql'),
        text,
        checksum: createHash('sha256').update(text).digest('hex'),
      }
    }),
  )
}

async function findMissing(database: Database, wanted: Migration[]): Promise<Migration[]> {
  const [table] = await database.sql<{ there: boolean }>`select to_regclass('migration') is not null as there`
  if (!table?.there) return wanted
  const applied = await database.sql<{ component: string; name: string; checksum: string }>`
    select component, name, checksum from migration`
  return wanted.filter((one) => {
    const before = applied.find((row) => row.component === one.component && row.name === one.name)
    if (before && before.checksum !== one.checksum) {
      throw new Error(
        `Migration ${one.component}/${one.name} was edited after it had been applied. Add a new one instead.`,
      )
    }
    return !before
  })
}
