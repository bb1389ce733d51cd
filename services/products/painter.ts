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

  function paint(bytes: Uint8Array): Promise<Painted> {
    clearTimeout(idle)
    child ??= start()
    const painter = child
    return new Promise<Painted>((resolve, reject) => {
      const slow = setTimeout(() => painter.kill('SIGKILL'), longestSeconds * 1000)
      const done = () => {
        clearTimeout(slow)
        painter.off('message', answered)
        painter.off('exit', ended)
        idle = setTimeout(() => painter.kill('SIGKILL'), idleSeconds * 1000).unref()
      }
      const answered = (answer: unknown) => {
        done()
        resolve(answer as Painted)
      }
      const ended = (code: number | null) => {
        done()
        if (code === tooMuchMemory) resolve({ wrong: 'It needs too much memory.' })
        else reject(new Error('The process that makes thumbnails has ended.'))
      }
      painter.on('message', answered)
      painter.on('exit', ended)
      painter.send({ bytes } satisfies ToPaint)
    })
  }

  function start(): ChildProcess {
    const started = fork(join(import.meta.dirname, 'painter-child.ts'), [String(megabytes)], {
      serialization: 'advanced',
      // No secrets go there, and few memory arenas keep its size near to what it needs.
      env: { PATH: process.env.PATH, MALLOC_ARENA_MAX: '2' },
      execArgv: ['--max-old-space-size=64'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const forget = () => {
      if (child === started) child = undefined
    }
    started.on('exit', forget)
    started.on('error', forget)
    // Alone it does not keep the service's process from ending.
    started.unref()
    started.channel?.unref()
    return started
  }

  return {
    paint(bytes) {
      const painted = working.then(() => paint(bytes))
      working = painted.catch(() => undefined)
      return painted
    },
    async close() {
      clearTimeout(idle)
      await working
      child?.kill('SIGKILL')
    },
  }
}
