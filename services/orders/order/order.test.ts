// What an order shows of its units, its refunds and its cancellations.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isNothingLeft,
  itemCount,
  type Order,
  type OrderRefund,
  orderNumber,
  orderView,
  type RefundLine,
  refundableAmount,
  refundedAmount,
  unitsOf,
} from './order.ts'

const at = '2026-11-22T12:00:00.000Z'
const eur = (amount: number) => ({ amount, currency: 'EUR' })
const none = { amount: 0, tax: 0 }
const address = { name: 'Lena', line1: 'Weserstraße 41', city: 'Berlin', postalCode: '12045', country: 'DE' }
const cup = {
  sku: 'CUP',
  title: 'Cup',
  quantity: 5,
  unitPrice: eur(1000),
  discount: eur(0),
  lineTotal: eur(5000),
  tax: eur(798),
  taxRate: 19,
}
const jar = { ...cup, sku: 'JAR', title: 'Jar', quantity: 1, lineTotal: eur(1000), tax: eur(160) }

function orderWith(refunds: OrderRefund[], sent = 0, more: Partial<Order> = {}): Order {
  const parcel = { id: 'parcel', lines: [{ sku: 'CUP', quantity: sent }], shippedAt: at }
  return {
    id: 'order',
    number: 100042,
    cartId: 'cart',
    customerId: null,
    email: 'lena@souk.example',
    status: 'paid',
    version: 3,
    cancelReason: null,
    cancelDetail: null,
    lines: [cup, jar],
    totals: {
      subtotal: eur(6000),
      discount: eur(0),
      shipping: eur(490),
      tax: eur(1036),
      total: eur(6490),
      taxIncluded: true,
    },
    shippingAddress: address,
    billingAddress: null,
    shippingMethod: { id: 'standard', name: 'Standard', price: eur(490) },
    paymentChoice: null,
    returnUrl: 'http://localhost:4000/orders/1',
    nextAction: null,
    deadlineAt: null,
    paidAt: at,
    placedAt: at,
    updatedAt: at,
    shipments: sent > 0 ? [parcel] : [],
    refunds,
    accessKey: 'key',
    ...more,
  }
}
function cupsBack(status: OrderRefund['status'], amount: number, line: Partial<RefundLine>): OrderRefund {
  const items = { amount, tax: Math.round((amount * 19) / 119) }
  const whole = { sku: 'CUP', quantity: 1, unshipped: 0, restocked: 0, share: 1000, ...items, ...line }
  const parts = { items, shipping: none, goodwill: none }
  return { id: status, status, amount: eur(amount), parts, lines: [whole], reason: 'Broken', createdAt: at }
}

test('an order counts its items and has a number that people can say', () => {
  assert.equal(itemCount(orderWith([])), 6)
  assert.equal(orderNumber({ number: 100042 }), 'S-100042')
})

test('units are sent, canceled or left, and a refund that failed takes none', () => {
  const order = orderWith(
    [
      cupsBack('pending', 1000, { unshipped: 1 }),
      cupsBack('refunded', 1000, { restocked: 1 }),
      cupsBack('failed', 1000, { unshipped: 1 }),
    ],
    2,
  )
  assert.deepEqual(unitsOf(order, cup), { shipped: 2, canceled: 1, left: 2, settled: 2, returnable: 1 })
  assert.deepEqual(unitsOf(order, jar), { shipped: 0, canceled: 0, left: 1, settled: 0, returnable: 0 })
  // A refund that had failed may succeed when its units were sent meanwhile.
  const late = orderWith([cupsBack('refunded', 1000, { quantity: 5, unshipped: 1 })], 5)
  assert.deepEqual(unitsOf(late, cup), { shipped: 5, canceled: 1, left: 0, settled: 5, returnable: 1 })
  const twice = orderWith([cupsBack('refunded', 1000, { quantity: 2 })], 1)
  assert.equal(unitsOf(twice, cup).returnable, 0)
})

