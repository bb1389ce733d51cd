// Compares each order with its payment, its reservation and its confirmation mail, a thousand orders at a time.
import { type Check, collectViolations, inBatches, recheckMs, type ShopToVerify, smallestId } from './check.ts'
import { type OrderToAddUp, wrongSumOf } from './recalculate-order.ts'

const batchSize = 1_000
const mostSuspects = 5_000

const statements = {
  M2: 'A paid order has exactly one capture, of exactly its total.',
  M3: 'A canceled order has kept no money but what staff kept when it canceled the last units, and has no open payment.',
  M4: 'Orders and payments agree on what was refunded.',
  M10: 'The amounts of an order can be recalculated to the cent.',
  I7: 'The stock reserved or sold for an order is what it contains, less what was canceled or came back.',
  I8: 'No order that has ended still holds a reservation.',
  O7: 'A canceled order has given its stock back.',
  'no-order-is-stuck': 'Payments works on every refund that is pending, so that each has an end.',
  E9: 'The customer of each paid order was told so.',
} as const
type Id = keyof typeof statements

/** These checks share one pass over the orders: the first one makes it. */
export function orderChecks(): Check[] {
  let compared: Promise<ReturnType<typeof collectViolations>> | undefined
  return (Object.keys(statements) as Id[]).map((id) => ({
    id,
    statement: statements[id],
    where: 'orders with other services',
    async find(shop) {
      compared ??= compareAllOrders(shop)
      return (await compared).of(id)
    },
  }))
}

