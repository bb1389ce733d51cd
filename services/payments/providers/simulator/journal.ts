// The simulated bank's own memory on disk: one JSON line per fact, appended and synced before the fact is announced. Appends
// that wait at the same time share one sync. Several processes may share a journal: each reads what the others wrote before it writes.
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { type JournalLock, noLock, openLock } from './journal-lock.ts'

export interface Journal<R> {
  /**
   * Asks `decide` for a fact when it is next to be written, when all facts before it are known, and resolves when it is on the disk.
   * Without a fact, nothing is written. Rejects with what `decide` throws.
   */
  append(decide: () => R | undefined): Promise<void>
  /** Resolves when the facts of other processes until now are known. */
  catchUp(): Promise<void>
  /** All facts, oldest first. */
  read(): AsyncGenerator<R>
  /** Rewrites the journal with those facts that are still wanted. Only before the first append, and not when it is shared. */
  compact(isWanted: (fact: R) => boolean): Promise<void>
  readonly bytes: number
  close(): Promise<void>
}
export interface JournalOptions<R> {
  folder: string
  /** Other processes may write to it at the same time. */
  isShared: boolean
  /** Gets each fact that is written from now on, by whichever process, once it is on the disk. */
  apply(fact: R): void
}
interface Waiting<R> {
  decide: () => R | undefined
  done: () => void
  failed: (error: unknown) => void
}

/** Appends; a write returns when it is on the disk (O_SYNC). */
const synced = 'as+'
const ownerOnly = 0o600

/** Opens the journal behind a last line that is complete. Read it before the first append, to know the facts until then. */
export async function openJournal<R>({ folder, isShared, apply }: JournalOptions<R>): Promise<Journal<R>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'journal.jsonl')
  let file = await open(path, synced, ownerOnly)
  const lock: JournalLock = isShared ? await openLock(join(folder, 'journal.lock')) : noLock
  let bytes = await lock.hold(() => cutTornLine(file))
  let waiting: Waiting<R>[] = []
  let writing: Promise<void> | undefined
  const append = (decide: Waiting<R>['decide']) =>
    new Promise<void>((done, failed) => {
      waiting.push({ decide, done, failed })
      writing ??= writeAll()
    })

  return {
    append,
    catchUp: async () => (isShared ? append(() => undefined) : undefined),
    read: () => readFacts<R>(path, bytes),
    async compact(isWanted) {
      if (isShared) return
      file = await rewrite<R>(path, file, isWanted)
      bytes = (await file.stat()).size
    },
    get bytes() {
      return bytes
    },
    async close() {
      await writing
      await file.close()
      lock.close()
    },
  }

  async function writeAll(): Promise<void> {
    await endOfTurn() // Facts of one turn of the event loop share a sync.
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await lock.hold(() => writeBatch(batch))
      } catch (error) {
        for (const one of batch) one.failed(error)
      }
    }
    writing = undefined
  }
  async function writeBatch(batch: readonly Waiting<R>[]): Promise<void> {
    if (isShared) await readOthers()
    const { facts, decided } = decideAll(batch)
    const lines = facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')
    if (lines !== '') await file.appendFile(lines)
    bytes += Buffer.byteLength(lines)
    for (const fact of facts) apply(fact)
    for (const one of decided) one.done()
  }
  /** While the lock is held. A process that was killed may have left half a line. */
  async function readOthers(): Promise<void> {
    const end = (await file.stat()).size === bytes ? bytes : await cutTornLine(file)
    if (end === bytes) return
    const { buffer } = await file.read(Buffer.alloc(end - bytes), 0, end - bytes, bytes)
    bytes = end
    for (const line of buffer.toString().split('\n')) if (line !== '') apply(JSON.parse(line) as R)
  }
}

/** The facts of those that decide without an error; the others have failed. */
function decideAll<R>(batch: readonly Waiting<R>[]): { facts: R[]; decided: Waiting<R>[] } {
  const facts: R[] = []
  const decided = batch.filter((one) => {
    try {
      const fact = one.decide()
      if (fact !== undefined) facts.push(fact)
      return true
    } catch (error) {
      one.failed(error)
      return false
    }
  })
  return { facts, decided }
}

/** Writes a journal of the wanted facts in place of this one, and returns it opened. */
async function rewrite<R>(path: string, file: FileHandle, isWanted: (fact: R) => boolean): Promise<FileHandle> {
  const fresh = await open(`${path}.new`, 'w', ownerOnly)
  let lines = ''
  for await (const fact of readFacts<R>(path)) {
    if (isWanted(fact)) lines += `${JSON.stringify(fact)}\n`
    if (lines.length > 1_000_000) {
      await fresh.appendFile(lines)
      lines = ''
    }
  }
  await fresh.appendFile(lines)
  await fresh.datasync()
  await fresh.close()
  await file.close()
  await rename(`${path}.new`, path)
  return open(path, synced, ownerOnly)
}

/** Cuts off a half-written last line: nobody has heard of its fact. Returns the size. */
async function cutTornLine(file: FileHandle): Promise<number> {
  const { size } = await file.stat()
  const tail = Buffer.alloc(Math.min(size, 64 * 1024))
  await file.read(tail, 0, tail.length, size - tail.length)
  const end = size - tail.length + tail.lastIndexOf(10) + 1
  if (end < size) await file.truncate(end)
  return end
}

/** The facts in the first `end` bytes. */
async function* readFacts<R>(path: string, end = Number.POSITIVE_INFINITY): AsyncGenerator<R> {
  if (end === 0) return
  const lines = createInterface({
    input: createReadStream(path, { end: end - 1 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  for await (const line of lines) if (line !== '') yield JSON.parse(line) as R
}
