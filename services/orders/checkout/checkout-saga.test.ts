// Every row of the saga's table, and every signal that comes late or twice.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { MessageOf } from '@souk/contracts'
import {
  type OrderCanceled,
  type OrderPlaced,
  type OrderRefunded,
  type OrderShipped,
  type OrderStatus,
  orderStatuses,
} from '@souk/contracts/orders'
import {
  isOpen,
  type Order,
  type OrderRefund,
  type RefundLine,
  refundableAmount,
  refundedAmount,
} from '../order/order.ts'
import { isListed, nextStep, type Signal } from './checkout-saga.ts'
import type { Step } from './placing-steps.ts'
import { drawSaga } from './saga-diagram.ts'

const at = '2026-11-22T12:00:00.000Z'
const later = '2026-11-22T12:15:00.000Z'
const orderId = '01931d00-0000-7000-8000-000000000001'
const refundId = '01931d00-0000-7000-8000-000000000002'
const eur = (amount: number) => ({ amount, currency: 'EUR' })
const detail = { message: 'The card was declined.', code: 'card-declined' }
const none = { amount: 0, tax: 0 }
/** An amount that leaves all units in the order. */
const refund: OrderRefund = {
  id: refundId,
  status: 'pending',
  amount: eur(500),
  parts: { items: none, shipping: none, goodwill: { amount: 500, tax: 80 } },
  reason: 'Broken',
  createdAt: at,
  lines: [],
}
const allUnits: RefundLine = {
  sku: 'CUP',
  quantity: 2,
  unshipped: 2,
  restocked: 0,
  amount: 2000,
  tax: 319,
  share: 2000,
}
/** All units, before any was sent, and shipping. */
const refundOfAll: OrderRefund = {
  ...refund,
  amount: eur(2490),
  parts: { items: { amount: 2000, tax: 319 }, shipping: { amount: 490, tax: 78 }, goodwill: none },
  lines: [allUnits],
}
/** Some units without money. */
const canceledUnits = (quantity: number): OrderRefund => ({
  ...refund,
  status: 'refunded',
  amount: eur(0),
  parts: { items: none, shipping: none, goodwill: none },
  lines: [{ ...allUnits, quantity, unshipped: quantity, amount: 0, tax: 0, share: quantity * 1000 }],
})
const shipment = { id: refundId, lines: [{ sku: 'CUP', quantity: 1 }], shippedAt: at }
const finalUnpaid: OrderStatus[] = ['canceled']

function order(status: OrderStatus, more: Partial<Order> = {}): Order {
  const wasPaid = ['paid', 'partially-shipped', 'shipped'].includes(status)
  const isOpen = !wasPaid && !finalUnpaid.includes(status)
  return {
    id: orderId,
    number: 100042,
    cartId: orderId,
    customerId: null,
    email: 'lena@souk.example',
    status,
    version: 3,
    cancelReason: status === 'canceled' ? 'by-customer' : null,
    cancelDetail: null,
    lines: [
      {
        sku: 'CUP',
        title: 'Cup',
        quantity: 2,
        unitPrice: eur(1000),
        discount: eur(0),
        lineTotal: eur(2000),
        tax: eur(319),
        taxRate: 19,
      },
    ],
    totals: {
      subtotal: eur(2000),
      discount: eur(0),
      shipping: eur(490),
      tax: eur(397),
      total: eur(2490),
      taxIncluded: true,
    },
    shippingAddress: { name: 'Lena', line1: 'Weserstraße 41', city: 'Berlin', postalCode: '12045', country: 'DE' },
    billingAddress: null,
    shippingMethod: { id: 'standard', name: 'Standard', price: eur(490) },
    paymentChoice: isOpen ? { provider: 'simulator', token: 'tok_ok' } : null,
    returnUrl: 'http://localhost:4000/orders/1',
    nextAction: null,
    deadlineAt: status === 'awaiting-customer' ? later : null,
    paidAt: wasPaid ? at : null,
    placedAt: at,
    updatedAt: at,
    shipments: [],
    refunds: [],
    accessKey: 'key',
    ...more,
  }
}

