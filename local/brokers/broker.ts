// Message brokers as throw-away servers, for tests and for trying them: how they are started, killed, emptied and ended. A server lies
// in a folder of its own, listens on loopback only, and ends with the process that started it, killed or not.
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemEnvironment } from '../system-environment.ts'

export type BrokerName = 'nats' | 'rabbitmq' | 'kafka' | 'redis'

export interface BrokerServer {
  readonly name: BrokerName
  /** For BUS_URL. */
  readonly url: string
  /** SIGKILL, and waits until it is gone. Does nothing when it is. */
  kill(): Promise<void>
  /** Starts it on the same data and port, and resolves when it answers. Does nothing while it runs. */
  start(): Promise<void>
  /** Kills it, deletes its data, and starts it empty. */
  wipe(): Promise<void>
  /** SIGSTOP: it answers nobody until `resume`, and its connections stay open. */
  pause(): void
  resume(): void
  /** Ends it and deletes its folder. */
  stop(): Promise<void>
}

export interface BrokerOptions {
  /** Is made if it is not there, and deleted at the end. */
  folder: string
  /** Without one, a free port is taken. */
  port?: number
}

export interface BrokerKind<Options extends BrokerOptions = BrokerOptions> {
  readonly name: BrokerName
  /** A sentence that says how to install it, or undefined when it is there. */
  missing(): Promise<string | undefined>
  /** Starts a server and resolves when it answers. Throws with the end of its log when it does not. */
  start(options: Options): Promise<BrokerServer>
}

/** A server's process, with those that it started. */
export interface ServerProcess {
  readonly pid: number
  readonly hasEnded: boolean
  /** SIGKILL for all of them, and waits until the server is gone. */
  kill(): Promise<void>
  /** A signal for all of them. Does nothing when they are gone. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
}

/** The BrokerServer of a server that keeps its data in `<folder>/data`. `begin` starts its process and waits until it answers. */
export async function startBroker(
  { name, url, folder }: { name: BrokerName; url: string; folder: string },
  begin: () => Promise<ServerProcess>,
): Promise<BrokerServer> {
  const data = join(folder, 'data')
  const removal = { recursive: true, force: true, maxRetries: 5 }
  mkdirSync(data, { recursive: true })
  let server: ServerProcess
  let starting: Promise<void> | undefined
  function beginAgain(): Promise<void> {
    starting ??= (async () => {
      try {
        server = await begin()
      } finally {
        starting = undefined
      }
    })()
    return starting
  }
  /** Also a server that is just starting: it would be left behind. */
  async function kill(): Promise<void> {
    await starting?.catch(() => undefined) // The caller of `start` gets the error.
    await server.kill()
  }
  await beginAgain()
  return {
    name,
    url,
    kill,
    async start() {
      if (server.hasEnded) await beginAgain()
    },
    async wipe() {
      await kill()
      rmSync(data, removal)
      mkdirSync(data)
      await beginAgain()
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    async stop() {
      await kill()
      rmSync(folder, removal)
    },
  }
}

/**
 * Starts a program in a process group of its own. `log`: the file for its output. Resolves when `answers` does with true. Throws when the
 * program ends before, or is not ready in `seconds`.
 */
export async function launch(
  program: string,
  words: readonly string[],
  { log, answers, env, seconds = 120 }: LaunchOptions,
): Promise<ServerProcess> {
  const output = openSync(log, 'a', 0o600)
  const child = spawn(program, words, {
    cwd: '/',
    env: { ...systemEnvironment(process.env), ...env },
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  let failure: Error | undefined
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => resolve())
    child.on('error', (error) => {
      failure = error
      resolve()
    })
  })
  const server = asServer(child, ended)
  for (const until = Date.now() + seconds * 1000; Date.now() < until; await pause(20)) {
    if (failure) throw failure
    if (server.hasEnded) throw new Error(`${program} ended. Its log, ${log}, says:\n${endOf(log)}`)
    if (await answers()) return server
  }
  await server.kill()
  throw new Error(`${program} does not answer after ${seconds} s. Its log, ${log}, says:\n${endOf(log)}`)
}

interface LaunchOptions {
  log: string
  answers: () => Promise<boolean>
  env?: Record<string, string>
  seconds?: number
}

function asServer(child: ChildProcess, ended: Promise<void>): ServerProcess {
  const pid = child.pid as number // Undefined when the program could not be started: then nothing else reads it.
  let hasEnded = child.pid === undefined
  const endWatcher = hasEnded ? () => {} : watch(pid)
  ended.then(() => {
    hasEnded = true
    endWatcher()
  })
  child.unref()
  return {
    pid,
    get hasEnded() {
      return hasEnded
    },
    async kill() {
      if (hasEnded) return
      signalGroup(pid, 'SIGKILL')
      child.ref()
      await ended
    },
    signal: (signal) => hasEnded || signalGroup(pid, signal),
  }
}

/** Waits at the end of a pipe that the system closes with this process, then kills the group of the server. */
function watch(pid: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', 'cat > /dev/null; kill -KILL "-$1"', 'souk-watch', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  ;(watcher.stdin as unknown as { unref?(): void } | null)?.unref?.() // A pipe is a socket, which its type does not say.
  return () => void watcher.kill('SIGKILL')
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function endOf(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-20).join('\n')
}

/** True when whoever listens on this port of loopback sends something back. `hello`: the bytes that are sent first, if any. */
export function sendsAnything(port: number, hello?: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => hello && socket.write(hello))
    const answer = (isReady: boolean) => {
      socket.destroy()
      resolve(isReady)
    }
    socket.setTimeout(2_000, () => answer(false))
    socket.on('error', () => answer(false))
    socket.on('close', () => answer(false))
    socket.on('data', () => answer(true))
  })
}

/** A port of loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** The path of a program, looked for in PATH and where Debian puts servers. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