test('nothing is left to send only when every unit is sent or its refund has succeeded', () => {
  const isOver = (status: OrderRefund['status']) =>
    isNothingLeft(orderWith([cupsBack(status, 1000, { unshipped: 1 })], 4, { lines: [cup] }))
  assert.deepEqual([isOver('refunded'), isOver('pending'), isOver('failed')], [true, false, false])
  assert.equal(isNothingLeft(orderWith([], 5)), false, 'the jar is left')
})

test('money that is on its way cannot go back again, and only what has arrived counts as refunded', () => {
  const order = orderWith([cupsBack('pending', 1000, {}), cupsBack('refunded', 300, {}), cupsBack('failed', 70, {})])
  assert.deepEqual([refundedAmount(order), refundableAmount(order)], [300, 5190])
})

test('the order as people see it tells refunds of money from canceled units, and what went back for these', () => {
  const pending = cupsBack('pending', 1001, { quantity: 3, unshipped: 2, restocked: 1 })
  const failed = cupsBack('failed', 500, { unshipped: 1 })
  const free = cupsBack('refunded', 0, { unshipped: 1 })
  const goodwill: OrderRefund = {
    ...cupsBack('refunded', 0, { quantity: 0 }),
    id: 'goodwill',
    amount: eur(1),
    parts: { items: none, shipping: none, goodwill: { amount: 1, tax: 0 } },
  }
  const view = orderView(orderWith([pending, failed, free, goodwill], 1))
  assert.deepEqual(
    view.lines.map((line) => [line.sku, line.shippedQuantity, line.refundedQuantity, line.canceledQuantity]),
    [
      ['CUP', 1, 3, 3],
      ['JAR', 0, 0, 0],
    ],
  )
  assert.deepEqual(view.refunded, eur(1))
  const zero = { amount: eur(0), tax: eur(0) }
  const common = { reason: 'Broken', createdAt: at }
  assert.deepEqual(view.refunds, [
    {
      ...common,
      id: 'pending',
      status: 'pending',
      amount: eur(1001),
      parts: { items: { amount: eur(1001), tax: eur(160) }, shipping: zero, goodwill: zero },
      lines: [{ sku: 'CUP', quantity: 3, unsent: 2, restocked: 1, amount: eur(1001) }],
    },
    {
      ...common,
      id: 'failed',
      status: 'failed',
      amount: eur(500),
      parts: { items: { amount: eur(500), tax: eur(80) }, shipping: zero, goodwill: zero },
      lines: [{ sku: 'CUP', quantity: 1, unsent: 1, restocked: 0, amount: eur(500) }],
    },
    {
      ...common,
      id: 'goodwill',
      status: 'refunded',
      amount: eur(1),
      parts: { items: zero, shipping: zero, goodwill: { amount: eur(1), tax: eur(0) } },
      lines: [],
    },
  ])
  const units = (quantity: number, back: number) => [{ sku: 'CUP', quantity, refund: eur(back) }]
  assert.deepEqual(view.cancellations, [
    { ...common, id: 'pending', status: 'pending', lines: units(2, 667) },
    { ...common, id: 'failed', status: 'failed', lines: units(1, 500) },
    { ...common, id: 'refunded', status: 'canceled', lines: units(1, 0) },
  ])
})

test('an order shows why it was canceled, where the bill goes, and the page of the bank only while it waits', () => {
  const nextAction = { type: 'redirect' as const, url: 'https://bank.example' }
  const shown = (more: Partial<Order>) => {
    const view = orderView(orderWith([], 0, more))
    return [view.cancelReason, view.billingAddress, view.nextAction]
  }
  assert.deepEqual(shown({}), [undefined, undefined, undefined])
  assert.deepEqual(shown({ status: 'canceled', cancelReason: 'expired', billingAddress: address, nextAction }), [
    'expired',
    address,
    undefined,
  ])
  assert.deepEqual(shown({ status: 'awaiting-customer', nextAction }), [undefined, undefined, nextAction])
  assert.deepEqual(shown({ status: 'awaiting-customer' }), [undefined, undefined, undefined])
})
