// The decision behind every answer of a provider: what a payment becomes.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { ProviderPayment } from '../providers/provider.ts'
import { isOpen, type Known, newOperation } from './payment.ts'
import { merge } from './payment-state.ts'

const now = new Date('2026-11-22T10:00:00Z')
const operation = newOperation('capture', 1_000, now, { checkInSeconds: 6 })
const known: Known = {
  orderId: randomUUID(),
  amount: 1_000,
  currency: 'EUR',
  provider: 'simulator',
  status: 'processing',
  captured: 0,
  refunded: 0,
  reference: null,
  nextAction: null,
  decline: null,
  cancelRequested: false,
  request: { token: 'tok_ok', returnUrl: '/' },
  version: 0,
  createdAt: now.toISOString(),
  updatedAt: now.toISOString(),
  operations: [operation],
}
const seen = (state: ProviderPayment['state'], kind: 'capture' | 'authorize' = 'capture'): ProviderPayment => ({
  reference: 'sim_1',
  orderId: known.orderId,
  state,
  currency: 'EUR',
  operations: [{ id: operation.id, kind, amount: 1_000, status: statusOf[state] }],
})
const statusOf = {
  processing: 'pending',
  'action-required': 'pending',
  authorized: 'succeeded',
  captured: 'succeeded',
  declined: 'failed',
  voided: 'failed',
} as const
const after = (payment: Known, told: ProviderPayment | undefined) => merge(payment, told, now)?.next ?? payment
const types = (payment: Known, told?: ProviderPayment) => merge(payment, told, now)?.messages.map((one) => one.type)

test('any order of the same news ends in the same state, and nothing goes backward', () => {
  const steps = [seen('processing'), seen('action-required', 'authorize'), seen('authorized', 'authorize')]
  const last = seen('captured')
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [2, 0, 1],
  ]) {
    const payment = order.reduce((payment, index) => after(payment, steps[index]), known)
    assert.equal(payment.status, 'authorized')
  }
  const captured = after(known, last)
  for (const late of [...steps, last, seen('declined'), seen('voided')]) {
    assert.equal(merge(captured, late, now), undefined, late.state)
  }
})

test('captured again is nothing new (vendure PR#3734)', () => {
  assert.deepEqual(types(known, seen('captured')), ['payments.payment-captured'])
  assert.equal(types(after(known, seen('captured')), seen('captured')), undefined)
})

test('what arrives after it was given up for lost goes back (F77)', () => {
  const canceled = { ...known, cancelRequested: true }
  const refused = { operationId: operation.id, code: 'never-arrived', message: 'lost' }
  const voided = merge(canceled, undefined, now, refused)?.next as Known
  assert.equal(voided.status, 'voided')
  const late = merge(voided, seen('captured'), now)
  assert.deepEqual([late?.next.status, late?.next.captured], ['voided', 1_000])
  assert.deepEqual(
    late?.operations.map((one) => [one.kind, one.status]),
    [
      ['capture', 'succeeded'],
      ['refund', 'pending'],
    ],
  )
  assert.deepEqual(late?.messages, [])
})

test('money in another currency is not the money we asked for (F78)', () => {
  const changes = merge(known, { ...seen('captured'), currency: 'JPY' }, now)
  assert.deepEqual([changes?.next.status, changes?.next.decline?.code], ['declined', 'amount-differs'])
  assert.deepEqual(
    changes?.ledger.map((transfer) => transfer.currency),
    ['JPY'],
  )
  assert.deepEqual(
    changes?.operations.filter(isOpen).map((one) => [one.kind, one.amount]),
    [['refund', 1_000]],
  )
})

test('what cannot be given back is tried five times, ever later, and then left to people', () => {
  let payment: Known = { ...after(known, seen('captured')), cancelRequested: true }
  const waits: number[] = []
  for (;;) {
    const refund = payment.operations.find(isOpen)
    const refused = refund && { operationId: refund.id, code: 'no', message: 'no' }
    const changes = merge(payment, undefined, now, refused)
    if (!changes) break
    payment = changes.next
    const next = payment.operations.find(isOpen)
    if (next) waits.push((Date.parse(next.nextCheckAt ?? '') - now.getTime()) / 1000)
  }
  assert.deepEqual(waits, [0, 2, 5, 15, 60])
})

test('what is captured goes from what customers paid to the provider, and no further', () => {
  assert.deepEqual(merge(known, seen('captured'), now)?.ledger, [
    {
      id: known.operations[0]?.id,
      debit: 'provider:simulator',
      credit: 'customer-payments',
      amount: 1_000,
      currency: 'EUR',
    },
  ])
})
