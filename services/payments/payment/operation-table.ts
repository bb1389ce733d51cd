// The payment_operation table: what was asked, or is about to be asked, of a provider.
import { columns, type Sql, type Statement } from '@souk/postgres'
import { isOpen, type Operation } from './payment.ts'

export interface OperationToStore {
  orderId: string
  operation: Operation
  at: Date
}
const operationRows = columns<OperationToStore>({
  id: ['uuid', ({ operation }) => operation.id],
  order_id: ['uuid', ({ orderId }) => orderId],
  kind: ['text', ({ operation }) => operation.kind],
  amount: ['bigint', ({ operation }) => operation.amount],
  status: ['text', ({ operation }) => operation.status],
  refund_id: ['uuid', ({ operation }) => operation.refundId],
  reference: ['text', ({ operation }) => operation.reference],
  reason: ['text', ({ operation }) => operation.reason],
  next_check_at: ['timestamptz', ({ operation }) => (isOpen(operation) ? operation.nextCheckAt : null)],
  created_at: ['timestamptz', ({ operation }) => operation.createdAt],
  at: ['timestamptz', ({ at }) => at.toISOString()],
})

/** Inserts those operations whose order is among `orderIds` (an expression of type uuid[]). May be followed by `on conflict`. */
export function insertOperations(sql: Sql, operations: readonly OperationToStore[], orderIds: Statement): Statement {
  return sql`
    insert into payment_operation (id, order_id, kind, amount, status, refund_id, provider_reference, reason,
      next_check_at, created_at, updated_at)
    select id, order_id, kind, amount, status, refund_id, reference, reason, next_check_at, created_at, at
    from ${operationRows(operations)} as operation
    where order_id = any(${orderIds})`
}

/** Updates those operations whose order is among `orderIds` (an expression of type uuid[]). */
export function updateOperations(sql: Sql, operations: readonly OperationToStore[], orderIds: Statement): Statement {
  return sql`
    update payment_operation o
    set kind = operation.kind, amount = operation.amount, status = operation.status,
      provider_reference = operation.reference, reason = operation.reason,
      next_check_at = operation.next_check_at, updated_at = operation.at
    from ${operationRows(operations)} as operation
    where o.order_id = operation.order_id
      and o.id = operation.id
      and o.order_id = any(${orderIds})`
}

/** Inserts one operation of a payment whose row is locked. A refund that is there already stays as it is. */
export async function insertOperation(sql: Sql, orderId: string, operation: Operation): Promise<void> {
  const at = new Date(operation.createdAt)
  await sql`${insertOperations(sql, [{ orderId, operation, at }], sql`array[${orderId}::uuid]`)} on conflict do nothing`
}

/** Notes that a provider was asked and gave no answer; the resolver looks at the operation at `nextCheckAt`. */
export async function markOutcomeUnknown(
  sql: Sql,
  orderId: string,
  operationId: string,
  times: { now: Date; nextCheckAt: Date },
): Promise<void> {
  await sql`
    update payment_operation
    set status = 'unknown', next_check_at = ${times.nextCheckAt}, updated_at = ${times.now}
    where order_id = ${orderId}
      and id = ${operationId}
      and status = 'pending'`
}

/** Makes operations without a known outcome due now. */
export async function checkUnknownNow(sql: Sql, orderId: string, now: Date): Promise<void> {
  await sql`
    update payment_operation
    set next_check_at = ${now}
    where order_id = ${orderId}
      and next_check_at > ${now}
      and status = 'unknown'`
}
