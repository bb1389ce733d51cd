// Reserves for each order by itself what there is: all lines or none. Under the locks of the stock, which last from the first
// statement to the commit with the second.
import type { Reservation } from '@souk/contracts/inventory'
import { columns, json, type Sql, type Statement } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'
import { crossingsOf } from '../stock/threshold-events.ts'
import { type Allotment, allot, type Line, type Missing, type Shelf } from './allocation.ts'
import {
  type Asked,
  askedColumns,
  demandOf,
  findReservation,
  holdsMany,
  reservationColumns,
  writeTaken,
} from './reservation.ts'

export type Outcome =
  | { is: 'reserved'; reservation: Reservation }
  | { is: 'out-of-stock'; missing: Missing[] }
  | { is: 'over' | 'differs' | 'too-many' }

export function reserveSingly(
  asked: readonly Asked[],
  { transaction, settings }: InventoryContext,
): Promise<Outcome[]> {
  return transaction(async ({ sql, withCommit, send }) => {
    const { judged, shelves } = await begin(sql, asked, settings)
    const begun = asked.filter((_, index) => judged[index]?.status)
    const allotments = allot(begun, shelves)
    for (const statement of finish(sql, begun, allotments)) withCommit(statement)
    send(
      ...crossingsOf(
        allotments.flatMap((one) => (one.missing ? [] : one.changes)),
        settings.lowStock,
      ),
    )
    return Promise.all(
      asked.map((wish, index) => {
        const allotment = allotments[begun.indexOf(wish)]
        return outcomeOf(wish, judged[index] as Judged, allotment, sql)
      }),
    )
  })
}

/** What can be said of a wish before any stock is locked. With a status, its reservation has begun. */
interface Judged {
  isKnown: boolean
  missing: Missing[] | null
  holdsMany: boolean
  status: Reservation['status'] | null
  expiresAt: string | null
}

const wishRows = columns<Asked & { place: number }>({
  place: ['integer', (wish) => wish.place],
  ...askedColumns,
  skus: ['text[]', (wish) => wish.skus],
  quantities: ['bigint[]', (wish) => wish.quantities],
})

/**
 * Locks the stock, by SKU and location, and then stores the reservations that seem possible: new reservations come last, as
 * everywhere, so that nobody waits in a circle. Who asks for what is plainly not there waits for no lock and writes nothing.
 */
async function begin(sql: Sql, asked: readonly Asked[], settings: InventoryContext['settings']) {
  const [row] = await sql<{ judged: Judged[]; shelves: Shelf[] }>`
    with wish as materialized (
      select * from ${wishRows(asked.map((wish, place) => ({ ...wish, place })))} as wish
    ), judged as materialized (
      select place, order_id, is_pinned, until, holder, skus,
        (select true from reservation r where r.order_id = wish.order_id) is not null as is_known,
        (
          select json_agg(json_build_object('sku', w.sku, 'requested', w.quantity, 'available', there.available) order by w.sku)
          from unnest(skus, quantities) as w (sku, quantity)
          cross join lateral (
            select coalesce(sum(s.on_hand - s.reserved), 0) as available from stock s where s.sku = w.sku
          ) as there
          where w.quantity > there.available
        ) as missing,
        ${holdsMany(sql, settings)} as holds_many
      from wish
    ), possible as materialized (
      select * from judged where not is_known and missing is null and not holds_many
    ), shelf as materialized (
      select s.sku, s.location, s.on_hand - s.reserved as available, p.priority
      from stock s
      join location p on p.id = s.location
      where s.sku = any (array(select unnest(skus) from possible))
      order by s.sku, s.location
      for no key update of s
    ), stored as (
      insert into reservation (order_id, status, expires_at, holder)
      select ${reservationColumns(sql, settings)}
      from possible
      where (select count(*) from shelf) >= 0 -- Always; but it is asked first, so the locks come first.
      order by order_id
      on conflict (order_id) do nothing
      returning order_id, status, expires_at
    )
    select
      (
        select json_agg(json_build_object('isKnown', is_known, 'missing', missing, 'holdsMany', holds_many,
          'status', stored.status, 'expiresAt', stored.expires_at) order by place)
        from judged
        left join stored using (order_id)
      ) as judged,
      (
        select coalesce(json_agg(json_build_object('sku', sku, 'location', location, 'available', available)
          order by priority, location), '[]')
        from shelf
      ) as shelves`
  return row as { judged: Judged[]; shelves: Shelf[] }
}

const lineRows = columns<Line & { orderId: string }>({
  order_id: ['uuid', (line) => line.orderId],
  sku: ['text', (line) => line.sku],
  location: ['text', (line) => line.location],
  quantity: ['bigint', (line) => line.quantity],
})

/** Writes what was granted, and takes back the reservations for which there was not enough after all. */
function finish(sql: Sql, begun: readonly Asked[], allotments: readonly Allotment[]): Statement[] {
  const orderOf = (index: number) => (begun[index] as Asked).orderId
  const lines = allotments.flatMap((one, index) =>
    one.missing ? [] : one.lines.map((line) => ({ orderId: orderOf(index), ...line })),
  )
  const refused = allotments.flatMap((one, index) => (one.missing ? [orderOf(index)] : []))
  const undo = sql`delete from reservation where order_id = any(${refused}::uuid[])`
  const write = sql`
    with taken as materialized (
      select * from ${lineRows(lines)} as line
    ), ${writeTaken(sql)}
    select`
  return [...(refused.length > 0 ? [undo] : []), ...(lines.length > 0 ? [write] : [])]
}

async function outcomeOf(
  { orderId, skus, quantities }: Asked,
  { isKnown, missing, holdsMany, status, expiresAt }: Judged,
  allotment: Allotment | undefined,
  sql: Sql,
): Promise<Outcome> {
  if (allotment?.missing) return { is: 'out-of-stock', missing: allotment.missing }
  if (allotment && status) {
    const until = expiresAt === null ? undefined : new Date(expiresAt).toISOString()
    return { is: 'reserved', reservation: { orderId, status, expiresAt: until, lines: allotment.lines } }
  }
  if (!isKnown && missing) return { is: 'out-of-stock', missing }
  if (!isKnown && holdsMany) return { is: 'too-many' }

  // The order was here before.
  const reservation = await findReservation(sql, orderId)
  if (!reservation) throw new Error(`Reserving for order ${orderId} had no outcome.`)
  if (reservation.status === 'released' || reservation.status === 'expired') return { is: 'over' }
  const held = demandOf(reservation.lines)
  const isSame = json([skus, quantities]) === json([held.skus, held.quantities])
  return isSame ? { is: 'reserved', reservation } : { is: 'differs' }
}
