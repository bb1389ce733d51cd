// The payment table. A payment is read with its operations in one snapshot and saved in one statement that names the version that
// was read. If another writer saved first, the caller reads again and retries, so no row is locked while a provider is asked.

import type { Trace, Transaction } from '@souk/messaging'
import { batched, columns, json, oneStatement, type Sql, type Statement } from '@souk/postgres'
import type { Metrics } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { countTransition } from '../metrics.ts'
import { insertTransfers } from './ledger-table.ts'
import { insertOperations, updateOperations } from './operation-table.ts'
import { type Operation, type Payment, tombstoneCurrency } from './payment.ts'
import type { Transition } from './payment-state.ts'

export async function readPayment(sql: Sql, orderId: string): Promise<Payment | undefined> {
  return (await readPayments(sql, [orderId]))[0]
}
/** In no particular order; orders without a payment are missing. */
export async function readPayments(sql: Sql, orderIds: readonly string[]): Promise<Payment[]> {
  return selectPayments(sql, sql`${orderIds}::uuid[]`)
}
/** The payment that a provider knows by this reference; undefined when it is not ours, or its reference is not stored yet. */
export async function findPaymentByReference(
  sql: Sql,
  provider: string,
  reference: string,
): Promise<Payment | undefined> {
  const orderIds = sql`array(
    select p.order_id
    from payment_operation o
    join payment p on p.order_id = o.order_id
    where o.provider_reference = ${reference}
      and p.provider_reference = ${reference}
      and p.provider = ${provider}
    limit 1
  )`
  return (await selectPayments(sql, orderIds))[0]
}

/** `orderIds` is an expression of type uuid[]. */
function selectPayments(sql: Sql, orderIds: Statement): Statement<Payment> {
  return sql<Payment>`
    select p.order_id, p.amount, p.currency, p.provider, p.status, p.captured, p.refunded,
      p.provider_reference as reference, p.next_action, p.decline, p.cancel_requested, p.request, p.version,
      p.created_at, p.updated_at,
      (
        select coalesce(json_agg(json_build_object(
          'id', o.id, 'kind', o.kind, 'amount', o.amount, 'status', o.status, 'refundId', o.refund_id,
          'reference', o.provider_reference, 'reason', o.reason, 'nextCheckAt', o.next_check_at,
          'createdAt', o.created_at, 'updatedAt', o.updated_at) order by o.created_at, o.id), '[]')
        from payment_operation o
        where o.order_id = p.order_id
      ) as operations
    from payment p
    where p.order_id = any(${orderIds})`
}

/** Stores a new payment with its first operation, in one commit. False when the order has a payment already. */
export async function insertPayment(
  context: PaymentsContext,
  payment: Payment,
  operation: Operation,
): Promise<boolean> {
  return (await insertInBatch({ payment, operation }, context)) !== undefined
}

interface NewPayment {
  payment: Payment
  operation: Operation
}
const newPaymentRows = columns<NewPayment>({
  order_id: ['uuid', ({ payment }) => payment.orderId],
  amount: ['bigint', ({ payment }) => payment.amount],
  currency: ['text', ({ payment }) => payment.currency],
  provider: ['text', ({ payment }) => payment.provider],
  request: ['json', ({ payment }) => json(payment.request)],
  created_at: ['timestamptz', ({ payment }) => payment.createdAt],
  operation_id: ['uuid', ({ operation }) => operation.id],
  kind: ['text', ({ operation }) => operation.kind],
  next_check_at: ['timestamptz', ({ operation }) => operation.nextCheckAt],
})
const insertInBatch = batched<NewPayment, { orderId: string }, PaymentsContext>({
  key: ({ payment }) => payment.orderId,
  keyOf: ({ orderId }) => orderId,
  write(payments, { sql, commit }) {
    const given = sql`select * from ${newPaymentRows(payments)} as new_payment`
    const statement = sql<{ orderId: string }>`
      insert into payment (order_id, amount, currency, provider, request, created_at, updated_at)
      select order_id, amount, currency, provider, request, created_at, created_at
      from given
      on conflict (order_id) do nothing
      returning order_id`
    const operations = sql`
      insert into payment_operation (id, order_id, kind, amount, next_check_at, created_at, updated_at)
      select operation_id, order_id, kind, amount, next_check_at, created_at, created_at
      from given
      where order_id = any(array(select order_id from changed))`
    return commit(statement, { given, also: [operations] })
  },
})

/** Stores a transition and its messages, in one commit. False when the payment has changed since it was read. */
export async function savePayment(
  context: PaymentsContext,
  read: Payment,
  transition: Transition,
  at: Date,
): Promise<boolean> {
  const isSaved = (await saveInBatch({ read, transition, at, trace: context.trace }, context)) !== undefined
  if (isSaved) countTransition(read, transition, context.metrics)
  return isSaved
}
/** The same inside a transaction that has locked the payment's row. Without `metrics`, it is not counted: the money moved before. */
export async function saveLockedPayment(
  { sql, send, afterCommit }: Transaction,
  read: Payment,
  transition: Transition,
  at: Date,
  metrics?: Metrics,
): Promise<void> {
  const { statement, also } = updatePayments(sql, [{ read, transition, at }])
  const rows = await oneStatement(sql, statement, { also })
  if (rows.length === 0) throw new Error(`Payment ${read.orderId} changed although its row was locked.`)
  send(...transition.messages)
  if (metrics) afterCommit(() => countTransition(read, transition, metrics))
}

