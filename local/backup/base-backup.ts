// A base back-up of a running PostgreSQL (all its databases, one instant), without pg_basebackup: pg_backup_start, a copy of the data
// folder, pg_backup_stop in the same session, and the WAL between both.
import { createReadStream, readdirSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import pg from 'pg'
import type { TarEntry } from './tar.ts'

export interface BaseBackup {
  /** All files, WAL and label included. Only when it was read to its end, the rest is known. */
  entries(): AsyncGenerator<TarEntry>
  finished(): Finished
  /** Ends the session, and with it a back-up that is not complete. */
  close(): Promise<void>
}
export interface Finished {
  startedAt: string
  consistentAt: string
  walFiles: string[]
  stopLsn: string
  postgresVersion: number
}

/** PostgreSQL makes them anew, or they belong to the running server. Their folders are copied, empty. */
const emptied = /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\//
const leftOut =
  /(^|\/)(postmaster\.(pid|opts)|current_logfiles(\.tmp)?|postgresql\.auto\.conf\.tmp|pgsql_tmp[^/]*|pg_internal\.init[^/]*|backup_label(\.old)?|tablespace_map(\.old)?|(recovery|standby)\.signal|t\d+_\d+[^/]*)(\/|$)/
const controlFile = 'global/pg_control'

/** `url`: as the superuser. Begins at once with a checkpoint. */
export async function startBaseBackup(url: string): Promise<BaseBackup> {
  const client = new pg.Client({ connectionString: url, application_name: 'souk backup' })
  let lost: Error | undefined
  client.on('error', (error) => {
    lost = error
  })
  await client.connect()
  let finished: Finished | undefined
  try {
    const startedAt = new Date().toISOString()
    const found = await prepare(client)
    return {
      entries: () =>
        copyAll(
          client,
          found,
          (stop) => (finished = { ...stop, startedAt }),
          () => lost,
        ),
      finished() {
        if (!finished) throw new Error('The base back-up is not complete.')
        return finished
      },
      close: () => client.end(),
    }
  } catch (error) {
    await client.end()
    throw error
  }
}

interface Found {
  dataFolder: string
  walBytes: number
  postgresVersion: number
  startLsn: string
}

/**
 * The temporary replication slot keeps the WAL from now on, however long the copy takes, and ends with the session. (Without it, a
 * checkpoint removes segments that no archive has.)
 */
async function prepare(client: pg.Client): Promise<Found> {
  const { rows } = await client.query(`
    select current_setting('data_directory') as "dataFolder", current_setting('server_version_num')::int as "postgresVersion",
      pg_size_bytes(current_setting('wal_segment_size')) as "walBytes",
      (select count(*) from pg_tablespace) > 2 as "hasTablespaces"`)
  const found = rows[0] as Omit<Found, 'startLsn'> & { hasTablespaces: boolean }
  if (found.hasTablespaces)
    throw new Error('A database with tablespaces outside of its data folder cannot be backed up.')
  await client.query(`set statement_timeout = 0; set idle_session_timeout = 0; set lock_timeout = 0`)
  await client.query(`select pg_create_physical_replication_slot('souk_backup_' || pg_backend_pid(), true, true)`)
  const started = await client.query(`select pg_backup_start('souk', fast => true)::text as lsn`)
  return { ...found, walBytes: Number(found.walBytes), startLsn: started.rows[0].lsn }
}

async function* copyAll(
  client: pg.Client,
  found: Found,
  done: (finished: Omit<Finished, 'startedAt'>) => void,
  lost: () => Error | undefined,
): AsyncGenerator<TarEntry> {
  for (const path of listFiles(found.dataFolder)) {
    if (lost()) throw lost()
    if (path === controlFile) continue
    const entry = await entryOf(found.dataFolder, path)
    if (entry) yield entry
  }
  const control = await entryOf(found.dataFolder, controlFile)
  if (!control) throw new Error(`${controlFile} is missing.`)
  yield control
  const stop = await stopBackup(client, found)
  yield textEntry('backup_label', stop.label)
  if (stop.tablespaceMap !== '') yield textEntry('tablespace_map', stop.tablespaceMap)
  for (const name of stop.walFiles) {
    const entry = await entryOf(found.dataFolder, `pg_wal/${name}`)
    if (!entry) throw new Error(`The WAL file ${name} is gone, without which the copy is worthless.`)
    yield entry
  }
  const { consistentAt, walFiles, stopLsn } = stop
  done({ consistentAt, walFiles, stopLsn, postgresVersion: found.postgresVersion })
}

/** Without an archive, the WAL stays in the server's folder, kept there by the slot. */
async function stopBackup(client: pg.Client, { startLsn, walBytes }: Found) {
  const stopped = await client.query(`
    select lsn::text, labelfile, spcmapfile, clock_timestamp() as at from pg_backup_stop(wait_for_archive => false)`)
  const { lsn, labelfile, spcmapfile, at } = stopped.rows[0]
  // The stop record ends at this position, so the segment of the byte before is the last one needed.
  const names = await client.query(
    'select pg_walfile_name($1::pg_lsn) as first, pg_walfile_name($2::pg_lsn - 1) as last',
    [startLsn, lsn],
  )
  return {
    label: labelfile as string,
    tablespaceMap: (spcmapfile ?? '') as string,
    stopLsn: lsn as string,
    consistentAt: (at as Date).toISOString(),
    walFiles: [...walNames(names.rows[0].first, names.rows[0].last, walBytes)],
  }
}

/** The names of WAL files from the first to the last one: 8 digits of the timeline, 8 of the high part, 8 of the segment in it. */
export function* walNames(first: string, last: string, walBytes: number): Generator<string> {
  const perPart = BigInt(2 ** 32 / walBytes)
  const numberOf = (name: string) => BigInt(`0x${name.slice(8, 16)}`) * perPart + BigInt(`0x${name.slice(16)}`)
  const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, '0')
  for (let number = numberOf(first); number <= numberOf(last); number++)
    yield first.slice(0, 8) + hex(number / perPart) + hex(number % perPart)
}

/** Folders (with a slash at the end) and files, relative. Folders that vanish while they are listed are left out. */
function* listFiles(root: string, folder = root): Generator<string> {
  for (const found of unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
    const path = join(folder, found.name)
    const name = relative(root, path).replaceAll(sep, '/')
    if (leftOut.test(name) || emptied.test(name)) {
      if (name === 'pg_wal/archive_status' || name === 'pg_wal/summaries') yield `${name}/`
      continue
    }
    if (found.isDirectory()) {
      yield `${name}/`
      yield* listFiles(root, path)
    } else if (found.isFile()) yield name
  }
}

/** Undefined when it is gone: a table that was dropped. Replaying the WAL drops it, too. */
async function entryOf(root: string, path: string): Promise<TarEntry | undefined> {
  if (path.endsWith('/')) return { path, size: 0, content: nothing() }
  let file: FileHandle
  try {
    file = await open(join(root, path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const { size } = await file.stat()
  return { path, size, content: contentOf(file, size) }
}

async function* contentOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  try {
    if (size > 0) yield* createReadStream('', { fd: file, end: size - 1, autoClose: false, highWaterMark: 512 * 1024 })
  } finally {
    await file.close()
  }
}

export function textEntry(path: string, text: string): TarEntry {
  const bytes = Buffer.from(text)
  return { path, size: bytes.length, content: once(bytes) }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

async function* nothing(): AsyncGenerator<Buffer> {}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
