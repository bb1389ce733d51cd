// The state machine behind every report of a provider: what a payment becomes.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { ProviderPayment } from '../providers/provider.ts'
import { isOpen, newPayment, type Payment } from './payment.ts'
import { nextPaymentState } from './payment-state.ts'

const now = new Date('2026-11-22T10:00:00Z')
const { payment: processing, operation } = newPayment(
  randomUUID(),
  'simulator',
  { amount: 1_000, currency: 'EUR' },
  { token: 'tok_ok', returnUrl: '/' },
  now,
)
const operationStatus = {
  processing: 'pending',
  'action-required': 'pending',
  authorized: 'succeeded',
  captured: 'succeeded',
  declined: 'failed',
  voided: 'failed',
} as const
const reportOf = (state: ProviderPayment['state'], kind: 'capture' | 'authorize' = 'capture'): ProviderPayment => ({
  reference: 'sim_1',
  orderId: processing.orderId,
  state,
  currency: 'EUR',
  operations: [{ id: operation.id, kind, amount: 1_000, status: operationStatus[state] }],
})
const after = (payment: Payment, report: ProviderPayment | undefined) =>
  nextPaymentState(payment, report, now)?.payment ?? payment
const messagesAfter = (payment: Payment, report?: ProviderPayment) =>
  nextPaymentState(payment, report, now)?.messages.map((one) => one.type)

test('the same reports in any order end in the same state, and nothing goes backward', () => {
  const reports = [
    reportOf('processing'),
    reportOf('action-required', 'authorize'),
    reportOf('authorized', 'authorize'),
  ]
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [2, 0, 1],
  ]) {
    const payment = order.reduce((payment, index) => after(payment, reports[index]), processing)
    assert.equal(payment.status, 'authorized')
  }
  const captured = after(processing, reportOf('captured'))
  for (const late of [...reports, reportOf('captured'), reportOf('declined'), reportOf('voided')]) {
    assert.equal(nextPaymentState(captured, late, now), undefined, late.state)
  }
})

test('captured again is nothing new (vendure PR#3734)', () => {
  assert.deepEqual(messagesAfter(processing, reportOf('captured')), ['payments.payment-captured'])
  assert.equal(messagesAfter(after(processing, reportOf('captured')), reportOf('captured')), undefined)
})

test('money that arrives after it was given up as lost is refunded (F77)', () => {
  const canceled = { ...processing, cancelRequested: true }
  const refusal = { operationId: operation.id, code: 'never-arrived', message: 'lost' }
  const voided = nextPaymentState(canceled, undefined, now, refusal)?.payment ?? assert.fail()
  assert.equal(voided.status, 'voided')
  const late = nextPaymentState(voided, reportOf('captured'), now)
  assert.deepEqual([late?.payment.status, late?.payment.captured], ['voided', 1_000])
  assert.deepEqual(
    late?.operations.map((one) => [one.kind, one.status]),
    [
      ['capture', 'succeeded'],
      ['refund', 'pending'],
    ],
  )
  assert.deepEqual(late?.messages, [])
})

test('money in another currency is not the money that was asked for (F78)', () => {
  const transition = nextPaymentState(processing, { ...reportOf('captured'), currency: 'JPY' }, now)
  assert.deepEqual([transition?.payment.status, transition?.payment.decline?.code], ['declined', 'amount-differs'])
  assert.deepEqual(
    transition?.transfers.map((transfer) => transfer.currency),
    ['JPY'],
  )
  assert.deepEqual(
    transition?.operations.filter(isOpen).map((one) => [one.kind, one.amount]),
    [['refund', 1_000]],
  )
})

test('a reversal that fails is tried five times, less and less often, and then left to people', () => {
  let payment: Payment = { ...after(processing, reportOf('captured')), cancelRequested: true }
  const waits: number[] = []
  for (;;) {
    const refund = payment.operations.find(isOpen)
    const refusal = refund && { operationId: refund.id, code: 'no', message: 'no' }
    const transition = nextPaymentState(payment, undefined, now, refusal)
    if (!transition) break
    payment = transition.payment
    const next = payment.operations.find(isOpen)
    if (next) waits.push((Date.parse(next.nextCheckAt ?? '') - now.getTime()) / 1000)
  }
  assert.deepEqual(waits, [0, 2, 5, 15, 60])
})

