// Checks by schedule what must always hold for stock: the rows of every SKU, the ledgers of those SKUs whose ledger is short, and the
// reservations that have a term.
import { countViolations, invariantCheck, invariantFigures, type Violations } from '@souk/service'
import type { InventoryContext } from './context.ts'
import { invariants } from './invariants.ts'

/** SKUs in one statement. */
const batch = 500
/** Movements of a SKU that are summed up; the ledger of a SKU with more is for `npm run verify`. */
const mostMovements = 2_000
const mostReservations = 2_000
/** Less than the lease of the check. What is left of more SKUs is checked in no run. */
const mostSeconds = 60

const named = (...ids: string[]) => invariants.filter(({ id }) => ids.includes(id))
const [ofStock, ofReservations] = [named('I1', 'I2'), named('I7', 'I9', 'I10')]

export const checkInvariants = invariantCheck(async (context: InventoryContext, stopping) => {
  const found = [await checkReservations(context)]
  const started = performance.now()
  let after = ''
  do {
    const skus = await skusAfter(after, context)
    if (skus.length > 0) found.push(await checkSkus(skus, context))
    after = skus.length < batch ? '' : (skus.at(-1) as string)
  } while (after && !stopping.aborted && performance.now() - started < mostSeconds * 1000)
  return sumOf(found)
})

async function skusAfter(after: string, { sql }: InventoryContext): Promise<string[]> {
  const rows = await sql<{ sku: string }>`
    select sku from stock where sku > ${after} group by sku order by sku limit ${batch}`
  return rows.map(({ sku }) => sku)
}

async function checkSkus(skus: readonly string[], context: InventoryContext): Promise<Violations> {
  const [stock, ledger] = ofStock
  if (!stock || !ledger) throw new Error('The invariants I1 and I2 of stock are missing.')
  const rows = await countViolations(
    context,
    [stock],
    (sql) => sql`with stock as materialized (select * from stock where sku = any(${skus}::text[]))`,
  )
  const sums = await countViolations(
    context,
    [ledger],
    (sql) => sql`
      with short as materialized (
        select sku
        from unnest(${skus}::text[]) as sku
        where (
          select count(*) from (select from stock_movement m where m.sku = sku.sku limit ${mostMovements + 1}) as counted
        ) <= ${mostMovements}
      ), stock_movement as materialized (
        select m.* from short cross join lateral (select * from stock_movement where sku = short.sku) as m
      ), stock as materialized (
        select s.* from short cross join lateral (select * from stock where sku = short.sku) as s
      )`,
  )
  return { ...rows, ...sums }
}

function checkReservations(context: InventoryContext): Promise<Violations> {
  return countViolations(
    context,
    ofReservations,
    (sql) => sql`
      with reservation as materialized (
        select * from reservation where expires_at is not null order by expires_at limit ${mostReservations}
      ), reservation_line as materialized (
        select l.* from reservation r cross join lateral (select * from reservation_line where order_id = r.order_id) as l
      )`,
  )
}

function sumOf(found: readonly Violations[]): Violations {
  const sum: Record<string, number> = {}
  for (const one of found) for (const [id, count] of Object.entries(one)) sum[id] = (sum[id] ?? 0) + count
  return sum
}

export const invariantsOfStock = invariantFigures([...ofStock, ...ofReservations].map(({ id }) => id))
