// The real PostgreSQL, on one machine, out of an npm package. We use its programs and not its JavaScript, because a server
// that outlived its Souk (after a kill -9) must be adopted, and a half made data folder must never be mistaken for one.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ownFolder } from './owner.ts'
import { type Home, settleHome } from './postgres-home.ts'
import {
  accepts,
  awaitReady,
  findPostmaster,
  launch,
  type Postmaster,
  plainEnvironment,
  stopPostmaster,
} from './postmaster.ts'
import { readSecrets, secretOf } from './secrets.ts'

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
  mkdirSync(dataFolder, { recursive: true })
  const disown = ownFolder(dataFolder)
  try {
    const home = settleHome(dataFolder, say)
    const superuserPassword = await makeDataOnce(dataFolder, home, durable, say)
    const survivor = await adopt(home, say)
    const server = survivor ?? (await startAnew(home, options.port ?? defaultPort, durable, say))
    let stopping: Promise<void> | undefined
    const stop = () => stopPostmaster(server.pid, home).finally(disown)
    return {
      dataFolder,
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

/** Makes the data folder beside its place and then moves it there, so that a kill in between leaves nothing half made. */
async function makeDataOnce(dataFolder: string, home: Home, durable: boolean, say: (sentence: string) => void) {
  for (const name of readdirSync(home.folder)) {
    if (name.startsWith('making-')) rmSync(join(home.folder, name), { recursive: true, force: true, maxRetries: 5 })
  }
  if (existsSync(home.data)) {
    const known = readSecrets(dataFolder).postgres
    if (known) return known
    throw new Error(
      `The passwords for the databases, ${join(dataFolder, 'secrets.json')}, are gone. Bring that file back, or remove ${dataFolder} to begin with an empty shop.`,
    )
  }
  const password = secretOf(dataFolder, 'postgres', () => randomBytes(24).toString('base64url'))
  say('Making the database folder, once.')
  const making = join(home.folder, `making-${process.pid}`)
  const passwordFile = join(home.folder, `making-${process.pid}.password`)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (home.runAs.uid !== undefined && home.runAs.gid !== undefined) {
    chownSync(passwordFile, home.runAs.uid, home.runAs.gid)
  }
  const words = ['-D', making, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-k', '-A', 'scram-sha-256']
  const all = [...words, `--pwfile=${passwordFile}`, '--no-instructions', ...(durable ? [] : ['--no-sync'])]
  const problem = await initdb(home, [...all, '--locale-provider=builtin', '--builtin-locale=C.UTF-8'])
  const problemWithoutLocale = problem && (await initdb(home, all))
  rmSync(passwordFile, { force: true })
  if (problemWithoutLocale) throw new Error(`PostgreSQL could not make its data folder:\n${problemWithoutLocale}`)
  renameSync(making, home.data)
  if (durable && process.platform !== 'win32') fsyncFolder(home.folder)
  return password
}

/** Returns what went wrong, if anything did. */
function initdb(home: Home, words: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    const child = spawn(join(home.binaries, 'initdb'), words, {
      ...home.runAs,
      cwd: '/',
      env: plainEnvironment(),
      stdio,
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? undefined : output.trim() || `initdb ended with code ${code}.`))
  })
}

function fsyncFolder(folder: string) {
  const opened = openSync(folder, 'r')
  fsyncSync(opened)
  closeSync(opened)
}
