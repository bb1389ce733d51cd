// The payment table and its operations: read in one snapshot, written in one statement that says which version it has read.
// Whoever loses that race reads again. So no row is locked while a provider is asked.
import type { Message } from '@souk/contracts'
import { json, type Sql, type Statement } from '@souk/service'
import type { Changes } from './merge.ts'
import { isOpen, type Known, type Operation } from './payment.ts'

export async function readPayments(sql: Sql, orderIds: readonly string[]): Promise<Known[]> {
  return sql<Known>`
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
    where p.order_id = any(${orderIds}::uuid[])`
}
export async function readPayment(sql: Sql, orderId: string): Promise<Known | undefined> {
  return (await readPayments(sql, [orderId]))[0]
}

/** A new payment and the operation that it begins with. */
export interface Begun {
  payment: Known
  operation: Operation
}
/** The first of the two commits of payments: it returns no row for an order that already has one. */
export function insertPayments(sql: Sql, begun: readonly Begun[]) {
  const rows = begun.map(({ payment, operation }) => ({
    order_id: payment.orderId,
    amount: payment.amount,
    currency: payment.currency,
    provider: payment.provider,
    request: payment.request,
    created_at: payment.createdAt,
    operation_id: operation.id,
    kind: operation.kind,
    next_check_at: operation.nextCheckAt,
  }))
  const given = sql`
    select * from json_to_recordset(${json(rows)}::json) as begun (order_id uuid, amount bigint, currency text, provider text,
      request jsonb, created_at timestamptz, operation_id uuid, kind text, next_check_at timestamptz)`
  const statement = sql<{ orderId: string }>`
    insert into payment (order_id, amount, currency, provider, request, created_at, updated_at)
    select order_id, amount, currency, provider, request, created_at, created_at from given
    on conflict (order_id) do nothing
    returning order_id`
  const also = [
    sql`
      insert into payment_operation (id, order_id, kind, amount, next_check_at, created_at, updated_at)
      select operation_id, order_id, kind, amount, next_check_at, created_at, created_at
      from given
      where order_id in (select order_id from changed)`,
  ]
  return { given, statement, also }
}

/** What changed of a payment, and the version that was read. */
export interface Change {
  known: Known
  changes: Changes
  at: Date
}
/** Stores changes of different payments; returns no row for one that somebody else has changed since it was read. */
export function storeChanges(sql: Sql, all: readonly Change[]) {
  const rows = all.map(({ known, changes: { next }, at }) => ({
    order_id: known.orderId,
    version: known.version,
    status: next.status,
    captured: next.captured,
    refunded: next.refunded,
    reference: next.reference,
    next_action: next.nextAction,
    decline: next.decline,
    cancel_requested: next.cancelRequested,
    request: next.request,
    at,
  }))
  const statement = sql<{ id: string }>`
    update payment p
    set status = next.status, captured = next.captured, refunded = next.refunded,
      provider_reference = next.reference, next_action = next.next_action, decline = next.decline,
      cancel_requested = next.cancel_requested, request = next.request, version = p.version + 1, updated_at = next.at
    from json_to_recordset(${json(rows)}::json) as next (order_id uuid, version integer, status text, captured bigint,
      refunded bigint, reference text, next_action jsonb, decline jsonb, cancel_requested boolean, request jsonb,
      at timestamptz)
    where p.order_id = next.order_id
      and p.version = next.version
    returning p.order_id as id`
  const also: Statement[] = []
  const operations = all.flatMap(({ known, changes, at }) => changes.operations.map((one) => rowOf(known, one, at)))
  if (operations.length > 0) also.push(storeOperations(sql, operations))
  const entries = all.flatMap(({ known, changes, at }) =>
    changes.ledger.map(({ transactionId, account, currency, amount }) => ({
      transaction_id: transactionId,
      account,
      currency,
      amount,
      order_id: known.orderId,
      at,
    })),
  )
  if (entries.length > 0)
    also.push(sql`
      insert into ledger_entry (transaction_id, account, currency, amount, order_id, at)
      select transaction_id, account, currency, amount, order_id, at
      from json_to_recordset(${json(entries)}::json) as entry (transaction_id uuid, account text, currency text,
        amount bigint, order_id uuid, at timestamptz)
      where order_id in (select id from changed)
      on conflict (transaction_id, account) do nothing`)
  return { statement, also }
}

function rowOf(payment: Known, operation: Operation, at: Date) {
  return {
    id: operation.id,
    order_id: payment.orderId,
    kind: operation.kind,
    amount: operation.amount,
    status: operation.status,
    refund_id: operation.refundId,
    reference: operation.reference,
    reason: operation.reason,
    next_check_at: isOpen(operation) ? operation.nextCheckAt : null,
    created_at: operation.createdAt,
    at,
  }
}

function storeOperations(sql: Sql, rows: readonly ReturnType<typeof rowOf>[]): Statement {
  return sql`
    insert into payment_operation (id, order_id, kind, amount, status, refund_id, provider_reference, reason,
      next_check_at, created_at, updated_at)
    select id, order_id, kind, amount, status, refund_id, reference, reason, next_check_at, created_at, at
    from json_to_recordset(${json(rows)}::json) as operation (id uuid, order_id uuid, kind text, amount bigint,
      status text, refund_id uuid, reference text, reason text, next_check_at timestamptz, created_at timestamptz,
      at timestamptz)
    where order_id in (select id from changed)
    on conflict (order_id, id) do update set kind = excluded.kind, amount = excluded.amount, status = excluded.status,
      provider_reference = excluded.provider_reference, reason = excluded.reason,
      next_check_at = excluded.next_check_at, updated_at = excluded.updated_at`
}

/** The same inside a transaction that holds the payment's row. */
export async function storeChangesIn(
  { sql, send }: { sql: Sql; send(...messages: Message[]): void },
  known: Known,
  changes: Changes,
  at: Date,
): Promise<void> {
  const { statement, also } = storeChanges(sql, [{ known, changes, at }])
  const [operations = sql`select`, ledger = sql`select`] = also
  const rows = await sql`
    with changed as (${statement}), operations as (${operations}), ledger as (${ledger})
    select id from changed`
  if (rows.length === 0) throw new Error(`Payment ${known.orderId} changed although its row was locked.`)
  send(...changes.messages)
}