const stockRefused: Signal = { type: 'stock-refused', reason: 'out-of-stock', detail }
const reservationLost: Signal = { type: 'reservation-lost' }
/** What a checkout learns that has pinned the stock, and what a message says. */
const captured: Signal = { type: 'payment-captured', isStockPinned: true }
const capturedOnly: Signal = { type: 'payment-captured' }
const authorized: Signal = { type: 'payment-authorized' }
const declined: Signal = { type: 'payment-declined', detail }
const actionRequired: Signal = {
  type: 'action-required',
  nextAction: { type: 'redirect', url: 'x' },
  deadlineAt: later,
}
const deadlinePassed: Signal = { type: 'deadline-passed' }
const reservationExpired: Signal = { type: 'reservation-expired', refundId }
const cancelRequested: Signal = { type: 'cancel-requested', by: 'customer', refundId }
const shippedPart: Signal = { type: 'parcel-shipped', shipment, complete: false }
const shippedAll: Signal = { type: 'parcel-shipped', shipment, complete: true }
const unitCanceled: Signal = { type: 'units-canceled', refund: canceledUnits(1) }
const allUnitsCanceled: Signal = { type: 'units-canceled', refund: { ...canceledUnits(2), id: orderId } }
const refundRequested: Signal = { type: 'refund-requested', refund }
const refunded: Signal = { type: 'payment-refunded', refundId, amount: 500 }
const refundFailed: Signal = { type: 'refund-failed', refundId, reason: 'closed account' }
const withdrawalNoted: Signal = {
  type: 'withdrawal-noted',
  entry: { type: 'withdrawal-received', message: 'A withdrawal was declared: the whole order.' },
}
const signals = [
  stockRefused,
  reservationLost,
  captured,
  capturedOnly,
  authorized,
  declined,
  actionRequired,
  deadlinePassed,
  reservationExpired,
  cancelRequested,
  shippedPart,
  shippedAll,
  unitCanceled,
  allUnitsCanceled,
  refundRequested,
  refunded,
  refundFailed,
  withdrawalNoted,
]

/** What a signal does: the next status, and the messages sent. */
function does(before: Order, signal: Signal): string | undefined {
  const step = nextStep(before, signal, at)
  return step && [step.order.status, ...step.send.map((message) => message.type)].join(' ')
}

const checkingOut: [Signal, string][] = [
  [stockRefused, 'canceled orders.order-canceled'],
  [reservationLost, 'canceled payments.cancel-payment orders.order-canceled'],
  [captured, 'paid orders.order-placed'],
  [capturedOnly, 'capturing orders.order-changed'],
  [authorized, 'capturing orders.order-changed'],
  [declined, 'canceled orders.order-canceled'],
  [actionRequired, 'awaiting-customer orders.order-changed'],
  [reservationExpired, 'canceled payments.cancel-payment orders.order-canceled'],
  [cancelRequested, 'canceled payments.cancel-payment orders.order-canceled'],
]
const awaitingCustomer: [Signal, string][] = [
  [captured, 'capturing orders.order-changed'],
  [capturedOnly, 'capturing orders.order-changed'],
  [authorized, 'capturing orders.order-changed'],
  [declined, 'canceled orders.order-canceled'],
  [deadlinePassed, 'canceled payments.cancel-payment orders.order-canceled'],
  [reservationExpired, 'canceled payments.cancel-payment orders.order-canceled'],
  [cancelRequested, 'canceled payments.cancel-payment orders.order-canceled'],
]
const capturing: [Signal, string][] = [
  [stockRefused, 'canceled payments.cancel-payment orders.order-canceled'],
  [reservationLost, 'canceled payments.cancel-payment orders.order-canceled'],
  [captured, 'paid orders.order-placed'],
  [declined, 'canceled orders.order-canceled'],
  [reservationExpired, 'canceled payments.cancel-payment orders.order-canceled'],
  [cancelRequested, 'canceled payments.cancel-payment orders.order-canceled'],
]
const paid: [Signal, string][] = [
  [reservationExpired, 'canceled payments.refund-payment orders.order-canceled'],
  [cancelRequested, 'canceled payments.refund-payment orders.order-canceled'],
  [shippedPart, 'partially-shipped orders.order-shipped'],
  [shippedAll, 'shipped orders.order-shipped'],
  [unitCanceled, 'paid orders.units-canceled'],
  [allUnitsCanceled, 'canceled orders.units-canceled orders.order-canceled'],
  [refundRequested, 'paid payments.refund-payment'],
  [refunded, 'paid orders.order-refunded'],
  [withdrawalNoted, 'paid orders.order-changed'],
]
const partiallyShipped: [Signal, string][] = [
  [shippedPart, 'partially-shipped orders.order-shipped'],
  [shippedAll, 'shipped orders.order-shipped'],
  [unitCanceled, 'partially-shipped orders.units-canceled'],
  [allUnitsCanceled, 'shipped orders.units-canceled orders.order-changed'],
  [refundRequested, 'partially-shipped payments.refund-payment'],
  [refunded, 'partially-shipped orders.order-refunded'],
  [withdrawalNoted, 'partially-shipped orders.order-changed'],
]
const shipped: [Signal, string][] = [
  [refundRequested, 'shipped payments.refund-payment'],
  [refunded, 'shipped orders.order-refunded'],
  [withdrawalNoted, 'shipped orders.order-changed'],
]
const canceled: [Signal, string][] = [
  [captured, 'canceled payments.cancel-payment'],
  [capturedOnly, 'canceled payments.cancel-payment'],
  [authorized, 'canceled payments.cancel-payment'],
  [refundRequested, 'canceled payments.refund-payment'],
  [refunded, 'canceled orders.order-refunded'],
  [withdrawalNoted, 'canceled orders.order-changed'],
]
const table: Record<OrderStatus, [Signal, string][]> = {
  'checking-out': checkingOut,
  'awaiting-customer': awaitingCustomer,
  capturing,
  paid,
  'partially-shipped': partiallyShipped,
  shipped,
  canceled,
}

