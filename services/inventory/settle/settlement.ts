// What becomes of reserved stock: it is sold, given back, or comes back from a sold order. For many orders at once: one
// statement locks and reads, pure functions decide, one statement writes together with the commit.
import type { Reservation } from '@souk/contracts/inventory'
import { columns, type Sql, type Statement } from '@souk/postgres'
import type { Change } from '../stock/threshold-events.ts'

type Status = Reservation['status']
export interface Held {
  orderId: string
  status: Status
  /** The order itself is canceled, and what it held is settled. */
  isCanceled: boolean
}
/** How the stock of an order moves. */
export type Move = 'sold' | 'released' | 'expired' | 'returned'
export interface Fate {
  orderId: string
  status: Status
  isCanceled: boolean
  moves: Move[]
}
/** What of an order comes back. */
export interface Back {
  orderId: string
  sku: string
  quantity: number
}
export interface Locked {
  held: Held[]
  /** Only what is needed to say which SKUs can be bought again. */
  lines: Back[]
  shelves: { sku: string; available: number }[]
}

const moves: Record<Move, { onHand: number; reserved: number; reason: string }> = {
  sold: { onHand: -1, reserved: -1, reason: 'Sold' },
  released: { onHand: 0, reserved: -1, reason: 'The order gave it back' },
  expired: { onHand: 0, reserved: -1, reason: 'Its time ran out' },
  returned: { onHand: 1, reserved: 0, reason: 'The paid order was canceled' },
}

export function isHolding(status: Status): boolean {
  return status === 'active' || status === 'pinned'
}

/** A paid order sells what it holds; undefined when it holds nothing. */
export function sell({ orderId, status, isCanceled }: Held): Fate | undefined {
  return isHolding(status) ? { orderId, status: 'committed', isCanceled, moves: ['sold'] } : undefined
}

/** A canceled order gives back what it holds, and returns what is still sold; undefined when it has done so before. */
export function cancel({ orderId, status, isCanceled }: Held): Fate | undefined {
  if (isCanceled) return undefined
  const moves: Move[] = isHolding(status) ? ['released'] : status === 'committed' ? ['returned'] : []
  return { orderId, status: status === 'expired' ? 'expired' : 'released', isCanceled: true, moves }
}

/**
 * Locks reservations and then their stock, always in this order, so that nobody waits in a circle. Reservations that are not
 * there are left out. `givesBack` says whether stock may become available.
 */
export async function lockHeld(sql: Sql, orderIds: readonly string[], givesBack: boolean): Promise<Locked> {
  const [locked] = await sql<Locked>`
    with held as materialized (
      select order_id, status, canceled_at is not null as is_canceled
      from reservation
      where order_id = any(${orderIds}::uuid[])
      order by order_id
      for no key update
    ), line as materialized (
      select l.order_id, l.sku, l.quantity - l.returned as quantity
      from reservation_line l
      where l.order_id = any(array(select order_id from held))
    ), shelf as materialized (
      select sku, on_hand - reserved as available
      from stock
      where sku = any(array(select sku from line))
      order by sku, location
      for no key update
    )
    select
      (
        select coalesce(json_agg(json_build_object('orderId', order_id, 'status', status, 'isCanceled', is_canceled)), '[]')
        from held
      ) as held,
      (
        select coalesce(json_agg(json_build_object('orderId', order_id, 'sku', sku, 'quantity', quantity)), '[]')
        from line
        where ${givesBack}::boolean
      ) as lines,
      (
        select coalesce(json_agg(json_build_object('sku', sku, 'available', available)), '[]')
        from shelf
        where ${givesBack}::boolean
      ) as shelves,
      (select count(*) from shelf) as locks`
  return locked as Locked
}

const fateRows = columns<Fate>({
  order_id: ['uuid', (fate) => fate.orderId],
  status: ['text', (fate) => fate.status],
  is_canceled: ['boolean', (fate) => fate.isCanceled],
})
const moveRows = columns<{ orderId: string; kind: Move }>({
  order_id: ['uuid', ({ orderId }) => orderId],
  kind: ['text', ({ kind }) => kind],
  on_hand: ['bigint', ({ kind }) => moves[kind].onHand],
  reserved: ['bigint', ({ kind }) => moves[kind].reserved],
  reason: ['text', ({ kind }) => moves[kind].reason],
})

