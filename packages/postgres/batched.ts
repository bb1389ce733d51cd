// Group commit: while one batch is at the database, further items wait and then go as one batch: one statement, one commit and
// one wake-up of the server for all of them. DeWitt et al., Implementation Techniques for Main Memory Database Systems, 1984.
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { workObserver } from './observe-work.ts'

export interface BatchOptions<Item, Row, Context> {
  /** Names what an item changes. Items with one key never share a batch. */
  key(item: Item): string
  /** Further names of what it changes, where items also conflict over something else. */
  conflicts?(item: Item): readonly string[]
  /** The key of the item that a row answers. */
  keyOf(row: Row): string
  /** Writes all items in one statement. `context` is that of the first item: only what all items share may be read from it. */
  write(items: readonly Item[], context: Context): PromiseLike<readonly Row[]>
  /** Items in one batch (64). */
  most?: number
  /** Batches at the database at once (1). */
  atOnce?: number
  /** Under load, a batch waits at most this long for further items (0). */
  waitMs?: number
}
/** A batch that waits for further items leaves when none has come for this long. */
const quietMs = 3
/** The sizes of this many batches tell how many items come together. */
const sizesKept = 16

interface Waiting<Item, Context, Row> {
  item: Item
  context: Context
  /** What tracing knows of the requester. */
  caller: unknown
  resolve(row: PromiseLike<Row | undefined> | Row | undefined): void
}
interface Queue<Item, Context, Row> {
  options: BatchOptions<Item, Row, Context>
  /** Items in one batch. */
  most: number
  waiting: Waiting<Item, Context, Row>[]
  /** Batches at the database now. */
  underWay: number
  /** Of the last batches, newest last. */
  sizes: number[]
  /** Batches until the whole of `waitMs` is waited again. */
  untilPatient: number
  /** Ends the wait when the queue holds `count` items. */
  expected?: { count: number; arrived: () => void }
}

/**
 * Makes a function that writes one item in a batch with the items of other requests, and resolves with the row that answers it
 * (undefined when `write` returned none). When a batch fails, each of its items is written alone and gets its own outcome.
 * Every database has a queue of its own.
 */
export function batched<Item, Row, Context extends { readonly database: object }>(
  options: BatchOptions<Item, Row, Context>,
): (item: Item, context: Context) => Promise<Row | undefined> {
  const { most = 64, atOnce = 1 } = options
  const queues = new WeakMap<object, Queue<Item, Context, Row>>()
  return (item, context) => {
    let queue = queues.get(context.database)
    if (!queue) {
      queue = { options, most, waiting: [], underWay: 0, sizes: [], untilPatient: 0 }
      queues.set(context.database, queue)
    }
    const { waiting } = queue
    const caller = workObserver()?.current()
    const answer = new Promise<Row | undefined>((resolve) => waiting.push({ item, context, caller, resolve }))
    if (queue.underWay < atOnce) void writeAll(queue)
    else if (queue.waiting.length === queue.expected?.count) queue.expected.arrived()
    return answer
  }
}

async function writeAll<Item, Context, Row>(queue: Queue<Item, Context, Row>): Promise<void> {
  const { options } = queue
  queue.underWay += 1
  while (queue.waiting.length > 0) {
    await waitForMore(queue)
    const batch = nextBatch(queue)
    const [first, ...others] = batch
    if (!first) break
    queue.sizes.push(batch.length)
    if (queue.sizes.length > sizesKept) queue.sizes.shift()
    if (others.length === 0) await writeAlone(first, options)
    else {
      const rows = await writeBatch(batch, options).catch(() => undefined)
      for (const one of batch) {
        if (rows) one.resolve(rows.get(options.key(one.item)))
        else void writeAlone(one, options) // Each requester learns its own error; the queue goes on meanwhile.
      }
    }
  }
  queue.underWay -= 1
}

/**
 * Requests answered together usually send their next statement together, in the same turn of the event loop; after a batch of one,
 * the next leaves without waiting for the end of the turn. Under load, a short wait makes batches larger, as PostgreSQL's
 * commit_delay does; it ends when as many are here as came together at most lately. Occasionally the wait is longer, so that two
 * alternating batches merge. Decision 6 has the measurements.
 */
async function waitForMore<Item, Context, Row>(queue: Queue<Item, Context, Row>): Promise<void> {
  if ((queue.sizes.at(-1) ?? 1) === 1) return new Promise((resolve) => process.nextTick(resolve))
  await endOfTurn()
  const count = Math.min(queue.most, Math.max(...queue.sizes))
  const isPatient = queue.untilPatient === 0
  for (let left = queue.options.waitMs ?? 0; left > 0 && queue.waiting.length < count; left -= quietMs) {
    const { length } = queue.waiting
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, quietMs)
      queue.expected = {
        count,
        arrived() {
          clearTimeout(timer)
          resolve()
        },
      }
    })
    if (queue.waiting.length === length && !isPatient) break
  }
  if (!isPatient) queue.untilPatient -= 1
  else if (queue.waiting.length < count) queue.untilPatient = sizesKept
}

/** The oldest items, without those that conflict with an older one. */
function nextBatch<Item, Context, Row>(queue: Queue<Item, Context, Row>): Waiting<Item, Context, Row>[] {
  const { key, conflicts } = queue.options
  const batch: Waiting<Item, Context, Row>[] = []
  const later: Waiting<Item, Context, Row>[] = []
  const taken = new Set<string>()
  for (const one of queue.waiting) {
    const names = [key(one.item), ...(conflicts?.(one.item) ?? [])]
    if (batch.length < queue.most && !names.some((name) => taken.has(name))) batch.push(one)
    else later.push(one)
    for (const name of names) taken.add(name)
  }
  queue.waiting = later
  return batch
}

async function writeAlone<Item, Context, Row>(
  one: Waiting<Item, Context, Row>,
  options: BatchOptions<Item, Row, Context>,
): Promise<void> {
  const row = writeBatch([one], options).then((rows) => rows.get(options.key(one.item)))
  one.resolve(row)
  await row.catch(() => undefined) // The requester handles it.
}

async function writeBatch<Item, Context, Row>(
  batch: readonly Waiting<Item, Context, Row>[],
  { write, keyOf }: BatchOptions<Item, Row, Context>,
): Promise<Map<string, Row>> {
  const { context } = batch[0] as Waiting<Item, Context, Row> // A batch is never empty.
  const items = batch.map((one) => one.item)
  const observer = workObserver()
  const rows = await (observer
    ? observer.together(
        batch.map((one) => one.caller),
        async () => write(items, context), // A statement runs when it is awaited, which has to be inside.
      )
    : write(items, context))
  return new Map(rows.map((row) => [keyOf(row), row]))
}