for (const status of orderStatuses) {
  test(`an order that is ${status} does what it should on each signal, and nothing on late ones`, () => {
    const expected = new Map(table[status])
    for (const signal of signals) {
      assert.equal(does(order(status), signal), expected.get(signal), `${status} on ${JSON.stringify(signal)}`)
    }
  })
}

/** What a step stores besides the order's state: by name, as "shipment", "refund pending", "openCheckout closes". */
function effectsOf({ shipment, refund, openCheckout }: Step): string {
  const names = [
    shipment && 'shipment',
    refund && `refund ${refund.status}`,
    openCheckout && `openCheckout ${openCheckout}`,
  ]
  return names.filter(Boolean).join(', ')
}
/** On every signal that a state lists; a state that is missing here stores nothing more on any signal. */
const effects: Partial<Record<OrderStatus, [Signal, string][]>> = {
  'checking-out': [
    [stockRefused, 'openCheckout closes'],
    [reservationLost, 'openCheckout closes'],
    [captured, 'openCheckout closes'],
    [capturedOnly, 'openCheckout changes'],
    [authorized, 'openCheckout changes'],
    [declined, 'openCheckout closes'],
    [actionRequired, 'openCheckout changes'],
    [reservationExpired, 'openCheckout closes'],
    [cancelRequested, 'openCheckout closes'],
  ],
  'awaiting-customer': [
    [captured, 'openCheckout changes'],
    [capturedOnly, 'openCheckout changes'],
    [authorized, 'openCheckout changes'],
    [declined, 'openCheckout closes'],
    [deadlinePassed, 'openCheckout closes'],
    [reservationExpired, 'openCheckout closes'],
    [cancelRequested, 'openCheckout closes'],
  ],
  capturing: [
    [stockRefused, 'openCheckout closes'],
    [reservationLost, 'openCheckout closes'],
    [captured, 'openCheckout closes'],
    [declined, 'openCheckout closes'],
    [reservationExpired, 'openCheckout closes'],
    [cancelRequested, 'openCheckout closes'],
  ],
  paid: [
    [reservationExpired, 'refund pending'],
    [cancelRequested, 'refund pending'],
    [shippedPart, 'shipment'],
    [shippedAll, 'shipment'],
    [unitCanceled, 'refund refunded'],
    [allUnitsCanceled, 'refund refunded'],
    [refundRequested, 'refund pending'],
    [refunded, 'refund refunded'],
    [withdrawalNoted, ''],
  ],
  'partially-shipped': [
    [shippedPart, 'shipment'],
    [shippedAll, 'shipment'],
    [unitCanceled, 'refund refunded'],
    [allUnitsCanceled, 'refund refunded'],
    [refundRequested, 'refund pending'],
    [refunded, 'refund refunded'],
    [withdrawalNoted, ''],
  ],
  shipped: [
    [refundRequested, 'refund pending'],
    [refunded, 'refund refunded'],
    [withdrawalNoted, ''],
  ],
  canceled: [
    [captured, ''],
    [capturedOnly, ''],
    [authorized, ''],
    [refundRequested, 'refund pending'],
    [refunded, 'refund refunded'],
    [withdrawalNoted, ''],
  ],
}

