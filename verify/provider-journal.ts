// M5: the simulated provider's own journal, line by line, against our operations and our ledger, in both directions. It
// reads the file itself, so that a mistake in the payments service's own reconciliation would show.
import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Check, inBatches, type ShopToLookAt, smallestId, tally } from './check.ts'

const batchSize = 1_000

interface Moved {
  operation: string
  kind: 'capture' | 'refund'
  amount: number
  currency: string | undefined
  at: number
}
interface Line {
  fact: string
  at: number
  key: string
  kind: string
  amount: number
  currency?: string
  captured?: number
  failed?: string
}

export const providersJournal: Check = {
  id: 'M5',
  statement: 'What the provider moved is what our books say, operation by operation.',
  where: 'payments, provider',
  async find(shop) {
    const { note, of } = tally()
    const { journal } = shop
    if (!journal || !existsSync(journal)) return of('M5')
    const theirs = new Set<string>()
    let batch: Moved[] = []
    const compareBatch = async () => {
      const some = batch
      batch = []
      for (const detail of await compare(some, shop)) note('M5', detail)
    }
    for await (const moved of readMoved(journal)) {
      if (theirs.has(moved.operation)) note('M5', `the provider did ${moved.kind} ${moved.operation} twice`)
      theirs.add(moved.operation)
      if (batch.push(moved) >= batchSize) await compareBatch()
    }
    await compareBatch()
    await findInvented(theirs, shop, (detail) => note('M5', detail))
    return of('M5')
  },
}

async function* readMoved(path: string): AsyncGenerator<Moved> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const text of lines) {
    const line = parsed(text)
    if (line?.fact === 'opened' && (line.captured ?? 0) > 0)
      yield {
        operation: line.key,
        kind: 'capture',
        amount: line.captured as number,
        currency: line.currency,
        at: line.at,
      }
    const moves = line?.fact === 'did' && !line.failed && (line.kind === 'capture' || line.kind === 'refund')
    if (moves)
      yield {
        operation: line.key,
        kind: line.kind as Moved['kind'],
        amount: line.amount,
        currency: undefined,
        at: line.at,
      }
  }
}
/** On a running shop, the last line may be half written. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}

async function compare(batch: readonly Moved[], shop: ShopToLookAt): Promise<string[]> {
  const rows = await shop.sql('payments')<{
    id: string
    kind: string
    status: string
    amount: number
    booked: number | null
    currency: string | null
  }>`
    select o.id, o.kind, o.status, o.amount, l.amount as booked, l.currency
    from payment_operation o
    left join ledger_transfer l on l.id = o.id
    where o.id = any(${batch.map((one) => one.operation)}::uuid[])`
  const ours = new Map(rows.map((row) => [row.id, row]))
  const settledBefore = Date.now() - shop.moneyGraceSeconds * 1000
  return batch.flatMap((theirs) => {
    const own = ours.get(theirs.operation)
    const what = `the provider's ${theirs.kind} ${theirs.operation} of ${theirs.amount}`
    if (own?.status !== 'succeeded') {
      return theirs.at <= settledBefore ? [`${what} is ${own?.status ?? 'unknown'} to us`] : []
    }
    const isSame =
      own.kind === theirs.kind &&
      own.amount === theirs.amount &&
      own.booked === theirs.amount &&
      (theirs.currency ?? own.currency) === own.currency
    return isSame ? [] : [`${what} is a ${own.kind} of ${own.amount} to us, booked as ${own.booked ?? 'nothing'}`]
  })
}

async function findInvented(
  theirs: ReadonlySet<string>,
  shop: ShopToLookAt,
  note: (detail: string) => void,
): Promise<void> {
  const read = (after: string) => shop.sql('payments')<{ id: string; kind: string }>`
    select o.id, o.kind
    from payment_operation o
    join payment p on p.order_id = o.order_id
    where p.provider = 'simulator'
      and o.status = 'succeeded'
      and o.kind in ('capture', 'refund')
      and o.amount > 0
      and o.updated_at < clock_timestamp() - make_interval(secs => ${shop.graceSeconds})
      and o.id > ${after}
    order by o.id
    limit ${batchSize}`
  for await (const rows of inBatches(read, (row) => row.id, smallestId)) {
    for (const { id, kind } of rows) if (!theirs.has(id)) note(`our ${kind} ${id} is not in the provider's journal`)
  }
}
