// What must hold between services: each order against its money, its stock and its letters. Read a thousand orders at a time.
import { type Check, inBatches, type ShopToLookAt, secondLookMs, smallestId, tally } from './check.ts'
import { type OrderToAddUp, wrongSumOf } from './recalculate-order.ts'

const batchSize = 1_000
const mostSuspects = 5_000

const statements = {
  M2: 'A paid order has exactly one capture, of exactly its total.',
  M3: 'An order that is not made has kept no money, and holds none.',
  M4: 'Orders and payments tell the same of what was given back.',
  M10: 'What an order cost can be worked out again to the cent.',
  I7: 'What is reserved and sold for an order is what it contains, less what was refunded before it was sent.',
  I8: 'No order that has ended still holds a reservation.',
  O7: 'A canceled order has given its stock back.',
  E9: 'Whoever paid was told so.',
} as const
type Id = keyof typeof statements

/** These share one walk over the orders, so it is done for all of them at once. */
export function orderByOrder(): Check[] {
  let walked: Promise<ReturnType<typeof tally>> | undefined
  return (Object.keys(statements) as Id[]).map((id) => ({
    id,
    statement: statements[id],
    where: 'orders with others',
    async find(shop) {
      walked ??= walk(shop)
      return (await walked).of(id)
    },
  }))
}

interface Order extends OrderToAddUp {
  id: string
  status: string
  paidAt: string | null
  isOldForMoney: boolean
  refunded: number
  /** Refunded before they were sent. */
  unsent: { sku: string; quantity: number }[]
}
interface Payment {
  orderId: string
  status: string
  captured: number
  refunded: number
  currency: string
  captures: number
  capturedByOperations: number
}
interface Reserved {
  orderId: string
  status: string
  lines: { sku: string; quantity: number }[]
}

async function walk(shop: ShopToLookAt) {
  const findings = tally()
  const suspects = new Set<string>()
  const isOpen = shop.graceSeconds > 0
  const read = (after: string) => readOrders(shop, after, undefined)
  for await (const orders of inBatches(read, (order) => order.id, smallestId)) {
    for (const { order, id, detail } of await lookAt(orders, shop)) {
      if (!isOpen || suspects.size >= mostSuspects) findings.note(id, detail)
      else suspects.add(order)
    }
  }
  if (suspects.size > 0) await new Promise((resolve) => setTimeout(resolve, secondLookMs))
  const again = [...suspects]
  for (let from = 0; from < again.length; from += batchSize) {
    const orders = await readOrders(shop, smallestId, again.slice(from, from + batchSize))
    for (const { id, detail } of await lookAt(orders, shop)) findings.note(id, detail)
  }
  return findings
}

function readOrders(shop: ShopToLookAt, after: string, only: readonly string[] | undefined): PromiseLike<Order[]> {
  return shop.sql('orders')<Order>`
    select id, status, paid_at, currency, subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount,
      tax_included, item_count, lines, shipping_method, shipping_address,
      updated_at <= clock_timestamp() - make_interval(secs => ${shop.moneyGraceSeconds}) as is_old_for_money,
      (select coalesce(sum(r.amount), 0)::bigint from refund r where r.order_id = o.id and r.status = 'refunded') as refunded,
      (
        select coalesce(json_agg(json_build_object('sku', line ->> 'sku', 'quantity', (line ->> 'unshipped')::int)), '[]')
        from refund r, json_array_elements(r.lines) as line
        where r.order_id = o.id and r.status = 'refunded'
      ) as unsent
    from orders o
    where id > ${after}
      and (${only ?? null}::uuid[] is null or id = any(${only ?? null}::uuid[]))
      and updated_at <= clock_timestamp() - make_interval(secs => ${shop.graceSeconds})
    order by id
    limit ${batchSize}`
}

interface Suspicion {
  order: string
  id: Id
  detail: string
}

async function lookAt(orders: readonly Order[], shop: ShopToLookAt): Promise<Suspicion[]> {
  if (orders.length === 0) return []
  const ids = orders.map((order) => order.id)
  const [payments, reservations, told] = await Promise.all([
    shop.sql('payments')<Payment>`
      select p.order_id, p.status, p.captured, p.refunded, p.currency,
        count(o.id) as captures, coalesce(sum(o.amount), 0)::bigint as captured_by_operations
      from payment p
      left join payment_operation o on o.order_id = p.order_id and o.kind = 'capture' and o.status = 'succeeded'
      where p.order_id = any(${ids}::uuid[])
      group by p.order_id`,
    shop.sql('inventory')<Reserved>`
      select order_id, status,
        (
          select coalesce(json_agg(json_build_object('sku', l.sku, 'quantity', l.quantity - l.returned)), '[]')
          from reservation_line l
          where l.order_id = r.order_id
        ) as lines
      from reservation r
      where order_id = any(${ids}::uuid[])`,
    shop.sql('notifications')<{ orderId: string }>`
      select distinct order_id
      from notification
      where kind = 'order-confirmed' and order_id = any(${ids}::uuid[])`,
  ])
  const paymentOf = new Map(payments.map((one) => [one.orderId, one]))
  const reservationOf = new Map(reservations.map((one) => [one.orderId, one]))
  const wasTold = new Set(told.map((one) => one.orderId))
  return orders.flatMap((order) =>
    [
      ...moneyTroubles(order, paymentOf.get(order.id)),
      ...stockTroubles(order, reservationOf.get(order.id)),
      ...(order.paidAt && !wasTold.has(order.id)
        ? [{ id: 'E9' as const, detail: `order ${order.id} was paid, and nobody was told` }]
        : []),
    ].map((one) => ({ order: order.id, ...one })),
  )
}