for (const status of orderStatuses) {
  test(`each step of an order that is ${status} names what it stores`, () => {
    const expected = new Map(effects[status])
    for (const signal of signals) {
      const step = nextStep(order(status), signal, at)
      assert.equal(step && effectsOf(step), expected.get(signal), `${status} on ${JSON.stringify(signal)}`)
    }
  })
}

test('the effects that a step names are all that it changes in shipments, refunds and the open checkout', () => {
  const refundLists = [[], [refund], [refundOfAll], [{ ...refundOfAll, status: 'failed' as const }]]
  for (const status of orderStatuses) {
    for (const refunds of refundLists) {
      const before = order(status, { refunds })
      for (const signal of signals) {
        const step = nextStep(before, signal, at)
        if (!step) continue
        const what = `${status} on ${JSON.stringify(signal)}`
        const after = step.order
        const shipments = step.shipment ? [...before.shipments, step.shipment] : before.shipments
        assert.deepEqual(after.shipments, shipments, what)
        const others = (list: OrderRefund[]) => list.filter((one) => one.id !== step.refund?.id)
        assert.deepEqual(others(after.refunds), others(before.refunds), what)
        assert.equal(
          after.refunds.find((one) => one.id === step.refund?.id),
          step.refund,
          what,
        )
        const wasOpen = isOpen(before)
        assert.equal(step.openCheckout, wasOpen ? (isOpen(after) ? 'changes' : 'closes') : undefined, what)
        if (!isOpen(after))
          assert.deepEqual([after.nextAction, after.deadlineAt, after.paymentChoice], [null, null, null])
      }
    }
  }
})

test('a cancellation, a refund and its failure name the refund as it is then', () => {
  assert.deepEqual(nextStep(order('paid'), cancelRequested, at)?.refund, {
    ...refundOfAll,
    reason: 'The customer has canceled the order.',
  })
  const wholly = order('paid', { refunds: [{ ...refund, id: orderId, amount: eur(2490) }] })
  assert.equal(nextStep(wholly, cancelRequested, at)?.refund, undefined, 'all of it is on its way already')
  const asked = order('partially-shipped', { refunds: [refund] })
  assert.deepEqual(nextStep(asked, refunded, at)?.refund, { ...refund, status: 'refunded' })
  assert.deepEqual(nextStep(asked, refundFailed, at)?.refund, { ...refund, status: 'failed' })
  const all = order('paid', { refunds: [refundOfAll] })
  assert.equal(nextStep(all, refunded, at)?.refund?.status, 'refunded', 'also when the order ends with it')
})

test('the same outcome twice is one outcome (vendure PR #3734)', () => {
  const once = nextStep(order('checking-out'), captured, at)?.order as Order
  assert.equal(nextStep(once, captured, at), undefined)
  const lost = nextStep(order('checking-out'), declined, at)?.order as Order
  assert.equal(nextStep(lost, declined, at), undefined)
})

test('money that arrives after a cancellation is given back, each time', () => {
  const lost = nextStep(order('checking-out'), cancelRequested, at)?.order as Order
  assert.equal(does(lost, captured), 'canceled payments.cancel-payment')
  assert.equal(does(lost, authorized), 'canceled payments.cancel-payment')
})

test('a paid order that is canceled is refunded once: a repeated capture changes nothing', () => {
  const lost = nextStep(order('paid'), cancelRequested, at)?.order as Order
  assert.equal(lost.refunds[0]?.amount.amount, 2490)
  assert.equal(nextStep(lost, captured, at), undefined)
})