test('a capture moves money from what customers paid to the provider, and no further', () => {
  assert.deepEqual(nextPaymentState(processing, reportOf('captured'), now)?.transfers, [
    {
      id: operation.id,
      debit: 'provider:simulator',
      credit: 'customer-payments',
      amount: 1_000,
      currency: 'EUR',
    },
  ])
})

type Theirs = ProviderPayment['operations'][number]
type Ours = Payment['operations'][number]
/** A report on the first operation, as it differs from a pending capture of everything. */
const reportWith = (
  state: ProviderPayment['state'],
  theirs: Partial<Theirs> = {},
  more: Partial<ProviderPayment> = {},
): ProviderPayment => ({
  ...reportOf('processing'),
  state,
  operations: [{ id: operation.id, kind: 'capture', amount: 1_000, status: 'pending', ...theirs }],
  ...more,
})
const refusing = (payment: Payment, report?: ProviderPayment) =>
  nextPaymentState(payment, report, now, { operationId: operation.id, code: 'lost', message: 'It was lost.' })
/** Another operation of a payment, as it differs from an open refund of 4.00 that staff asked for. */
const another = (more: Partial<Ours>): Ours => ({
  ...operation,
  id: randomUUID(),
  kind: 'refund',
  amount: 400,
  refundId: 'asked',
  ...more,
})
const captured = after(processing, reportOf('captured'))
const authorized = after(processing, reportOf('authorized', 'authorize'))
const withOperations = (payment: Payment, ...more: Ours[]): Payment => ({
  ...payment,
  operations: [...payment.operations, ...more],
})
/** A report in which the capture has succeeded, and how another operation stands. */
const reportOn = (
  { id, kind, amount }: Ours,
  status: Theirs['status'],
  more: Partial<Theirs> = {},
): ProviderPayment => ({
  ...reportOf('captured'),
  operations: [...reportOf('captured').operations, { id, kind, amount, status, ...more }],
})

/** The first operation of a new payment after a report. */
const firstAfter = (report: ProviderPayment) => after(processing, report).operations[0] as Ours

test('only a report on this very payment counts: by its reference, or by an operation of ours', () => {
  assert.equal(nextPaymentState(authorized, { ...reportOf('voided'), reference: 'sim_2' }, now), undefined)
  assert.equal(
    nextPaymentState(processing, reportWith('captured', { id: randomUUID(), status: 'succeeded' }), now),
    undefined,
  )
  const foreign: Theirs = { id: randomUUID(), kind: 'refund', amount: 1, status: 'succeeded' }
  const both = { ...reportOf('captured'), operations: [foreign, ...reportOf('captured').operations] }
  assert.equal(nextPaymentState(processing, both, now)?.payment.status, 'captured')
  const withMore = withOperations(processing, another({}))
  assert.equal(nextPaymentState(withMore, reportOf('captured'), now)?.payment.status, 'captured')
})

test('the reference of the provider is stored when it is first heard, and kept', () => {
  const first = nextPaymentState(processing, reportWith('processing'), now)
  assert.deepEqual([first?.payment.reference, first?.payment.status, first?.operations], ['sim_1', 'processing', []])
  assert.equal(nextPaymentState(first?.payment as Payment, reportWith('processing'), now), undefined)
  assert.equal(nextPaymentState(processing, undefined, now), undefined)
  assert.equal(refusing(captured), undefined, 'what has succeeded cannot be refused any more')
})

