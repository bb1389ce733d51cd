// Units that are canceled before they are sent, sent units that are refunded, and what both leave of the order. From outside.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Order, ordersApi } from '@souk/contracts/orders'
import { PaymentRefunded, RefundFailed } from '@souk/contracts/payments'
import { anonymous, customer, refusalOf, staff } from '@souk/service/fixture'
import { eur, keyed, type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const byStaff = () => shop.as(ordersApi, staff)
const lena = customer()
type Lines = { sku: string; quantity: number; refund?: ReturnType<typeof eur> }[]
type RefundBody = Omit<Parameters<ReturnType<typeof byStaff>['refund']>[0]['body'], 'reason'>
type ShipBody = Parameters<ReturnType<typeof byStaff>['ship']>[0]['body']
const ship = (order: Order, body: ShipBody = {}) => byStaff().ship({ params: { id: order.id }, body, headers: keyed() })
const cancelUnits = (order: Order, lines: Lines, more: { shipping?: boolean } = {}) =>
  byStaff().cancelUnits({ params: { id: order.id }, body: { lines, reason: 'Broken', ...more }, headers: keyed() })
const refund = (order: Order, body: RefundBody = {}) =>
  byStaff().refund({ params: { id: order.id }, body: { reason: 'Broken', ...body }, headers: keyed() })
const read = (order: Order) => byStaff().read({ params: { id: order.id } })
/** Payments answers the newest refund. */
async function succeeds(order: Order) {
  const { id: refundId, amount } = (await read(order)).refunds.at(-1) as Order['refunds'][number]
  await shop.deliver(PaymentRefunded({ orderId: order.id, refundId, amount, totalRefunded: amount }))
}
async function fails(order: Order) {
  const { id: refundId, amount } = (await read(order)).refunds.at(-1) as Order['refunds'][number]
  await shop.deliver(RefundFailed({ orderId: order.id, refundId, amount, reason: 'closed account' }))
}
const about = (order: Order, type: string) =>
  shop.messages<Record<string, unknown> & { orderId: string }>(type).filter((one) => one.orderId === order.id)
const skuOf = (order: Order) => order.lines[0]?.sku as string
const unitsOf = (order: Order, quantity: number, cents?: number): Lines => [
  { sku: skuOf(order), quantity, ...(cents === undefined ? {} : { refund: eur(cents) }) },
]
/** Units of one new SKU, and 4.90 for shipping. */
const bought = async (quantity: number, cents = 1990) =>
  shop.placedOrder(await shop.sell(`CHAIR-${++count}`, cents), quantity, lena)
const boughtWithGift = async () => {
  const [sku, gift] = [await shop.sell(`CHAIR-${++count}`, 1990), await shop.sell(`GIFT-${count}`, 0)]
  const lines = [
    { sku, quantity: 1 },
    { sku: gift, quantity: 1 },
  ]
  const { status, order } = await shop.buy(await shop.fullCart(lines))
  assert.equal(status, 201)
  return { order, gift }
}

test('staff cancels unsent units: their share goes back, and with the money the units; the rest is still sent', async () => {
  const order = await bought(3)
  const asked = await cancelUnits(order, unitsOf(order, 1))
  assert.deepEqual(asked.refunds[0]?.amount, eur(1990))
  assert.deepEqual([asked.cancellations[0]?.status, asked.lines[0]?.canceledQuantity], ['pending', 1])
  assert.equal((await refusalOf(ship(order, { lines: unitsOf(order, 3) }))).code, 'too-many-units')
  await succeeds(order)
  const { cancellations, refunds, lines } = await read(order)
  assert.deepEqual(cancellations, [
    {
      id: refunds[0]?.id,
      status: 'canceled',
      lines: [{ sku: skuOf(order), quantity: 1, refund: eur(1990) }],
      reason: 'Broken',
      createdAt: refunds[0]?.createdAt,
    },
  ])
  assert.deepEqual([lines[0]?.canceledQuantity, lines[0]?.refundedQuantity, lines[0]?.shippedQuantity], [1, 1, 0])
  assert.deepEqual(about(order, 'orders.order-refunded')[0]?.unsent, [
    { sku: skuOf(order), title: skuOf(order), quantity: 1 },
  ])
  assert.equal((await ship(order)).status, 'shipped')
})

test('payments is asked for the money of units that are canceled with money, and nobody hears that they are free yet', async () => {
  const order = await bought(2)
  await cancelUnits(order, unitsOf(order, 1))
  const told = await shop.sentAbout(order.id)
  assert.equal(told.at(-1), 'payments.refund-payment')
  assert.equal(told.includes('orders.units-canceled'), false)
})

test('units are canceled for nothing, or for less than their share: at once, or when the money has moved', async () => {
  const order = await bought(3)
  const first = await cancelUnits(order, unitsOf(order, 1, 0))
  assert.deepEqual([first.refunds, first.cancellations[0]?.status], [[], 'canceled'])
  assert.deepEqual([first.lines[0]?.canceledQuantity, first.lines[0]?.refundedQuantity], [1, 0])
  await shop.settle()
  assert.deepEqual(about(order, 'orders.units-canceled')[0]?.units, [
    { sku: skuOf(order), title: skuOf(order), quantity: 1 },
  ])
  await cancelUnits(order, unitsOf(order, 1, 500))
  await succeeds(order)
  assert.deepEqual((await read(order)).refunded, eur(500))
  const more = await refusalOf(cancelUnits(order, unitsOf(order, 1, 1991)))
  assert.deepEqual([more.code, more.problem.purpose, more.problem.left], ['refund-too-large', 'items', eur(1990)])
  const whole = await ship(order)
  assert.deepEqual([whole.status, whole.lines[0]?.shippedQuantity], ['shipped', 1])
})

test('an order ends when its last unit is canceled: shipped when something was sent, canceled when nothing was', async () => {
  const sent = await bought(2)
  await ship(sent, { lines: unitsOf(sent, 1) })
  assert.equal((await cancelUnits(sent, unitsOf(sent, 1, 0))).status, 'shipped')
  assert.deepEqual((await shop.sentAbout(sent.id)).slice(-2), ['orders.units-canceled', 'orders.order-changed'])

  const unsent = await bought(2)
  const canceled = await cancelUnits(unsent, unitsOf(unsent, 2, 0))
  assert.deepEqual([canceled.status, canceled.cancelReason], ['canceled', 'units-canceled'])
  assert.deepEqual((await shop.sentAbout(unsent.id)).slice(-2), ['orders.units-canceled', 'orders.order-canceled'])
  const { items } = await byStaff().timeline({ params: { id: unsent.id } })
  const title = skuOf(unsent)
  assert.equal(
    items.at(-1)?.message,
    `2 × ${title} will not be sent: Broken. The order is canceled: nothing is left to send.`,
  )
  // What was kept can still go back.
  const rest = await refund(unsent)
  assert.deepEqual(rest.refunds.at(-1)?.amount, unsent.totals.total)

  const paidBack = await bought(1)
  const pending = await cancelUnits(paidBack, unitsOf(paidBack, 1), { shipping: true })
  assert.deepEqual([pending.status, pending.refunds[0]?.amount], ['paid', paidBack.totals.total])
  await succeeds(paidBack)
  assert.deepEqual([(await read(paidBack)).status, (await read(paidBack)).cancelReason], ['canceled', 'refunded'])
})

test('units whose money could not be given back are to be sent, or canceled for nothing', async () => {
  const order = await bought(1)
  await cancelUnits(order, unitsOf(order, 1))
  const waiting = await refusalOf(cancelUnits(order, unitsOf(order, 1, 0)))
  assert.deepEqual([waiting.code, waiting.problem.orderStatus], ['nothing-to-cancel', 'paid'])
  await fails(order)
  const { status, cancellations, lines } = await read(order)
  assert.deepEqual([status, cancellations[0]?.status, lines[0]?.canceledQuantity], ['paid', 'failed', 0])
  assert.equal((await cancelUnits(order, unitsOf(order, 1, 0))).status, 'canceled')
})

test('a gift is taken out of an order, and the rest is sent', async () => {
  const { order, gift } = await boughtWithGift()
  const free = await refusalOf(refund(order, { lines: [{ sku: gift, quantity: 1 }] }))
  assert.equal(free.code, 'invalid-refund')
  const without = await cancelUnits(order, [{ sku: gift, quantity: 1 }])
  assert.deepEqual([without.status, without.refunds, without.lines[1]?.canceledQuantity], ['paid', [], 1])
  const shipped = await ship(order)
  assert.deepEqual([shipped.status, shipped.shipments[0]?.lines.length], ['shipped', 1])
})

test('an order whose money has gone back by amount is not shipped silently: its units are canceled, or knowingly sent', async () => {
  for (const end of ['cancel', 'send'] as const) {
    const order = await bought(2)
    await refund(order, { amount: order.totals.total })
    for (const moved of [false, true]) {
      if (moved) await succeeds(order)
      const refused = await refusalOf(ship(order))
      assert.deepEqual([refused.code, refused.problem.orderStatus], ['order-refunded', 'paid'])
      assert.equal((await refusalOf(ship(order, { lines: unitsOf(order, 1) }))).code, 'order-refunded')
    }
    if (end === 'send') assert.equal((await ship(order, { evenIfRefunded: true })).status, 'shipped')
    else {
      const canceled = await cancelUnits(order, unitsOf(order, 2))
      assert.deepEqual([canceled.status, canceled.refunds.length], ['canceled', 1])
    }
  }
  const almost = await bought(1)
  await refund(almost, { amount: eur(almost.totals.total.amount - 1) })
  assert.equal((await ship(almost)).status, 'shipped')
})

test('what is left of the money is divided once among the lines that are canceled together', async () => {
  const { order, gift } = await boughtWithGift()
  const other = await shop.sell(`STOOL-${count}`, 1000)
  const lines = [
    { sku: skuOf(order), quantity: 1 },
    { sku: other, quantity: 1 },
    { sku: gift, quantity: 1 },
  ]
  const { order: mixed } = await shop.buy(await shop.fullCart(lines))
  await refund(mixed, { amount: eur(1000) })
  const { refunds } = await cancelUnits(mixed, lines)
  // 34.80 was paid, so 24.80 is left of 29.90 for the items.
  assert.deepEqual(
    refunds.at(-1)?.lines.map((line) => line.amount.amount),
    [1990, 490, 0],
  )
})

test('sent units are refunded while the rest of the line is still to go, and come back into stock only when asked', async () => {
  const order = await bought(3)
  await ship(order, { lines: unitsOf(order, 2) })
  for (const restock of [false, true]) {
    const asked = await refund(order, { lines: unitsOf(order, 1), units: 'sent', restock })
    const { unsent, restocked, quantity } = asked.refunds.at(-1)?.lines[0] ?? {}
    assert.deepEqual([quantity, unsent, restocked], [1, 0, restock ? 1 : 0])
    await succeeds(order)
  }
  assert.deepEqual(
    about(order, 'orders.order-refunded').map(({ unsent, restocked }) => [unsent, restocked]),
    [
      [undefined, undefined],
      [undefined, [{ sku: skuOf(order), title: skuOf(order), quantity: 1 }]],
    ],
  )
  const third = await refusalOf(refund(order, { lines: unitsOf(order, 1), units: 'sent' }))
  assert.deepEqual([third.code, third.problem.orderStatus], ['invalid-refund', 'partially-shipped'])
  const { status, lines } = await ship(order)
  assert.deepEqual([status, lines[0]?.shippedQuantity, lines[0]?.refundedQuantity], ['shipped', 3, 2])
})

test('a refund by lines says which units it takes: unsent ones first, unless it says unsent or sent', async () => {
  const order = await bought(3)
  await ship(order, { lines: unitsOf(order, 1) })
  assert.equal((await refusalOf(refund(order, { lines: unitsOf(order, 3), units: 'unsent' }))).code, 'invalid-refund')
  assert.equal((await refusalOf(refund(order, { lines: unitsOf(order, 2), units: 'sent' }))).code, 'invalid-refund')
  const { refunds } = await refund(order, { lines: unitsOf(order, 3) })
  assert.deepEqual([refunds[0]?.lines[0]?.quantity, refunds[0]?.lines[0]?.unsent], [3, 2])
})

test('shipping goes back once: as an amount, with lines when asked, or with all that is left', async () => {
  const order = await bought(2)
  const by = async (body: RefundBody) => {
    const { parts } = (await refund(order, body)).refunds.at(-1) as Order['refunds'][number]
    return [parts.items.amount.amount, parts.shipping.amount.amount, parts.goodwill.amount.amount]
  }
  assert.deepEqual(await by({ shipping: eur(90) }), [0, 90, 0])
  assert.deepEqual(await by({ lines: unitsOf(order, 1) }), [1990, 0, 0])
  assert.deepEqual(await by({ lines: unitsOf(order, 1), shipping: true }), [1990, 400, 0])
  const again = await refusalOf(refund(order, { shipping: true }))
  assert.deepEqual([again.code, again.problem.left], ['refund-too-large', eur(0)])

  const other = await bought(1)
  const { refunds } = await refund(other, { amount: eur(300) })
  assert.deepEqual(refunds[0]?.parts.goodwill, { amount: eur(300), tax: eur(48) })
  const over = await refusalOf(refund(other, { lines: unitsOf(other, 1), shipping: true }))
  assert.deepEqual([over.code, over.problem.purpose, over.problem.left], ['refund-too-large', 'total', eur(2180)])
  const rest = (await refund(other)).refunds.at(-1)
  assert.deepEqual([rest?.parts.items.amount, rest?.parts.shipping.amount], [eur(1990), eur(190)])
  const taxes = (await read(other)).refunds.flatMap(({ parts }) => Object.values(parts).map(({ tax }) => tax.amount))
  assert.equal(
    taxes.reduce((sum, one) => sum + one, 0),
    other.totals.tax.amount,
  )
})

test('a whole order that is canceled gives items and shipping back, and says so', async () => {
  const order = await bought(2)
  const { refunds } = await byStaff().cancel({ params: { id: order.id }, body: {}, headers: keyed() })
  const parts = refunds[0]?.parts
  assert.deepEqual([parts?.items.amount, parts?.shipping.amount], [eur(3980), eur(490)])
  assert.equal((parts?.items.tax.amount ?? 0) + (parts?.shipping.tax.amount ?? 0), order.totals.tax.amount)
  await shop.settle()
  assert.deepEqual(about(order, 'orders.order-canceled')[0]?.parts, parts)
  await succeeds(order)
  assert.deepEqual(about(order, 'orders.order-refunded')[0]?.parts, parts)
  const { items } = await byStaff().timeline({ params: { id: order.id } })
  assert.equal(items.at(-1)?.message, '€44.70 (items €39.80, shipping €4.90) went back to the customer.')
})

test('a refund that contradicts itself is refused, and changes nothing', async () => {
  const order = await bought(2)
  const lines = unitsOf(order, 1)
  const wrong: RefundBody[] = [
    { amount: eur(1), lines },
    { amount: eur(1), shipping: true },
    { units: 'sent' },
    { units: 'sent', amount: eur(1) },
    { restock: true, amount: eur(1) },
    { restock: true, shipping: true },
    { shipping: eur(0) },
    { shipping: eur(-1) },
    { shipping: { amount: 1, currency: 'USD' } },
    { lines: [{ ...lines[0], amount: eur(-1) } as { sku: string; quantity: number }] },
    { lines: [{ ...lines[0], amount: { amount: 1, currency: 'USD' } } as { sku: string; quantity: number }] },
    { lines: [...lines, { ...lines[0], amount: eur(1) } as { sku: string; quantity: number }] },
    { lines: [{ sku: 'OTHER', quantity: 1 }] },
    { lines: unitsOf(order, 3) },
  ]
  for (const body of wrong) {
    const refused = await refusalOf(refund(order, body))
    assert.deepEqual([refused.code, refused.problem.orderStatus], ['invalid-refund', 'paid'], JSON.stringify(body))
  }
  assert.equal((await refusalOf(cancelUnits(order, unitsOf(order, 1, -1)))).code, 'invalid-refund')
  assert.equal((await refusalOf(cancelUnits(order, [{ sku: 'OTHER', quantity: 1 }]))).code, 'invalid-refund')
  assert.deepEqual((await read(order)).refunds, [])
})

test('a move that the state does not allow is refused with the state', async () => {
  const sku = await shop.sell(`CHAIR-${++count}`, 1990)
  const { order: waiting } = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }]), { token: 'tok_3ds' })
  const [shipped, canceled, partly] = [await bought(1), await bought(1), await bought(2)]
  await ship(shipped)
  await ship(partly, { lines: unitsOf(partly, 1) })
  await byStaff().cancel({ params: { id: canceled.id }, body: {}, headers: keyed() })
  const cancel = (order: Order) => byStaff().cancel({ params: { id: order.id }, body: {}, headers: keyed() })
  const expected: [() => Promise<unknown>, string, Order['status']][] = [
    [() => ship(waiting), 'not-paid', 'awaiting-customer'],
    [() => refund(waiting), 'not-paid', 'awaiting-customer'],
    [() => cancelUnits(waiting, unitsOf(waiting, 1)), 'not-paid', 'awaiting-customer'],
    [() => ship(shipped), 'nothing-to-ship', 'shipped'],
    [() => cancelUnits(shipped, unitsOf(shipped, 1)), 'nothing-to-cancel', 'shipped'],
    [() => cancel(shipped), 'too-late-to-cancel', 'shipped'],
    [() => cancel(partly), 'too-late-to-cancel', 'partially-shipped'],
    [() => ship(partly, { lines: unitsOf(partly, 2) }), 'too-many-units', 'partially-shipped'],
    [() => cancelUnits(partly, unitsOf(partly, 2)), 'too-many-units', 'partially-shipped'],
    [() => ship(canceled), 'order-canceled', 'canceled'],
    [() => cancelUnits(canceled, unitsOf(canceled, 1)), 'order-canceled', 'canceled'],
    [() => refund(canceled), 'refund-too-large', 'canceled'],
  ]
  for (const [asked, code, status] of expected) {
    const { problem } = await refusalOf(asked())
    assert.deepEqual([problem.code, problem.orderStatus], [code, status])
    assert.match(problem.detail ?? '', new RegExp(`^This order is ${status}: `))
  }
})