test('canceling a paid order gives back what has not gone back yet', () => {
  const partly = order('paid', { refunds: [{ ...refund, id: orderId, status: 'refunded' }] })
  assert.equal(nextStep(partly, cancelRequested, at)?.order.refunds[1]?.amount.amount, 1990)
  const wholly = order('paid', { refunds: [{ ...refund, id: orderId, amount: eur(2490) }] })
  assert.equal(does(wholly, cancelRequested), 'canceled orders.order-canceled')
})

test('the message of a cancellation says whether the order was paid, and what goes back now if that is known', () => {
  const announced = (before: Order, signal: Signal) => {
    const canceled = nextStep(before, signal, at)?.send.find((message) => message.type === 'orders.order-canceled')
      ?.data as MessageOf<typeof OrderCanceled>['data'] | undefined
    return [canceled?.reason, canceled?.wasPaid, canceled?.goingBack]
  }
  const givenBack = (amount: number) =>
    order('paid', { refunds: [{ ...refund, id: orderId, status: 'refunded', amount: eur(amount) }] })
  assert.deepEqual(announced(order('paid'), cancelRequested), ['by-customer', true, eur(2490)])
  assert.deepEqual(announced(givenBack(500), cancelRequested), ['by-customer', true, eur(1990)])
  assert.deepEqual(announced(givenBack(2490), cancelRequested), ['by-customer', true, eur(0)])
  assert.deepEqual(announced(order('checking-out'), stockRefused), ['out-of-stock', false, eur(0)])
  assert.deepEqual(announced(order('awaiting-customer'), declined), ['declined', false, eur(0)])
  assert.deepEqual(announced(order('awaiting-customer'), cancelRequested), ['by-customer', false, undefined])
  assert.deepEqual(announced(order('awaiting-customer'), deadlinePassed), ['expired', false, undefined])
  assert.deepEqual(announced(order('capturing'), reservationLost), ['expired', false, undefined])
})

test('a refund is counted when it has succeeded, and can be requested again when it has failed', () => {
  const asked = nextStep(order('paid'), refundRequested, at)?.order as Order
  assert.deepEqual([refundedAmount(asked), refundableAmount(asked)], [0, 1990])
  const done = nextStep(asked, refunded, at)?.order as Order
  assert.deepEqual([refundedAmount(done), refundableAmount(done)], [500, 1990])
  const failed = nextStep(asked, refundFailed, at)?.order as Order
  assert.deepEqual([refundedAmount(failed), refundableAmount(failed)], [0, 2490])
})

test('a refund that is reported twice, or as failed after it succeeded, stays as it is', () => {
  const done = order('paid', { refunds: [{ ...refund, status: 'refunded' }] })
  assert.equal(nextStep(done, refunded, at), undefined)
  assert.equal(nextStep(done, refundFailed, at), undefined)
})

test('a refund that succeeds after it had failed takes what others have left of it, and the rest is goodwill', () => {
  const sentBack = { ...allUnits, unshipped: 0, restocked: 2 }
  const first = { ...refundOfAll, lines: [sentBack], status: 'failed' as const }
  const unit = { ...sentBack, quantity: 1, restocked: 1, amount: 1000, tax: 159, share: 1000 }
  const second: OrderRefund = {
    ...first,
    id: orderId,
    status: 'refunded',
    amount: eur(1000),
    parts: { items: { amount: 1000, tax: 159 }, shipping: none, goodwill: none },
    lines: [unit],
  }
  const parcel = { ...shipment, lines: [{ sku: 'CUP', quantity: 2 }] }
  const before = order('shipped', { shipments: [parcel], refunds: [first, second] })
  const { refund: late, send } = nextStep(before, { ...refunded, amount: 2490 } as Signal, at) ?? {}
  assert.deepEqual(late?.lines, [{ ...unit, tax: 160 }])
  assert.deepEqual(late?.parts, {
    items: { amount: 1000, tax: 160 },
    shipping: { amount: 490, tax: 78 },
    goodwill: { amount: 1000, tax: 0 },
  })
  const restocked = [{ sku: 'CUP', title: 'Cup', quantity: 1 }]
  const announced = send?.[0]?.data as MessageOf<typeof OrderRefunded>['data'] | undefined
  assert.deepEqual(announced?.restocked, restocked)
})

