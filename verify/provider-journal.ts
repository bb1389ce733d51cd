// M5: compares the simulated provider's journal with our operations and our ledger, in both directions. It reads the file itself,
// so that a bug in the payments service's own reconciliation would show.
import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Check, collectViolations, inBatches, type ShopToVerify, smallestId } from './check.ts'

const batchSize = 1_000

/** Money that the provider says it moved; the time is in milliseconds since 1970. */
interface ProviderMovement {
  operation: string
  kind: 'capture' | 'refund'
  amount: number
  currency: string | undefined
  at: number
}
interface JournalLine {
  fact: string
  at: number
  key: string
  kind: string
  amount: number
  currency?: string
  captured?: number
  failed?: string
}

export const providerJournal: Check = {
  id: 'M5',
  statement: 'The provider moved what our ledger says, operation by operation.',
  where: 'payments, provider',
  async find(shop) {
    const { journal } = shop
    const violations = collectViolations()
    const add = (detail: string) => violations.add('M5', detail)
    if (!journal || !existsSync(journal)) return violations.of('M5')
    const operations = new Set<string>()
    let batch: ProviderMovement[] = []
    const compareBatch = async () => {
      const movements = batch
      batch = []
      for (const detail of await compare(movements, shop)) add(detail)
    }
    for await (const movement of readMovements(journal)) {
      if (operations.has(movement.operation)) add(`the provider did ${movement.kind} ${movement.operation} twice`)
      operations.add(movement.operation)
      if (batch.push(movement) >= batchSize) await compareBatch()
    }
    await compareBatch()
    await findMissingInJournal(operations, shop, add)
    return violations.of('M5')
  },
}

async function* readMovements(path: string): AsyncGenerator<ProviderMovement> {
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
    const isMovement = line?.fact === 'did' && !line.failed && (line.kind === 'capture' || line.kind === 'refund')
    if (isMovement)
      yield {
        operation: line.key,
        kind: line.kind as ProviderMovement['kind'],
        amount: line.amount,
        currency: undefined,
        at: line.at,
      }
  }
}
/** Undefined for a line that is half written, as the last one of an open shop may be. */
function parsed(text: string): JournalLine | undefined {
  try {
    return JSON.parse(text) as JournalLine
  } catch {
    return undefined
  }
}

async function compare(batch: readonly ProviderMovement[], shop: ShopToVerify): Promise<string[]> {
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
    const our = ours.get(theirs.operation)
    const what = `the provider's ${theirs.kind} ${theirs.operation} of ${theirs.amount}`
    if (our?.status !== 'succeeded') {
      return theirs.at <= settledBefore ? [`${what} is ${our?.status ?? 'unknown'} to us`] : []
    }
    const isSame =
      our.kind === theirs.kind &&
      our.amount === theirs.amount &&
      our.booked === theirs.amount &&
      (theirs.currency ?? our.currency) === our.currency
    return isSame ? [] : [`${what} is a ${our.kind} of ${our.amount} to us, booked as ${our.booked ?? 'nothing'}`]
  })
}

/** Finds our operations that the provider has not done. */
async function findMissingInJournal(
  operations: ReadonlySet<string>,
  shop: ShopToVerify,
  add: (detail: string) => void,
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
    for (const { id, kind } of rows) if (!operations.has(id)) add(`our ${kind} ${id} is not in the provider's journal`)
  }
}
