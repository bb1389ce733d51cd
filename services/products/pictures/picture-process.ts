// Reads and resizes pictures in a process of its own, so that a malicious picture can neither bring down the service nor keep it
// from answering. One process serves many pictures, one at a time, and is stopped when it has been idle for a while.
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { sliceBytes } from './picture-files.ts'
import type { PlainPicture } from './picture-formats.ts'
import type { Size } from './picture-sizes.ts'

/** What is wrong with a picture, for the person who sent it. */
export interface Wrong {
  wrong: string
}
/** The files of the sizes that were asked for, by name. */
export interface Thumbnails {
  sizes: Record<string, Uint8Array>
}
export type Format = 'webp' | 'avif'
export type Task = { kind: 'read' } | { kind: 'resize'; sizes: readonly Size[]; format: Format }
/** A picture travels in slices, and then comes what it is for: one large message would keep the thread busy. */
export type PictureMessage = { slice: Uint8Array } | { task: Task }
export type Answer = PlainPicture | Thumbnails | Wrong
/** What the process answers: the bytes of a plain picture come in slices before it. */
export type AnswerMessage = { slice: Uint8Array } | Omit<PlainPicture, 'bytes'> | Thumbnails | Wrong
interface Request {
  task: Task
  bytes: Uint8Array
}

/** Both tasks throw when the process ended before it answered; the picture may be the cause or not. */
export interface PictureProcess {
  /** The picture without metadata and with its right side up. */
  read(bytes: Uint8Array): Promise<PlainPicture | Wrong>
  /** No size may be larger than the picture. */
  resize(bytes: Uint8Array, sizes: readonly Size[], format?: Format): Promise<Thumbnails | Wrong>
  close(): Promise<void>
}

const idleSeconds = 30
const longestSeconds = { read: 10, resize: 30 }
/** The exit code of a child that needed more memory than it may have. */
export const tooMuchMemory = 71

export function openPictureProcess(megabytes: number): PictureProcess {
  let child: ChildProcess | undefined
  let working: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined

  async function workNow(request: Request): Promise<Answer> {
    clearTimeout(idle)
    if (!child?.connected) child = start()
    const slow = setTimeout(dismiss, longestSeconds[request.task.kind] * 1000)
    try {
      return await answerOf(child, request)
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
    const started = fork(join(import.meta.dirname, 'picture-child.ts'), [String(megabytes)], {
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

  function work(request: Request): Promise<Answer> {
    const worked = working.then(() => workNow(request))
    working = worked.catch(() => undefined) // The caller gets the error; the next picture does not depend on it.
    return worked
  }

  return {
    // The child answers each task with its own kind.
    read: (bytes) => work({ task: { kind: 'read' }, bytes }) as Promise<PlainPicture | Wrong>,
    resize: (bytes, sizes, format = 'webp') =>
      work({ task: { kind: 'resize', sizes, format }, bytes }) as Promise<Thumbnails | Wrong>,
    async close() {
      dismiss()
    },
  }
}

/** Sends one picture and resolves with the answer of the process. */
function answerOf(child: ChildProcess, { task, bytes }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const slices: Uint8Array[] = []
    const settle = (finish: () => void) => {
      child.off('message', answered).off('error', failed).off('exit', ended)
      finish()
    }
    const answered = (message: unknown) => {
      const answer = message as AnswerMessage
      if ('slice' in answer) slices.push(answer.slice)
      else settle(() => resolve('width' in answer ? { ...answer, bytes: Buffer.concat(slices) } : answer))
    }
    const failed = (error: Error) => settle(() => reject(error))
    const ended = (code: number | null, signal: string | null) => {
      if (code === tooMuchMemory) settle(() => resolve({ wrong: 'It needs too much memory.' }))
      else failed(new Error(`The process that reads pictures has ended (${signal ?? code}).`))
    }
    child.on('message', answered).on('error', failed).on('exit', ended)
    sendPicture(child, { task, bytes }).catch(failed)
  })
}

async function sendPicture(child: ChildProcess, { task, bytes }: Request): Promise<void> {
  const send = (message: PictureMessage) =>
    new Promise<void>((sent, failed) => child.send(message, (error) => (error ? failed(error) : sent())))
  for (const slice of slicesOf(bytes)) await send({ slice })
  await send({ task })
}

/** The bytes in pieces that are quickly copied. */
export function slicesOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / sliceBytes)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * sliceBytes, (index + 1) * sliceBytes))
}
