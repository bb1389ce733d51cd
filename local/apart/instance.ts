// One process of a service: how it is started, when it is ready, how it is stopped, and what it says on its error output.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { printLines } from './log-lines.ts'
import type { Slot } from './slots.ts'

/** The exit code of a process whose settings are wrong or whose packages are missing: another start would end the same way. */
export const wrongSettingsCode = 78
/** A process stops by itself within 25 seconds after its grace time. */
const killAfterMs = 27_000
const checkReadyMs = 50
const checkAtMostMs = 2_000
const mostLastLines = 20

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  /** The last lines that it printed. */
  lastLines: string
}
export interface Instance {
  readonly child: ChildProcess
  /** Where its health and metrics are, once it has started. */
  readonly operationsUrl: string | undefined
  /** Resolves when it is ready; never when it ends before. */
  readonly ready: Promise<void>
  readonly ended: Promise<Ended>
  /**
   * Asks it to stop, kills it when it does not, and resolves when it has ended. `withGrace`: it still takes requests for
   * SOUK_DRAIN_SECONDS, while others learn of it.
   */
  stop(withGrace: boolean): Promise<void>
}

/** Starts a process of a service with this environment and no other. Its channel to this process tells it when this one is gone. */
export function startInstance(slot: Slot, env: Record<string, string | undefined>): Instance {
  const words = [
    ...process.execArgv,
    join(import.meta.dirname, '..', 'start.ts'),
    '--alone',
    slot.service,
    '--supervised',
  ]
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true })
  const lastLines: string[] = []
  let operationsUrl: string | undefined
  for (const output of [child.stdout, child.stderr]) {
    printLines(output as Readable, slot.name, process.stderr, (line) => {
      lastLines.push(line)
      if (lastLines.length > mostLastLines) lastLines.shift()
    })
  }
  const ended = new Promise<Ended>((resolve) => {
    // `close` comes after the last line; it does not come when the process could not be started.
    child.once('close', (code, signal) => resolve({ code, signal, lastLines: lastLines.join('\n') }))
    child.once(
      'error',
      (error) => child.pid === undefined && resolve({ code: 1, signal: null, lastLines: String(error) }),
    )
  })
  return {
    child,
    get operationsUrl() {
      return operationsUrl
    },
    ended,
    ready: new Promise((resolve) => {
      child.on('message', (message: { operationsUrl?: string }) => {
        if (message.operationsUrl === undefined) return
        operationsUrl = message.operationsUrl
        void waitUntilReady(operationsUrl, child).then(resolve)
      })
    }),
    async stop(withGrace) {
      const graceMs = withGrace ? Number(env.SOUK_DRAIN_SECONDS ?? 0) * 1000 : 0
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs + killAfterMs)
      child.kill(withGrace ? 'SIGTERM' : 'SIGINT')
      await ended
      clearTimeout(timer)
    },
  }
}

/** Whether a process says that it is ready. */
export async function isReady(operationsUrl: string): Promise<boolean> {
  try {
    const reply = await fetch(`${operationsUrl}/health/ready`, { signal: AbortSignal.timeout(checkAtMostMs) })
    await reply.body?.cancel()
    return reply.ok
  } catch {
    return false // It does not answer.
  }
}

async function waitUntilReady(operationsUrl: string, child: ChildProcess): Promise<void> {
  while (!(await isReady(operationsUrl))) {
    if (child.exitCode !== null || child.signalCode !== null) return new Promise(() => undefined)
    await pause(checkReadyMs)
  }
}