test('an operation takes from the report what the provider really did, and is looked at no more when it is over', () => {
  const done = firstAfter(reportWith('captured', { status: 'succeeded', amount: 900, reference: 'r1' }))
  assert.deepEqual([done.status, done.amount, done.reference, done.nextCheckAt], ['succeeded', 900, 'r1', null])
  const fails = (theirs: Partial<Theirs>) => {
    const failed = firstAfter(reportWith('processing', { status: 'failed', ...theirs }))
    return [failed.status, failed.kind, failed.reason, failed.reference, failed.nextCheckAt]
  }
  assert.deepEqual(fails({}), ['failed', 'capture', 'refused by the provider', null, null])
  assert.deepEqual(fails({ reason: 'Closed.', kind: 'authorize', reference: 'r1' }), [
    'failed',
    'authorize',
    'Closed.',
    'r1',
    null,
  ])
  const refused = refusing(processing)?.operations[0]
  assert.deepEqual([refused?.status, refused?.reason, refused?.nextCheckAt], ['failed', 'It was lost.', null])
})

test('an open operation learns its reference and that it only authorizes, once', () => {
  const learn = (payment: Payment, theirs: Partial<Theirs>) =>
    nextPaymentState(payment, reportWith('processing', theirs), now)
  const referred = learn(processing, { reference: 'r1' })
  assert.deepEqual([referred?.operations[0]?.reference, referred?.operations[0]?.kind], ['r1', 'capture'])
  const authorizing = learn(referred?.payment as Payment, { kind: 'authorize' })
  assert.deepEqual([authorizing?.operations[0]?.reference, authorizing?.operations[0]?.kind], ['r1', 'authorize'])
  assert.equal(learn(authorizing?.payment as Payment, { kind: 'authorize', reference: 'r1' }), undefined)
})

test('what a payment that is over does not know of has failed, except refunds', () => {
  const voiding = another({ kind: 'void', refundId: null, amount: 1_000 })
  const refunding = another({})
  const payment = withOperations(authorized, voiding, refunding)
  for (const state of ['voided', 'declined'] as const) {
    const changed = nextPaymentState(payment, { ...reportOf('authorized', 'authorize'), state }, now)?.operations
    assert.deepEqual(
      changed?.map((one) => [one.id, one.status, one.reason]),
      [[voiding.id, 'failed', `the payment is ${state}`]],
    )
  }
  assert.equal(nextPaymentState(payment, reportOf('authorized', 'authorize'), now), undefined, 'it may still arrive')
})

test('what was given up as lost stays so, unless the provider has done it', () => {
  const lost = refusing(processing)?.payment as Payment
  assert.deepEqual([lost.status, lost.decline], ['declined', { code: 'lost', message: 'It was lost.' }])
  for (const status of ['pending', 'failed'] as const) {
    const again = nextPaymentState(lost, reportWith('processing', { status, reason: 'Something else.' }), now)
    assert.equal(again?.payment.operations[0]?.reason, 'It was lost.', 'only its reference is new')
    assert.deepEqual(again?.operations, [])
  }
  const late = nextPaymentState(lost, reportOf('captured'), now)
  assert.deepEqual([late?.payment.status, late?.payment.captured], ['declined', 1_000])
})

test('refunds make a payment partly, then wholly refunded, and each moves money', () => {
  const [some, rest] = [another({ amount: 400 }), another({ amount: 600, refundId: 'rest' })]
  const first = nextPaymentState(withOperations(captured, some), reportOn(some, 'succeeded'), now)
  assert.deepEqual([first?.payment.status, first?.payment.refunded], ['partially-refunded', 400])
  assert.deepEqual(first?.transfers, [
    { id: some.id, debit: 'refunds', credit: 'provider:simulator', amount: 400, currency: 'EUR' },
  ])
  assert.deepEqual(
    first?.messages.map((one) => one.type),
    ['payments.payment-refunded'],
  )
  const second = nextPaymentState(withOperations(first?.payment as Payment, rest), reportOn(rest, 'succeeded'), now)
  assert.deepEqual([second?.payment.status, second?.payment.refunded], ['refunded', 1_000])
  const failed = nextPaymentState(withOperations(captured, some), reportOn(some, 'failed'), now)
  assert.deepEqual([failed?.payment.status, failed?.transfers], ['captured', []])
  assert.deepEqual(
    failed?.messages.map((one) => one.type),
    ['payments.refund-failed'],
  )
  const open = nextPaymentState(withOperations(captured, some), reportOn(some, 'pending', { reference: 'r1' }), now)
  assert.deepEqual([open?.operations.length, open?.messages], [1, []])
})