/** Writes the fates of reservations that are locked, their ledger and their stock. */
export function writeFates(sql: Sql, fates: readonly Fate[]): Statement {
  const moved = fates.flatMap(({ orderId, moves }) => moves.map((kind) => ({ orderId, kind })))
  return sql`
    with fate as (
      update reservation r
      set status = fate.status, expires_at = null,
        canceled_at = case when fate.is_canceled then coalesce(r.canceled_at, clock_timestamp()) end
      from ${fateRows(fates)} as fate
      where r.order_id = fate.order_id
    ), line as materialized (
      select l.order_id as reference, l.sku, l.location, move.kind, move.reason,
        move.on_hand * units.count as on_hand, move.reserved * units.count as reserved
      from ${moveRows(moved)} as move
      join reservation_line l on l.order_id = move.order_id
      cross join lateral (
        select l.quantity - case when move.kind = 'returned' then l.returned else 0 end as count
      ) as units
      where units.count > 0
    ), ${writeMoved(sql)}
    select`
}

/** For rows `line` (reference, sku, location, kind, reason, on_hand, reserved) of locked stock: writes the ledger and the stock. */
export function writeMoved(sql: Sql): Statement {
  return sql`
    ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select sku, location, kind, on_hand, reserved, reference, reason from line
    ), changed as (
      update stock s
      set on_hand = s.on_hand + moved.on_hand, reserved = s.reserved + moved.reserved, updated_at = clock_timestamp()
      from (
        select sku, location, sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved
        from line
        group by sku, location
      ) as moved
      where s.sku = moved.sku and s.location = moved.location
    )`
}

/**
 * What mostly happens, in one statement: sells what all these orders hold. False when one of them holds nothing; then nothing is
 * written, and their reservations are locked. The order of locks is that of `lockHeld`.
 */
export async function sellAllHeld(sql: Sql, orderIds: readonly string[]): Promise<boolean> {
  const { onHand, reserved, reason } = moves.sold
  const [result] = await sql<{ sold: number }>`
    with held as materialized (
      select order_id
      from reservation
      where order_id = any(${orderIds}::uuid[]) and status in ('active', 'pinned')
      order by order_id
      for no key update
    ), sold as (
      update reservation
      set status = 'committed', expires_at = null
      where order_id = any(${orderIds}::uuid[]) and (select count(*) from held) = ${orderIds.length}
      returning order_id
    ), mine as materialized (
      select l.order_id, l.sku, l.location, l.quantity
      from sold
      join reservation_line l on l.order_id = sold.order_id
    ), shelf as materialized (
      select sku
      from stock
      where sku = any(array(select sku from mine))
      order by sku, location
      for no key update
    ), line as materialized (
      select order_id as reference, sku, location, 'sold' as kind, ${reason} as reason,
        ${onHand}::bigint * quantity as on_hand, ${reserved}::bigint * quantity as reserved
      from mine
      where (select count(*) from shelf) > 0
    ), ${writeMoved(sql)}
    select count(*) as sold from sold`
  return result?.sold === orderIds.length
}

/**
 * What can be bought of each SKU before and after: sold stock could not be bought before either. `returned` is what refunds
 * have brought back; of an order that gives everything back it is a part.
 */
export function changesOf(
  fates: readonly Fate[],
  { lines, shelves }: Locked,
  returned: readonly Back[] = [],
): Change[] {
  const isBack = new Set(
    fates.filter(({ moves }) => moves.some((kind) => kind !== 'sold')).map(({ orderId }) => orderId),
  )
  const back = [
    ...lines.filter(({ orderId }) => isBack.has(orderId)),
    ...returned.filter(({ orderId }) => !isBack.has(orderId)),
  ]
  return [...new Set(back.map(({ sku }) => sku))].map((sku) => {
    const before = sumOf(shelves, sku, ({ available }) => available)
    return { sku, before, after: before + sumOf(back, sku, ({ quantity }) => quantity) }
  })
}

function sumOf<R extends { sku: string }>(rows: readonly R[], sku: string, amountOf: (row: R) => number): number {
  return rows.reduce((sum, row) => sum + (row.sku === sku ? amountOf(row) : 0), 0)
}
