// Makes the three sizes of a picture in a process apart, so that a picture made to do harm cannot take the service with it.
// One process serves many pictures, one at a time, and goes when there has been nothing to do for a while.
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

export interface ToPaint {
  bytes: Uint8Array
}
/** The sizes as WebP, or why there are none: then the picture is to blame. */
export type Painted = { sizes: Record<'small' | 'medium' | 'large', Uint8Array> } | { wrong: string }

export interface Painter {
  /** Throws when the process ended on the way: that may be the picture's fault or not. */
  paint(bytes: Uint8Array): Promise<Painted>
  close(): Promise<void>
}

const idleSeconds = 30
const longestSeconds = 30
/** The exit code of a painter that needed more memory than it may have. */
export const tooMuchMemory = 71

export function openPainter(megabytes: number): Painter {
  let child: ChildProcess | undefined
  let working: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined

  async function paint(bytes: Uint8Array): Promise<Painted> {
    clearTimeout(idle)
    if (!child?.connected) child = start()
    const slow = setTimeout(dismiss, longestSeconds * 1000)
    try {
      return await answerOf(child, bytes)
    } catch (error) {
      dismiss()
      throw error
    } finally {
      clearTimeout(slow)
      idle = setTimeout(dismiss, idleSeconds * 1000).unref()
    }
  }

  /** The next picture gets a new process. */
  function dismiss(): void {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = undefined
  }

  function start(): ChildProcess {
    const started = fork(join(import.meta.dirname, 'painter-child.ts'), [String(megabytes)], {
      serialization: 'advanced',
      // No secrets go there, and few memory arenas keep its size near to what it needs.
      env: { PATH: process.env.PATH, MALLOC_ARENA_MAX: '2' },
      execArgv: ['--max-old-space-size=64'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    // Told to whoever waits for it; while nobody does, a dead one is replaced when it is needed.
    started.on('error', () => undefined)
    // Alone it does not keep the service's process from ending.
    started.unref()
    started.channel?.unref()
    return started
  }

  return {
    paint(bytes) {
      const painted = working.then(() => paint(bytes))
      working = painted.catch(() => undefined) // The next one does not depend on it; the caller hears of it.
      return painted
    },
    async close() {
      dismiss()
    },
  }
}

/** What the process answers to one picture. */
function answerOf(painter: ChildProcess, bytes: Uint8Array): Promise<Painted> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      painter.off('message', answered).off('error', failed).off('exit', ended)
      finish()
    }
    const answered = (answer: unknown) => settle(() => resolve(answer as Painted))
    const failed = (error: Error) => settle(() => reject(error))
    const ended = (code: number | null, signal: string | null) => {
      if (code === tooMuchMemory) settle(() => resolve({ wrong: 'It needs too much memory.' }))
      else failed(new Error(`The process that makes thumbnails has ended (${signal ?? code}).`))
    }
    painter.on('message', answered).on('error', failed).on('exit', ended)
    painter.send({ bytes } satisfies ToPaint, (error) => error && failed(error))
  })
}
