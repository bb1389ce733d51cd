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

/** The first of the two commits of a payment: it returns no row when the order already has a payment. */
export function insertPayment(sql: Sql, payment: Known, operation: Operation) {
  return {
    statement: sql<{ orderId: string }>`
      insert into payment (order_id, amount, currency, provider, request, created_at, updated_at)
      values (${payment.orderId}, ${payment.amount}, ${payment.currency}, ${payment.provider}, ${payment.request},
        ${payment.createdAt}, ${payment.createdAt})
      on conflict (order_id) do nothing
      returning order_id`,
    also: [
      sql`
      insert into payment_operation (id, order_id, kind, amount, next_check_at, created_at, updated_at)
      select ${operation.id}::uuid, order_id, ${operation.kind}, ${operation.amount}::bigint,
        ${operation.nextCheckAt}::timestamptz, ${operation.createdAt}::timestamptz, ${operation.createdAt}::timestamptz
      from changed`,
    ],
  }
}

/** Stores changes; returns no row when somebody else has changed the payment since it was read. */
export function storeChanges(sql: Sql, known: Known, { next, operations, ledger }: Changes, now: Date) {
  const also: Statement[] = []
  if (operations.length > 0) also.push(storeOperations(sql, operations, now))
  if (ledger.length > 0)
    also.push(sql`
      insert into ledger_entry (transaction_id, account, currency, amount, order_id, at)
      select line.transaction_id, line.account, line.currency, line.amount, changed.order_id, ${now}::timestamptz
      from changed,
        unnest(${ledger.map((it) => it.transactionId)}::uuid[], ${ledger.map((it) => it.account)}::text[],
          ${ledger.map((it) => it.currency)}::text[], ${ledger.map((it) => it.amount)}::bigint[]
        ) as line (transaction_id, account, currency, amount)
      on conflict (transaction_id, account) do nothing`)
  const statement = sql<{ orderId: string }>`
    update payment
    set status = ${next.status}, captured = ${next.captured}, refunded = ${next.refunded},
      provider_reference = ${next.reference}, next_action = ${next.nextAction}, decline = ${next.decline},
      cancel_requested = ${next.cancelRequested}, request = ${next.request}, version = version + 1, updated_at = ${now}
    where order_id = ${known.orderId}
      and version = ${known.version}
    returning order_id`
  return { statement, also }
}

function storeOperations(sql: Sql, operations: readonly Operation[], now: Date): Statement {
  const rows = operations.map((one) => ({
    id: one.id,
    kind: one.kind,
    amount: one.amount,
    status: one.status,
    refund_id: one.refundId,
    provider_reference: one.reference,
    reason: one.reason,
    next_check_at: isOpen(one) ? one.nextCheckAt : null,
    created_at: one.createdAt,
  }))
  return sql`
    insert into payment_operation (id, order_id, kind, amount, status, refund_id, provider_reference, reason,
      next_check_at, created_at, updated_at)
    select one.id, changed.order_id, one.kind, one.amount, one.status, one.refund_id, one.provider_reference, one.reason,
      one.next_check_at, one.created_at, ${now}::timestamptz
    from changed, json_to_recordset(${json(rows)}::json) as one (id uuid, kind text, amount bigint, status text,
      refund_id uuid, provider_reference text, reason text, next_check_at timestamptz, created_at timestamptz)
    on conflict (id) do update set kind = excluded.kind, amount = excluded.amount, status = excluded.status,
      provider_reference = excluded.provider_reference, reason = excluded.reason,
      next_check_at = excluded.next_check_at, updated_at = excluded.updated_at`
}

/** The same inside a transaction that holds the payment's row. */
export async function storeChangesIn(
  { sql, send }: { sql: Sql; send(...messages: Message[]): void },
  known: Known,
  changes: Changes,
  now: Date,
): Promise<void> {
  const { statement, also } = storeChanges(sql, known, changes, now)
  const [operations = sql`select`, ledger = sql`select`] = also
  const rows = await sql`
    with changed as (${statement}), operations as (${operations}), ledger as (${ledger})
    select order_id from changed`
  if (rows.length === 0) throw new Error(`Payment ${known.orderId} changed although its row was locked.`)
  send(...changes.messages)
}
