// Makes the three sizes of a picture in a process of its own, so that a malicious picture cannot bring down the service. One
// process serves many pictures, one at a time, and is stopped when it has been idle for a while.
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

export interface ThumbnailRequest {
  bytes: Uint8Array
}
/** The sizes as WebP, or what is wrong with the picture. */
export type Thumbnails = { sizes: Record<'small' | 'medium' | 'large', Uint8Array> } | { wrong: string }

export interface ThumbnailProcess {
  /** Throws when the process ended before it answered; the picture may be the cause or not. */
  make(bytes: Uint8Array): Promise<Thumbnails>
  close(): Promise<void>
}

const idleSeconds = 30
const longestSeconds = 30
/** The exit code of a child that needed more memory than it may have. */
export const tooMuchMemory = 71

export function openThumbnailProcess(megabytes: number): ThumbnailProcess {
  let child: ChildProcess | undefined
  let working: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined

  async function makeNow(bytes: Uint8Array): Promise<Thumbnails> {
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

  /** Kills the process. The next picture gets a new one. */
  function dismiss(): void {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = undefined
  }

  function start(): ChildProcess {
    const started = fork(join(import.meta.dirname, 'resize-picture-child.ts'), [String(megabytes)], {
      serialization: 'advanced',
      // The process gets no secrets; few memory arenas keep its size near what it needs.
      env: { PATH: process.env.PATH, MALLOC_ARENA_MAX: '2' },
      execArgv: ['--max-old-space-size=64'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    // answerOf reports errors while a picture is in work; at other times a dead process is replaced when it is needed.
    started.on('error', () => undefined)
    // It does not keep the service's process from ending.
    started.unref()
    started.channel?.unref()
    return started
  }

  return {
    make(bytes) {
      const made = working.then(() => makeNow(bytes))
      working = made.catch(() => undefined) // The caller gets the error; the next picture does not depend on it.
      return made
    },
    async close() {
      dismiss()
    },
  }
}

/** Sends one picture and resolves with the answer of the process. */
function answerOf(child: ChildProcess, bytes: Uint8Array): Promise<Thumbnails> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      child.off('message', answered).off('error', failed).off('exit', ended)
      finish()
    }
    const answered = (answer: unknown) => settle(() => resolve(answer as Thumbnails))
    const failed = (error: Error) => settle(() => reject(error))
    const ended = (code: number | null, signal: string | null) => {
      if (code === tooMuchMemory) settle(() => resolve({ wrong: 'It needs too much memory.' }))
      else failed(new Error(`The process that makes thumbnails has ended (${signal ?? code}).`))
    }
    child.on('message', answered).on('error', failed).on('exit', ended)
    child.send({ bytes } satisfies ThumbnailRequest, (error) => error && failed(error))
  })
}
