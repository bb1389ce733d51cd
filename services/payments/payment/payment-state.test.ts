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
