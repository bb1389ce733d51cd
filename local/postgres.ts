// The real PostgreSQL, on one machine, out of an npm package. We use its programs and not its JavaScript, because a server
// that outlived its Souk (after a kill -9) must be adopted, and a half made data folder must never be mistaken for one.
import { accessSync, constants, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WrongSettings } from '@souk/service'
import { findLeftovers } from './away-data.ts'
import { lockFolderSoon } from './folder-lock.ts'
import { makeDataOnce } from './postgres-data.ts'
import { type Home, preparePostgresHome, requirePostgres } from './postgres-home.ts'
import { watchOwner } from './postgres-watch.ts'
import { accepts, awaitReady, findPostmaster, launch, type Postmaster, stopPostmaster } from './postmaster.ts'

export interface PostgresOptions {
  dataFolder: string
  /** The port to be had from outside (psql); another one is taken when this one is in use. */
  port?: number
  /** False only for tests: faster, and a power cut may lose everything. */
  durable?: boolean
  onProgress?: (sentence: string) => void
}

export interface Postgres {
  dataFolder: string
  /** Where its data is: in the data folder, or where its user can reach it. */
  folder: string
  /** The folder of its Unix socket; 127.0.0.1 on Windows. */
  host: string
  port: number
  superuserPassword: string
  /** Whether it was still running from a Souk that was killed. */
  adopted: boolean
  /** A connection string for this database; as the superuser when no role is given. */
  url(database: string, role?: string, password?: string): string
  stop(): Promise<void>
}

const defaultPort = 54320

export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataFolder = resolve(options.dataFolder)
  const say = options.onProgress ?? (() => {})
  const durable = options.durable ?? true
  requirePostgres()
  makeDataFolder(dataFolder)
  const disown = await lockFolderSoon(dataFolder)
  try {
    removeLeftovers(dataFolder, say)
    const home = preparePostgresHome(dataFolder, say)
    const superuserPassword = await makeDataOnce(dataFolder, home, durable, say)
    const survivor = await adopt(home, say)
    const server = survivor ?? (await startAnew(home, options.port ?? defaultPort, durable, say))
    const endWatch = watchOwner(dataFolder, server.pid, home)
    let stopping: Promise<void> | undefined
    const stop = () => stopPostmaster(server.pid, home).finally(endWatch).finally(disown)
    return {
      dataFolder,
      folder: home.folder,
      host: server.host,
      port: server.port,
      superuserPassword,
      adopted: survivor !== undefined,
      url: (database, role = 'postgres', password = superuserPassword) => urlOf(server, database, role, password),
      stop: () => {
        stopping ??= stop()
        return stopping
      },
    }
  } catch (error) {
    disown()
    throw error
  }
}

function makeDataFolder(dataFolder: string) {
  try {
    mkdirSync(dataFolder, { recursive: true })
    accessSync(dataFolder, constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new WrongSettings(
      `The data folder ${dataFolder} cannot be made or written (${code}). Give this user a folder of its own, and name it in SOUK_DATA.`,
    )
  }
}

/** The data of deleted shops, which lay outside of their data folders. */
function removeLeftovers(dataFolder: string, say: (sentence: string) => void) {
  if (process.getuid?.() !== 0) return
  for (const away of findLeftovers(dataFolder).filter((folder) => !findPostmaster({ data: join(folder, 'data') }))) {
    say(`Removing ${away}, which a deleted shop has left.`)
    rmSync(away, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The host stands in the query, because a URL has no room for a folder; `pg`, psql and libpq all read it there. */
function urlOf({ host, port }: Postmaster, database: string, role: string, password: string) {
  const words = new URLSearchParams({ host, port: String(port), sslmode: 'disable' })
  return `postgres://${encodeURIComponent(role)}:${encodeURIComponent(password)}@localhost/${encodeURIComponent(database)}?${words}`
}

/** A server that a killed Souk left behind goes on as it is; one that cannot be reached is stopped. */
async function adopt(home: Home, say: (sentence: string) => void) {
  if (!findPostmaster(home)) return undefined
  const survivor = await awaitReady(home)
  if (!survivor) return undefined
  if (await accepts(survivor)) return survivor
  say('A PostgreSQL from an earlier run cannot be reached any more; starting it anew.')
  await stopPostmaster(survivor.pid, home)
  return undefined
}

async function startAnew(home: Home, wantedPort: number, durable: boolean, say: (sentence: string) => void) {
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(wantedPort, say)
    try {
      return await launch(home, settingsFor(home, port, durable))
    } catch (error) {
      const words = String(error)
      // Somebody took the port since we looked, or children of a killed server are just about to end.
      const isPassing = /Address already in use|pre-existing shared memory block/.test(words)
      if (!isPassing || attempt >= 20) throw error
      await pause(100)
    }
  }
}

function settingsFor(home: Home, port: number, durable: boolean): Record<string, string | number> {
  const safety = durable ? 'on' : 'off'
  return {
    listen_addresses: '127.0.0.1',
    port,
    ...(process.platform === 'win32' ? {} : { unix_socket_directories: `"${home.host}"` }),
    cluster_name: 'souk',
    fsync: safety,
    synchronous_commit: safety,
    full_page_writes: safety,
    // These programs are built without lz4, and pglz takes more processor time than it saves on one machine.
    wal_compression: 'off',
    max_wal_size: '1GB',
    checkpoint_timeout: '15min',
    max_connections: 200,
    shared_buffers: '128MB',
    jit: 'off',
    autovacuum_naptime: '10s',
    deadlock_timeout: '200ms',
    idle_in_transaction_session_timeout: '10s',
    ...(process.platform === 'linux' ? { client_connection_check_interval: '2s' } : {}),
    log_lock_waits: 'on',
    log_line_prefix: '%m [%p] %u@%d ',
    log_timezone: 'UTC',
    timezone: 'UTC',
  }
}

async function choosePort(wanted: number, say: (sentence: string) => void) {
  if (wanted === 0) return freePort(0)
  try {
    return await freePort(wanted)
  } catch {
    const port = await freePort(0)
    say(`Port ${wanted} is taken, so PostgreSQL listens on port ${port}.`)
    return port
  }
}

function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}