type Trouble = { id: Id; detail: string }

function moneyTroubles(order: Order, payment: Payment | undefined): Trouble[] {
  const troubles: Trouble[] = []
  const { id, status, currency, totalAmount } = order
  const sum = wrongSumOf(order)
  if (sum) troubles.push({ id: 'M10', detail: `order ${id}: ${sum}` })
  if (order.paidAt) {
    const isOne = payment?.captures === 1 && payment.currency === currency
    if (!isOne || payment.capturedByOperations !== totalAmount) {
      const told = `${payment?.captures ?? 0} captures of ${payment?.capturedByOperations ?? 0}`
      troubles.push({ id: 'M2', detail: `order ${id} is ${status}, costs ${totalAmount} ${currency}, and has ${told}` })
    }
  }
  if (status === 'canceled' && payment && order.isOldForMoney) {
    const kept = payment.captured - payment.refunded
    const isOpen = ['processing', 'action-required', 'authorized'].includes(payment.status)
    if (kept !== 0) troubles.push({ id: 'M3', detail: `order ${id} is canceled and has kept ${kept} ${currency}` })
    else if (isOpen) troubles.push({ id: 'M3', detail: `order ${id} is canceled, its payment is ${payment.status}` })
  }
  if (order.isOldForMoney && order.refunded !== (payment?.refunded ?? 0)) {
    const detail = `order ${id} says ${order.refunded} went back, payments say ${payment?.refunded ?? 0}`
    troubles.push({ id: 'M4', detail })
  }
  return troubles
}

function stockTroubles({ id, status, lines, unsent }: Order, reservation: Reserved | undefined): Trouble[] {
  const isMade = status === 'paid' || status === 'partially-shipped' || status === 'shipped'
  const isHeld = reservation?.status === 'active' || reservation?.status === 'pinned'
  const troubles: Trouble[] = []
  if ((isMade || status === 'canceled') && isHeld)
    troubles.push({ id: 'I8', detail: `order ${id} is ${status}, its reservation still ${reservation.status}` })
  if (status === 'canceled' && reservation?.status === 'committed')
    troubles.push({ id: 'O7', detail: `order ${id} is canceled, its stock is still sold` })
  if (isMade && !isHeld && reservation?.status !== 'committed')
    troubles.push({ id: 'I7', detail: `order ${id} is ${status}, its reservation ${reservation?.status ?? 'missing'}` })
  const counts = isMade || isHeld
  const due = listed([...lines, ...unsent.map(({ sku, quantity }) => ({ sku, quantity: -quantity }))])
  if (counts && reservation && listed(reservation.lines) !== due)
    troubles.push({ id: 'I7', detail: `order ${id} contains ${due}, for it there are ${listed(reservation.lines)}` })
  return troubles
}

/** How many of what, in one order of SKUs: two of these are equal when the goods are. */
function listed(lines: readonly { sku: string; quantity: number }[]): string {
  const counts = new Map<string, number>()
  for (const { sku, quantity } of lines) counts.set(sku, (counts.get(sku) ?? 0) + quantity)
  return [...counts]
    .filter(([, count]) => count !== 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([sku, count]) => `${count} × ${sku}`)
    .join(', ')
}

/** Money and stock that no order knows of. */
export function strangers(): Check[] {
  const owners = [
    { where: 'payments', statement: 'Every payment belongs to an order.', table: 'payment' },
    { where: 'inventory', statement: 'Every reservation belongs to an order.', table: 'reservation' },
  ] as const
  return owners.map(({ where, statement, table }) => ({
    id: 'O2',
    statement,
    where,
    async find(shop) {
      const { note, of } = tally()
      const read = (after: string) =>
        table === 'payment'
          ? shop.sql(where)<{ orderId: string }>`
              select order_id from payment where order_id > ${after} order by order_id limit ${batchSize}`
          : shop.sql(where)<{ orderId: string }>`
              select order_id from reservation where order_id > ${after} order by order_id limit ${batchSize}`
      for await (const rows of inBatches(read, (row) => row.orderId, smallestId)) {
        const missing = await shop.sql('orders')<{ id: string }>`
          select asked.id
          from unnest(${rows.map((row) => row.orderId)}::uuid[]) as asked (id)
          where not exists (select from orders o where o.id = asked.id)`
        for (const { id } of missing) note('O2', `a ${table} is for order ${id}, which nobody has made`)
      }
      return of('O2')
    },
  }))
}