interface Order extends OrderToAddUp {
  id: string
  status: string
  paidAt: string | null
  isOldForMoney: boolean
  refunded: number
  cancelReason: string | null
  /** Canceled before they were sent, or sent back. */
  returned: { sku: string; quantity: number }[]
  pendingRefunds: string[]
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
interface StoredReservation {
  orderId: string
  status: string
  lines: { sku: string; quantity: number }[]
}

/** On an open shop, suspect orders are compared a second time: they may have changed between two of our reads. */
async function compareAllOrders(shop: ShopToVerify) {
  const violations = collectViolations()
  const suspects = new Set<string>()
  const isOpen = shop.graceSeconds > 0
  const read = (after: string) => readOrders(shop, after, undefined)
  for await (const orders of inBatches(read, (order) => order.id, smallestId)) {
    for (const { orderId, id, detail } of await compare(orders, shop)) {
      if (!isOpen || suspects.size >= mostSuspects) violations.add(id, detail)
      else suspects.add(orderId)
    }
  }
  if (suspects.size > 0) await new Promise((resolve) => setTimeout(resolve, recheckMs))
  const orderIds = [...suspects]
  for (let from = 0; from < orderIds.length; from += batchSize) {
    const orders = await readOrders(shop, smallestId, orderIds.slice(from, from + batchSize))
    for (const { id, detail } of await compare(orders, shop)) violations.add(id, detail)
  }
  return violations
}

function readOrders(shop: ShopToVerify, after: string, only: readonly string[] | undefined): PromiseLike<Order[]> {
  return shop.sql('orders')<Order>`
    select id, status, cancel_reason, paid_at, currency, subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount,
      tax_included, item_count, lines, shipping_method, shipping_address,
      updated_at <= clock_timestamp() - make_interval(secs => ${shop.moneyGraceSeconds}) as is_old_for_money,
      (select coalesce(sum(r.amount), 0)::bigint from refund r where r.order_id = o.id and r.status = 'refunded') as refunded,
      (
        select coalesce(json_agg(json_build_object('sku', line ->> 'sku',
          'quantity', (line ->> 'unshipped')::int + coalesce((line ->> 'restocked')::int, 0))), '[]')
        from refund r, json_array_elements(r.lines) as line
        where r.order_id = o.id and r.status = 'refunded'
      ) as returned,
      array(select r.id from refund r where r.order_id = o.id and r.status = 'pending') as pending_refunds
    from orders o
    where id > ${after}
      and (${only ?? null}::uuid[] is null or id = any(${only ?? null}::uuid[]))
      and updated_at <= clock_timestamp() - make_interval(secs => ${shop.graceSeconds})
    order by id
    limit ${batchSize}`
}

interface Violation {
  id: Id
  detail: string
}

async function compare(orders: readonly Order[], shop: ShopToVerify): Promise<(Violation & { orderId: string })[]> {
  if (orders.length === 0) return []
  const ids = orders.map((order) => order.id)
  const pending = orders.flatMap((order) => order.pendingRefunds)
  const [payments, reservations, confirmations, openRefunds] = await Promise.all([
    shop.sql('payments')<Payment>`
      select p.order_id, p.status, p.captured, p.refunded, p.currency,
        count(o.id) as captures, coalesce(sum(o.amount), 0)::bigint as captured_by_operations
      from payment p
      left join payment_operation o on o.order_id = p.order_id and o.kind = 'capture' and o.status = 'succeeded'
      where p.order_id = any(${ids}::uuid[])
      group by p.order_id`,
    shop.sql('inventory')<StoredReservation>`
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
    shop.sql('payments')<{ refundId: string }>`
      select refund_id
      from payment_operation
      where refund_id = any(${pending}::uuid[]) and status in ('pending', 'unknown')`,
  ])
  const paymentOf = new Map(payments.map((one) => [one.orderId, one]))
  const reservationOf = new Map(reservations.map((one) => [one.orderId, one]))
  const isConfirmed = new Set(confirmations.map((one) => one.orderId))
  const isWorkedOn = new Set(openRefunds.map((one) => one.refundId))
  return orders.flatMap((order) =>
    [
      ...moneyViolations(order, paymentOf.get(order.id)),
      ...stockViolations(order, reservationOf.get(order.id)),
      ...(order.isOldForMoney ? order.pendingRefunds.filter((id) => !isWorkedOn.has(id)) : []).map((refundId) => ({
        id: 'no-order-is-stuck' as const,
        detail: `refund ${refundId} of order ${order.id} is pending, and payments does not work on it`,
      })),
      ...(order.paidAt && !isConfirmed.has(order.id)
        ? [{ id: 'E9' as const, detail: `order ${order.id} was paid, and nobody was told` }]
        : []),
    ].map((one) => ({ orderId: order.id, ...one })),
  )
}

function moneyViolations(order: Order, payment: Payment | undefined): Violation[] {
  const found: Violation[] = []
  const { id, status, currency, totalAmount } = order
  const wrong = wrongSumOf(order)
  if (wrong) found.push({ id: 'M10', detail: `order ${id}: ${wrong}` })
  if (order.paidAt) {
    const isOne = payment?.captures === 1 && payment.currency === currency
    if (!isOne || payment.capturedByOperations !== totalAmount) {
      const actual = `${payment?.captures ?? 0} captures of ${payment?.capturedByOperations ?? 0}`
      found.push({ id: 'M2', detail: `order ${id} is ${status}, costs ${totalAmount} ${currency}, and has ${actual}` })
    }
  }
  if (status === 'canceled' && payment && order.isOldForMoney) {
    const kept = payment.captured - payment.refunded
    const isOpen = ['processing', 'action-required', 'authorized'].includes(payment.status)
    // Staff may keep money for the units that it cancels, and for shipping.
    const isDecided = order.cancelReason === 'refunded' || order.cancelReason === 'units-canceled'
    const decided = isDecided ? totalAmount - order.refunded : 0
    if (kept !== decided) found.push({ id: 'M3', detail: `order ${id} is canceled and has kept ${kept} ${currency}` })
    else if (isOpen) found.push({ id: 'M3', detail: `order ${id} is canceled, its payment is ${payment.status}` })
  }
  if (order.isOldForMoney && order.refunded !== (payment?.refunded ?? 0)) {
    const detail = `order ${id} refunded ${order.refunded}, payments say ${payment?.refunded ?? 0}`
    found.push({ id: 'M4', detail })
  }
  return found
}

function stockViolations(
  { id, status, lines, returned }: Order,
  reservation: StoredReservation | undefined,
): Violation[] {
  const isPaid = status === 'paid' || status === 'partially-shipped' || status === 'shipped'
  const isHeld = reservation?.status === 'active' || reservation?.status === 'pinned'
  const found: Violation[] = []
  if ((isPaid || status === 'canceled') && isHeld)
    found.push({ id: 'I8', detail: `order ${id} is ${status}, its reservation still ${reservation.status}` })
  if (status === 'canceled' && reservation?.status === 'committed')
    found.push({ id: 'O7', detail: `order ${id} is canceled, its stock is still sold` })
  if (isPaid && !isHeld && reservation?.status !== 'committed')
    found.push({ id: 'I7', detail: `order ${id} is ${status}, its reservation ${reservation?.status ?? 'missing'}` })
  const mustMatch = isPaid || isHeld
  const expected = listed([...lines, ...returned.map(({ sku, quantity }) => ({ sku, quantity: -quantity }))])
  if (mustMatch && reservation && listed(reservation.lines) !== expected)
    found.push({ id: 'I7', detail: `order ${id} contains ${expected}, its reservation ${listed(reservation.lines)}` })
  return found
}

/** Quantities by SKU, sorted: two of these texts are equal when the quantities are. */
function listed(lines: readonly { sku: string; quantity: number }[]): string {
  const counts = new Map<string, number>()
  for (const { sku, quantity } of lines) counts.set(sku, (counts.get(sku) ?? 0) + quantity)
  return [...counts]
    .filter(([, count]) => count !== 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([sku, count]) => `${count} × ${sku}`)
    .join(', ')
}