test('an approval and a void move no money', () => {
  assert.deepEqual(nextPaymentState(processing, reportOf('authorized', 'authorize'), now)?.transfers, [])
  const voiding = another({ kind: 'void', refundId: null })
  const done = nextPaymentState(
    withOperations(authorized, voiding),
    {
      ...reportOf('authorized', 'authorize'),
      state: 'voided',
      operations: [
        ...reportOf('authorized', 'authorize').operations,
        { ...voiding, status: 'succeeded', reference: 'v', reason: undefined },
      ],
    },
    now,
  )
  assert.deepEqual([done?.payment.status, done?.transfers], ['voided', []])
})

test('a payment that failed is declined, or voided when it was canceled and the provider never heard of it', () => {
  const canceled = { ...processing, cancelRequested: true }
  assert.equal(refusing(processing)?.payment.status, 'declined')
  assert.equal(refusing(canceled)?.payment.status, 'voided')
  assert.equal(refusing(canceled, reportWith('processing'))?.payment.status, 'declined')
  assert.equal(after(canceled, reportOf('declined')).status, 'declined')
  assert.equal(after(processing, reportWith('declined')).status, 'declined')
  assert.equal(after(processing, reportWith('processing', { status: 'failed' })).status, 'declined')
  assert.equal(after(processing, reportWith('processing', { status: 'failed', kind: 'authorize' })).status, 'declined')
  const voiding = another({ kind: 'void', refundId: null, status: 'failed', nextCheckAt: null })
  const isStill = after(withOperations(processing, voiding), reportOf('authorized', 'authorize'))
  assert.equal(isStill.status, 'authorized', 'a void that failed declines nothing')
  assert.equal(after(processing, reportWith('captured')).status, 'processing', 'until we see its capture')
  assert.equal(after(authorized, reportOf('voided', 'authorize')).status, 'voided')
  assert.equal(after(processing, reportOf('voided')).status, 'voided', 'its capture has failed, too')
  const reversed = withOperations(processing, another({ kind: 'void', refundId: null }))
  assert.equal(after(reversed, reportWith('processing', { status: 'failed' })).status, 'declined')
})

test('a decline says why in the words of whoever knows best', () => {
  const said = { code: 'card-declined', message: 'The card was declined.' }
  const declineOf = (payment: Payment | undefined) => payment?.decline
  assert.deepEqual(declineOf(after(processing, { ...reportOf('declined'), decline: said })), said)
  assert.deepEqual(declineOf(refusing(processing)?.payment), { code: 'lost', message: 'It was lost.' })
  assert.deepEqual(declineOf(after(processing, reportWith('processing', { status: 'failed', reason: 'Closed.' }))), {
    code: 'declined',
    message: 'Closed.',
  })
  assert.deepEqual(declineOf(after(processing, reportWith('declined', { kind: 'capture' }))), {
    code: 'declined',
    message: 'The payment was declined.',
  })
  const differs = {
    code: 'amount-differs',
    message: 'Another amount was taken than was asked for. It is being given back.',
  }
  for (const amount of [999, 1_001]) {
    const taken = after(processing, reportWith('captured', { status: 'succeeded', amount }))
    assert.deepEqual([taken.status, taken.decline, taken.captured], ['declined', differs, amount])
  }
  const dollars = after(processing, reportWith('declined', { status: 'failed' }, { currency: 'USD' }))
  assert.deepEqual(declineOf(dollars), differs)
  const first = after(processing, { ...reportOf('declined'), decline: said })
  const later = nextPaymentState(first, reportOf('captured'), now)?.payment
  assert.deepEqual(declineOf(later), said, 'the first reason stays')
  assert.equal(declineOf(captured), null)
})