test('an order ends when nothing is left to send and the refund succeeds; units whose refund failed are sent', () => {
  const refunding = (status: OrderStatus, more: OrderRefund[] = []) =>
    order(status, { refunds: [refundOfAll, ...more] })
  assert.equal(does(refunding('paid'), refunded), 'canceled orders.order-refunded orders.order-canceled')
  assert.equal(does(refunding('partially-shipped'), refunded), 'shipped orders.order-refunded orders.order-changed')
  assert.equal(does(refunding('shipped'), refundFailed), 'partially-shipped orders.order-changed')
  const oneUnit = { ...allUnits, quantity: 1, unshipped: 1, amount: 1000, tax: 159, share: 1000 }
  const half = { ...refundOfAll, id: orderId, amount: eur(1000), lines: [oneUnit] }
  const halves = order('paid', { refunds: [half, { ...half, id: refundId }] })
  assert.equal(does(halves, refunded), 'paid orders.order-refunded', 'the other half is still on its way')
})

test('a parcel is announced with what its units cost after their discount, to the cent', () => {
  const [line] = order('paid').lines
  if (!line) throw new Error('The order has a line.')
  const discounted = order('paid', { lines: [{ ...line, quantity: 3, discount: eur(1999), lineTotal: eur(1001) }] })
  const send = (before: Order, quantity: number, complete: boolean) => {
    const parcel = { ...shipment, lines: [{ sku: 'CUP', quantity }] }
    const step = nextStep(before, { type: 'parcel-shipped', shipment: parcel, complete }, at)
    const message = step?.send[0]?.data as MessageOf<typeof OrderShipped>['data'] | undefined
    return { after: step?.order as Order, amounts: message?.lines.map((one) => one.lineTotal.amount) }
  }
  const first = send(discounted, 1, false)
  const last = send(first.after, 2, true)
  assert.deepEqual([first.amounts, last.amounts], [[334], [667]])
})

test('money that payments gave back by itself is in the order too', () => {
  const after = nextStep(order('canceled'), { type: 'payment-refunded', refundId, amount: 2490 }, at)?.order as Order
  assert.equal(refundedAmount(after), 2490)
})

test('the token of the payment is kept only while the outcome is open', () => {
  const open = order('checking-out')
  assert.ok(nextStep(open, actionRequired, at)?.order.paymentChoice)
  assert.ok(nextStep(open, authorized, at)?.order.paymentChoice)
  assert.equal(nextStep(open, captured, at)?.order.paymentChoice, null)
  assert.equal(nextStep(open, declined, at)?.order.paymentChoice, null)
})

/** What the first message of a step says. */
function announcement<D>(before: Order, signal: Signal): D {
  const [message] = nextStep(before, signal, at)?.send ?? []
  return (message ?? assert.fail('Nothing was announced.')).data as D
}

test('a state lists the signals on which it may act', () => {
  assert.equal(isListed('paid', 'parcel-shipped'), true)
  assert.equal(isListed('checking-out', 'parcel-shipped'), false)
})

test('money that arrives for an order that was paid and canceled is being refunded already', () => {
  const wasPaid = order('canceled', { paidAt: at })
  for (const signal of [captured, authorized]) assert.equal(nextStep(wasPaid, signal, at), undefined)
})

test('late money is given back for the reason of the cancellation', () => {
  const reasonFor = (cancelReason: string | null) =>
    announcement<{ reason: string }>(order('canceled', { cancelReason }), captured)
  assert.equal(reasonFor('expired').reason, 'expired')
  assert.equal(reasonFor(null).reason, 'canceled')
})

test('canceling a paid order gives back even its last cent', () => {
  const spent = order('paid', { refunds: [{ ...refund, id: orderId, amount: eur(2489) }] })
  assert.deepEqual(nextStep(spent, cancelRequested, at)?.refund?.amount, eur(1))
})