test('a parcel and a cancellation at the same moment never take the same unit', async () => {
  for (let round = 0; round < 12; round++) {
    const order = await bought(3)
    const acts = [
      () => ship(order, { lines: unitsOf(order, 2) }),
      () => cancelUnits(order, unitsOf(order, 2, 0)),
      () => cancelUnits(order, unitsOf(order, 1, 0)),
      () => ship(order, { lines: unitsOf(order, 1) }),
      () => ship(order),
    ]
    const turned = [...acts.slice(round % 5), ...acts.slice(0, round % 5)]
    await Promise.allSettled(turned.map((act) => act()))
    const { lines, status } = await read(order)
    const { shippedQuantity = 0, canceledQuantity = 0 } = lines[0] ?? {}
    assert.equal(shippedQuantity + canceledQuantity, 3)
    assert.equal(status, shippedQuantity > 0 ? 'shipped' : 'canceled')
  }
})

test('units are canceled by staff alone, with a key, and once for one key', async () => {
  const order = await bought(2)
  const params = { id: order.id }
  const body = { lines: unitsOf(order, 1, 0), reason: 'Broken' }
  for (const caller of [anonymous, lena]) {
    const refused = await refusalOf(shop.as(ordersApi, caller).cancelUnits({ params, body, headers: keyed() }))
    assert.equal(refused.code, caller === anonymous ? 'not-signed-in' : 'not-allowed')
  }
  assert.equal((await refusalOf(byStaff().cancelUnits({ params, body }))).code, 'idempotency-key-missing')
  assert.equal(
    (await refusalOf(byStaff().cancelUnits({ params: { id: randomUUID() }, body, headers: keyed() }))).code,
    'not-found',
  )
  const headers = keyed()
  const [first, second] = [
    await byStaff().cancelUnits({ params, body, headers }),
    await byStaff().cancelUnits({ params, body, headers }),
  ]
  assert.deepEqual(second, first)
  assert.equal((await read(order)).lines[0]?.canceledQuantity, 1)
})
