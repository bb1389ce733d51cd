// The simulated bank's own memory on disk: one JSON line per fact, appended and synced before the fact is announced. Appends
// that wait at the same time share one sync.
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as endOfTurn } from 'node:timers/promises'

export interface Journal<R> {
  /** Resolves when the fact is on the disk. */
  append(fact: R): Promise<void>
  /** All facts, oldest first. */
  read(): AsyncGenerator<R>
  /** Rewrites the journal with those facts that are still wanted. Only before the first append. */
  compact(isWanted: (fact: R) => boolean): Promise<void>
  readonly bytes: number
  close(): Promise<void>
}

/** Appends; a write returns when it is on the disk (O_SYNC). */
const synced = 'as+'
const ownerOnly = 0o600

export async function openJournal<R>(folder: string): Promise<Journal<R>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'journal.jsonl')
  let file = await open(path, synced, ownerOnly)
  let bytes = await cutTornLine(file)
  let waiting: { line: string; done: () => void; failed: (error: unknown) => void }[] = []
  let writing: Promise<void> | undefined

  return {
    append(fact) {
      return new Promise((done, failed) => {
        waiting.push({ line: `${JSON.stringify(fact)}\n`, done, failed })
        writing ??= writeAll()
      })
    },
    read: () => readFacts<R>(path),
    async compact(isWanted) {
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
      file = await open(path, synced, ownerOnly)
      bytes = (await file.stat()).size
    },
    get bytes() {
      return bytes
    },
    async close() {
      await writing
      await file.close()
    },
  }

  async function writeAll(): Promise<void> {
    await endOfTurn() // Facts of one turn of the event loop share a sync.
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const lines = batch.map((one) => one.line).join('')
        await file.appendFile(lines)
        bytes += Buffer.byteLength(lines)
        for (const one of batch) one.done()
      } catch (error) {
        for (const one of batch) one.failed(error)
      }
    }
    writing = undefined
  }
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

async function* readFacts<R>(path: string): AsyncGenerator<R> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) if (line !== '') yield JSON.parse(line) as R
}