test('a cancellation says that the bank had approved only while the money was being captured', () => {
  const wasApproved = (status: OrderStatus) =>
    nextStep(order(status), cancelRequested, at)
      ?.send.map(({ data }) => (data as { wasApproved?: boolean }).wasApproved)
      .at(-1)
  const statuses: OrderStatus[] = ['checking-out', 'awaiting-customer', 'capturing', 'paid']
  assert.deepEqual(statuses.map(wasApproved), [undefined, undefined, true, undefined])
})

test('a cancellation names who canceled, and the note of the customer stands in the timeline alone', () => {
  const canceledWith = (by: 'customer' | 'staff', note?: string) => {
    const step = nextStep(order('paid'), { type: 'cancel-requested', by, note, refundId }, at)
    return [step?.order.cancelReason, step?.order.cancelDetail?.message, step?.entry.message]
  }
  const byCustomer = 'The customer has canceled the order.'
  const byStaff = 'The shop has canceled the order.'
  assert.deepEqual(canceledWith('customer'), ['by-customer', byCustomer, byCustomer])
  assert.deepEqual(canceledWith('customer', 'Too late.'), ['by-customer', byCustomer, `${byCustomer} Too late.`])
  assert.deepEqual(canceledWith('staff'), ['by-staff', byStaff, byStaff])
  const withNote = `${byStaff} Out of glaze.`
  assert.deepEqual(canceledWith('staff', 'Out of glaze.'), ['by-staff', withNote, withNote])
})

test('messages about an order name its number, its customer if there is one, and the mailbox', () => {
  const who = (customerId: string | null) => {
    const { orderId, number, email, ...more } = announcement<MessageOf<typeof OrderPlaced>['data']>(
      order('checking-out', { customerId }),
      captured,
    )
    return [orderId, number, email, more.customerId]
  }
  assert.deepEqual(who(refundId), [orderId, 'S-100042', 'lena@souk.example', refundId])
  assert.deepEqual(who(null), [orderId, 'S-100042', 'lena@souk.example', undefined])
})

/** What the timeline says of a step. */
const told = (before: Order, signal: Signal) => nextStep(before, signal, at)?.entry.message
const {
  lines: [cup],
} = order('paid') as Order & { lines: [Order['lines'][number]] }
const twoLines = (status: OrderStatus, more: Partial<Order> = {}) =>
  order(status, { lines: [cup, { ...cup, sku: 'JAR', title: 'Jar' }], ...more })

test('the timeline says which parcel is on its way, and its tracking number', () => {
  const tracked: Signal = { type: 'parcel-shipped', shipment: { ...shipment, trackingNumber: 'T1' }, complete: false }
  assert.equal(told(order('paid'), shippedPart), 'A parcel is on its way.')
  assert.equal(told(order('paid'), shippedAll), 'The last parcel is on its way.')
  assert.equal(told(order('paid'), tracked), 'A parcel is on its way, tracking number T1.')
})

test('the letter about a parcel lists what is in it, not the lines that were left behind', () => {
  const sent = announcement<MessageOf<typeof OrderShipped>['data']>(twoLines('paid'), shippedPart)
  assert.deepEqual(
    sent.lines.map(({ sku, quantity, lineTotal }) => [sku, quantity, lineTotal.amount]),
    [['CUP', 1, 1000]],
  )
})

test('the timeline says what a refund is for, part by part, and which units it keeps from being sent', () => {
  const asked = (more: Partial<OrderRefund>): Signal => ({ type: 'refund-requested', refund: { ...refund, ...more } })
  const parts = (items: number, shipping: number, goodwill: number) => ({
    items: { amount: items, tax: 0 },
    shipping: { amount: shipping, tax: 0 },
    goodwill: { amount: goodwill, tax: 0 },
  })
  assert.equal(told(order('paid'), refundRequested), 'Refund of €5.00 (goodwill): Broken')
  assert.equal(
    told(order('paid'), { type: 'refund-requested', refund: refundOfAll }),
    'Refund of €24.90 (items €20.00, shipping €4.90): Broken. Not to be sent: 2 × Cup.',
  )
  assert.equal(
    told(order('paid'), asked({ amount: eur(12), parts: parts(10, 1, 1), reason: 'Late! ' })),
    'Refund of €0.12 (items €0.10, shipping €0.01, goodwill €0.01): Late! ',
  )
  const yen = { amount: 1250, currency: 'JPY' }
  assert.equal(
    told(order('paid'), asked({ amount: yen, parts: parts(0, 0, 1250) })),
    'Refund of ¥1,250 (goodwill): Broken',
  )
  const dinars = { amount: 1250, currency: 'KWD' }
  assert.equal(
    told(order('paid'), asked({ amount: dinars, parts: parts(0, 0, 1250) })),
    'Refund of KWD\u00a01.250 (goodwill): Broken',
  )
  assert.equal(
    told(order('paid', { refunds: [refundOfAll] }), refunded),
    '€24.90 (items €20.00, shipping €4.90) went back to the customer. The order is canceled: nothing is left to send.',
  )
  assert.equal(
    told(order('paid', { refunds: [refund] }), refundFailed),
    'The refund of €5.00 did not succeed: closed account',
  )
})

