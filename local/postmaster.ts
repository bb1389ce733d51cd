// The PostgreSQL server process: starting it, recognizing one that outlived its Souk, and stopping it. PostgreSQL writes
// its pid, port and state to `postmaster.pid`, which is a quicker and surer answer than trying to connect.
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Home } from './postgres-home.ts'
import { systemEnvironment } from './system-environment.ts'

export interface Postmaster {
  pid: number
  port: number
  host: string
  status: string
}

const startAtMostSeconds = 120
const stopFastSeconds = 1.5
const stopAtMostSeconds = 15
const largestLogBytes = 10 * 1024 * 1024
const onWindows = process.platform === 'win32'

/** The living server on this data, or undefined; then `postmaster.pid` is a leftover, if it is there at all. */
export function findPostmaster(home: Pick<Home, 'data'>): Postmaster | undefined {
  const lines = readLines(join(home.data, 'postmaster.pid'))
  const pid = Number(lines[0])
  if (!pid || !isPostmasterOf(pid, home.data)) return undefined
  const host = lines[4] || '127.0.0.1'
  return { pid, port: Number(lines[3]), host, status: lines[7]?.trim() ?? 'starting' }
}

/** Waits until the server is ready; undefined when it is gone instead. */
export async function awaitReady(home: Home): Promise<Postmaster | undefined> {
  for (const until = Date.now() + startAtMostSeconds * 1000; Date.now() < until; await pause(10)) {
    const found = findPostmaster(home)
    if (!found || found.status === 'ready') return found
  }
  throw new Error(`PostgreSQL is not ready after ${startAtMostSeconds} s. Its log is ${home.log}.`)
}

export async function launch(home: Home, settings: Record<string, string | number>): Promise<Postmaster> {
  removeLeftovers(home, Number(settings.port))
  if ((statSync(home.log, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes) truncateSync(home.log)
  const log = openSync(home.log, 'a', 0o600)
  const logStart = statSync(home.log).size
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // Its own session, so that Ctrl-C in the terminal reaches Souk alone, which then stops PostgreSQL last.
  const child = onWindows
    ? spawn(join(home.binaries, 'pg_ctl'), ['start', '-W', '-D', home.data, '-o', words.map(quoted).join(' ')], {
        stdio: ['ignore', log, log],
        windowsHide: true,
      })
    : spawn(join(home.binaries, 'postgres'), ['-D', home.data, ...words], {
        ...home.runAs,
        cwd: '/',
        env: { ...plainEnvironment(), ...keepsMemory },
        detached: true,
        stdio: ['ignore', log, log],
      })
  closeSync(log)
  child.unref()
  let ended: Error | undefined
  child.on('error', (error) => {
    ended = error
  })
  child.on('exit', (code) => {
    if (!onWindows || code !== 0) ended = new Error(readFileSync(home.log).subarray(logStart).toString().trim())
  })
  for (const until = Date.now() + startAtMostSeconds * 1000; Date.now() < until; await pause(10)) {
    if (ended) throw new Error(`PostgreSQL did not start. Its log, ${home.log}, says:\n${ended.message}`)
    const found = findPostmaster(home)
    if (found?.status === 'ready' && (onWindows || found.pid === child.pid)) {
      child.removeAllListeners('exit')
      return found
    }
  }
  if (child.pid) await stopPostmaster(child.pid, home)
  throw new Error(`PostgreSQL was not ready after ${startAtMostSeconds} s. Its log is ${home.log}.`)
}

/** A fast shutdown: open transactions are rolled back, all is written. If that takes too long, the next start recovers. */
export async function stopPostmaster(pid: number, home: Home): Promise<void> {
  if (onWindows) {
    execFileSync(join(home.binaries, 'pg_ctl'), ['stop', '-m', 'fast', '-D', home.data], { stdio: 'ignore' })
    return
  }
  const begun = Date.now()
  let isUrged = false
  const signal = (name: NodeJS.Signals) => {
    try {
      return isPostmasterOf(pid, home.data) && process.kill(pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      return false
    }
  }
  signal('SIGINT')
  while (isPostmasterOf(pid, home.data)) {
    const seconds = (Date.now() - begun) / 1000
    if (seconds > stopFastSeconds && !isUrged) isUrged = Boolean(signal('SIGQUIT'))
    if (seconds > stopAtMostSeconds)
      throw new Error(`PostgreSQL (process ${pid}) does not stop. Its log is ${home.log}.`)
    await pause(10)
  }
}

/** Whether a client gets through to it; a cleaned temporary folder may have taken its socket away. */
export function accepts({ host, port }: Postmaster): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    const answer = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.setTimeout(2000, () => answer(false))
    socket.on('connect', () => answer(true)).on('error', () => answer(false))
  })
}

/**
 * glibc gives a server process's memory back to the system after each statement, and gets it again, zeroed, for the next one
 * (measured: 9 % of PostgreSQL's time under a load of purchases). Up to this many bytes it keeps it.
 */
const keepsMemory = {
  MALLOC_TRIM_THRESHOLD_: '8388608',
  MALLOC_TOP_PAD_: '1048576',
  MALLOC_MMAP_THRESHOLD_: '4194304',
}

/** PostgreSQL takes other people's variables (PGPORT, PGDATA) as orders, a foreign locale stops it on macOS, and it needs no secrets. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(systemEnvironment(process.env)).filter(([name]) => !/^(LC_|LANG)/.test(name))
  return { ...Object.fromEntries(own), LC_ALL: 'C', TZ: 'UTC' }
}

/**
 * A pid in a leftover file may belong to somebody else by now, so the command line is compared too. (The working folder
 * would say it as well, but root in a container may not read that of another user.)
 */
function isPostmasterOf(pid: number, data: string) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  if (onWindows) return true
  try {
    if (process.platform === 'linux') {
      const [program = '', ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return program.endsWith('postgres') && words[0] === '-D' && words[1] === data
    }
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes(`postgres -D ${data} `)
  } catch {
    return false
  }
}

/** Only called when no server lives on this data. PostgreSQL itself would be misled by a pid that is in use again. */
function removeLeftovers(home: Home, port: number) {
  const pid = Number(readLines(join(home.data, 'postmaster.pid'))[0])
  if (pid && isAlive(pid)) rmSync(join(home.data, 'postmaster.pid'), { force: true })
  if (onWindows) return
  for (const ending of ['', '.lock']) rmSync(join(home.host, `.s.PGSQL.${port}${ending}`), { force: true })
}

function isAlive(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readLines(file: string) {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

function quoted(word: string) {
  return `"${word.replaceAll('"', '\\"')}"`
}