interface PaymentToSave {
  /** As it was read. */
  read: Payment
  transition: Transition
  at: Date
}
const savedRows = columns<PaymentToSave>({
  order_id: ['uuid', ({ read }) => read.orderId],
  version: ['integer', ({ read }) => read.version],
  status: ['text', ({ transition }) => transition.payment.status],
  captured: ['bigint', ({ transition }) => transition.payment.captured],
  refunded: ['bigint', ({ transition }) => transition.payment.refunded],
  reference: ['text', ({ transition }) => transition.payment.reference],
  next_action: ['json', ({ transition }) => json(transition.payment.nextAction)],
  decline: ['json', ({ transition }) => json(transition.payment.decline)],
  cancel_requested: ['boolean', ({ transition }) => transition.payment.cancelRequested],
  request: ['json', ({ transition }) => json(transition.payment.request)],
  at: ['timestamptz', ({ at }) => at.toISOString()],
})
const saveInBatch = batched<PaymentToSave & { trace: Trace }, { id: string }, PaymentsContext>({
  key: ({ read }) => read.orderId,
  keyOf: ({ id }) => id,
  write(payments, { sql, commit }) {
    const { statement, also } = updatePayments(sql, payments)
    const sendFor = payments.map(({ read, transition, trace }) => ({
      id: read.orderId,
      messages: transition.messages,
      trace,
    }))
    return commit(statement, { also, sendFor })
  },
})

/** The statement returns the `id` of each payment that was still as it had been read. */
function updatePayments(
  sql: Sql,
  payments: readonly PaymentToSave[],
): { statement: Statement<{ id: string }>; also: Statement[] } {
  const statement = sql<{ id: string }>`
    update payment p
    set status = next.status, captured = next.captured, refunded = next.refunded,
      provider_reference = next.reference, next_action = next.next_action, decline = next.decline,
      cancel_requested = next.cancel_requested, request = next.request, version = p.version + 1, updated_at = next.at
    from ${savedRows(payments)} as next
    where p.order_id = next.order_id
      and p.version = next.version
    returning p.order_id as id`
  const updatedIds = sql`array(select id from changed)`
  const isStored = ({ operations }: Payment, id: string) => operations.some((one) => one.id === id)
  const operations = payments.flatMap(({ read, transition, at }) =>
    transition.operations.map((operation) => ({
      orderId: read.orderId,
      operation,
      at,
      isNew: !isStored(read, operation.id),
    })),
  )
  const [added, changed] = [operations.filter((one) => one.isNew), operations.filter((one) => !one.isNew)]
  const transfers = payments.flatMap(({ read, transition, at }) =>
    transition.transfers.map((transfer) => ({ orderId: read.orderId, transfer, at })),
  )
  const also: Statement[] = []
  if (changed.length > 0) also.push(updateOperations(sql, changed, updatedIds))
  if (added.length > 0) also.push(insertOperations(sql, added, updatedIds))
  if (transfers.length > 0) also.push(insertTransfers(sql, transfers, updatedIds))
  return { statement, also }
}

/**
 * Adds an operation to a payment, in one commit. Nothing happens when the payment has changed since it was read, or has an
 * operation that excludes this one (a second capture).
 */
export async function addOperation(context: PaymentsContext, read: Payment, operation: Operation): Promise<void> {
  const { sql } = context
  const at = new Date(operation.createdAt)
  const statement = sql`
    update payment
    set version = version + 1
    where order_id = ${read.orderId}
      and version = ${read.version}
    returning order_id as id`
  const insert = insertOperations(sql, [{ orderId: read.orderId, operation, at }], sql`array(select id from changed)`)
  await context.commit(statement, { also: [sql`${insert} on conflict do nothing`] })
}

/** Locks the payment's row until the transaction ends, and counts as a change. Undefined when there is none. */
export async function lockPayment(sql: Sql, orderId: string): Promise<Payment | undefined> {
  await sql`update payment set version = version + 1 where order_id = ${orderId}`
  return readPayment(sql, orderId)
}

/**
 * Locks the payment's row and marks it as canceled. An order without a payment gets a tombstone, so that it can never be paid. True
 * when this made a tombstone.
 */
export async function requestCancellation(sql: Sql, orderId: string, now: Date): Promise<boolean> {
  const [row] = await sql<{ isTombstone: boolean }>`
    insert into payment (order_id, amount, currency, provider, status, cancel_requested, created_at, updated_at)
    values (${orderId}, 0, ${tombstoneCurrency}, 'none', 'voided', true, ${now}, ${now})
    on conflict (order_id) do update set cancel_requested = true, version = payment.version + 1
    returning version = 0 as is_tombstone`
  return row?.isTombstone ?? false
}

/** Records that the customer disputes the payment with their bank (a chargeback). */
export async function markDisputed(sql: Sql, orderId: string, now: Date): Promise<void> {
  await sql`
    update payment
    set disputed_at = ${now}
    where order_id = ${orderId}
      and disputed_at is null`
}