test('the page of the bank and the request are kept only while they are of use', () => {
  const nextAction = { type: 'redirect' as const, url: 'https://bank.example' }
  const waiting = after(processing, { ...reportOf('action-required', 'authorize'), nextAction })
  assert.deepEqual([waiting.nextAction, waiting.request], [nextAction, null])
  const again = nextPaymentState(waiting, reportWith('action-required', { kind: 'authorize', reference: 'r1' }), now)
  assert.deepEqual(again?.payment.nextAction, nextAction)
  assert.equal(after(waiting, reportOf('authorized', 'authorize')).nextAction, null)
  assert.ok(after(processing, reportWith('processing')).request, 'it may have to be sent again')
})

test('what a canceled order holds at the bank is voided once, and what was captured goes back', () => {
  const cancel = (payment: Payment, report?: ProviderPayment) =>
    nextPaymentState({ ...payment, cancelRequested: true }, report, now)
  const reversal = (transition: ReturnType<typeof cancel>) => {
    const last = transition?.operations.at(-1)
    return last && isOpen(last) && last.id !== operation.id
      ? [last.kind, last.amount, last.refundId === last.id, last.reason]
      : undefined
  }
  const voids = ['void', 1_000, false, 'The order was not made.']
  assert.deepEqual(reversal(cancel(authorized)), voids)
  assert.deepEqual(reversal(cancel(processing, reportOf('authorized', 'authorize'))), voids)
  assert.deepEqual(reversal(cancel(processing, reportOf('action-required', 'authorize'))), voids)
  assert.equal(reversal(cancel(processing, reportWith('processing'))), undefined)
  assert.equal(cancel(processing), undefined)
  const voiding = cancel(authorized)?.payment as Payment
  assert.equal(nextPaymentState(voiding, undefined, now), undefined, 'it is being voided')
  assert.equal(nextPaymentState(authorized, undefined, now), undefined)

  assert.deepEqual(reversal(cancel(captured)), ['refund', 1_000, true, 'The order was not made.'])
  assert.deepEqual(reversal(cancel(withOperations(captured, another({})))), [
    'refund',
    600,
    true,
    'The order was not made.',
  ])
  const lastCent = withOperations(captured, another({ amount: 999 }))
  assert.deepEqual(reversal(cancel(lastCent))?.slice(0, 2), ['refund', 1])
  assert.equal(cancel(withOperations(captured, another({ amount: 1_000 }))), undefined)
  // Refunds that staff asked for and that failed are not failed reversals.
  const failures = Array.from({ length: 5 }, () => another({ status: 'failed', nextCheckAt: null }))
  assert.deepEqual(reversal(cancel(withOperations(captured, ...failures)))?.slice(0, 2), ['refund', 1_000])
})

test('a payment that is over stays so, also while its money goes back', () => {
  for (const cancelRequested of [true, false]) {
    const lost = refusing({ ...processing, cancelRequested })?.payment as Payment
    const late = nextPaymentState(lost, reportOf('captured'), now)?.payment as Payment
    const refund = late.operations.find(isOpen) as Ours
    const back = nextPaymentState(late, reportOn(refund, 'succeeded'), now)?.payment
    assert.deepEqual([back?.status, back?.refunded], [cancelRequested ? 'voided' : 'declined', 1_000])
  }
  const refund = another({})
  const odd = nextPaymentState(
    withOperations(captured, refund),
    { ...reportOn(refund, 'failed'), currency: 'USD' },
    now,
  )
  assert.equal(odd?.payment.status, 'captured')
})

test('of a canceled order even one cent goes back', () => {
  const cent = { ...captured, amount: 1, captured: 1, cancelRequested: true }
  const ofACent = { ...cent, operations: captured.operations.map((one) => ({ ...one, amount: 1 })) }
  const [refund] = nextPaymentState(ofACent, undefined, now)?.operations ?? []
  assert.deepEqual([refund?.kind, refund?.amount], ['refund', 1])
})

test('a declined payment that is approved after all is voided, too', () => {
  const lost = refusing(processing)?.payment as Payment
  const late = nextPaymentState(lost, reportOf('authorized', 'authorize'), now)
  assert.deepEqual([late?.payment.status, late?.operations.at(-1)?.kind], ['declined', 'void'])
  assert.deepEqual(late?.operations.at(-1)?.nextCheckAt, now.toISOString())
})