test('the timeline ends the reason for which units are canceled with one full stop', () => {
  const canceled = (reason: string): Signal => ({ type: 'units-canceled', refund: { ...canceledUnits(1), reason } })
  assert.equal(told(order('paid'), canceled(' Broken ')), '1 × Cup will not be sent: Broken.')
  assert.equal(told(order('paid'), canceled('Broken!')), '1 × Cup will not be sent: Broken!')
})

test('a refund that has succeeded announces its units that were not sent, and those that go back into stock', () => {
  const announced = (before: Order) => {
    const { unsent, restocked } = announcement<MessageOf<typeof OrderRefunded>['data']>(before, refunded)
    return [unsent, restocked]
  }
  const one = { ...allUnits, quantity: 1, unshipped: 1, amount: 1000, tax: 159, share: 1000 }
  const oneCup = [{ sku: 'CUP', title: 'Cup', quantity: 1 }]
  const mixed = { ...refundOfAll, lines: [one, { ...one, sku: 'JAR', unshipped: 0, restocked: 1 }] }
  assert.deepEqual(announced(twoLines('paid', { refunds: [mixed] })), [
    oneCup,
    [{ sku: 'JAR', title: 'Jar', quantity: 1 }],
  ])
  assert.deepEqual(announced(order('paid', { refunds: [{ ...mixed, lines: [one] }] })), [oneCup, undefined])
  assert.deepEqual(announced(order('paid', { refunds: [refund] })), [undefined, undefined])
  const gone = order('canceled', { refunds: [refundOfAll] })
  assert.deepEqual(announced(gone), [undefined, undefined], 'a canceled order has given its units back already')
})

test('a sent order waits for another parcel only when the refund that failed had kept a unit from being sent', () => {
  const failing = (unshipped: number) => {
    const line = { ...allUnits, quantity: 1, unshipped, restocked: 1 - unshipped }
    return nextStep(order('shipped', { refunds: [{ ...refundOfAll, lines: [line] }] }), refundFailed, at)?.order.status
  }
  assert.deepEqual([failing(1), failing(0)], ['partially-shipped', 'shipped'])
})

test('money that payments gave back by itself is a refund of all lines when it is all, else goodwill', () => {
  const givenBack = (amount: number, more: Partial<Order> = {}) =>
    nextStep(order('canceled', more), { type: 'payment-refunded', refundId, amount }, at)?.refund
  const all = givenBack(2490, { cancelDetail: { message: 'The stock could not be kept.' } })
  assert.deepEqual(all, { ...refundOfAll, status: 'refunded', reason: 'The stock could not be kept.' })
  const some = givenBack(2489)
  assert.deepEqual([some?.amount.amount, some?.lines, some?.reason], [2489, [], 'Given back.'])
  assert.deepEqual(some && Object.values(some.parts).map((part) => part.amount), [0, 0, 2489])
})

test('the picture in docs/saga.md is the table', () => {
  const samples = (status: OrderStatus) => [refund, refundOfAll].map((one) => order(status, { refunds: [one] }))
  const drawn = drawSaga(samples, signals, at)
  const document = readFileSync(join(import.meta.dirname, '../../../docs/saga.md'), 'utf8')
  const shown = /```mermaid\n([\s\S]*?)\n```/.exec(document)?.[1]
  assert.equal(shown, drawn, `docs/saga.md should show:\n${drawn}`)
})
