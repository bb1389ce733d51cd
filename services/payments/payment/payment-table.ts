// The payment table and its operations: read in one snapshot, written in one statement that says which version it has read.
// Whoever loses that race reads again. So no row is locked while a provider is asked.
import type { Message } from '@souk/contracts'
import { columns, json, oneStatement, type Sql, type Statement } from '@souk/postgres'
import { isOpen, type Known, type Operation } from './payment.ts'
import type { Changes, Transfer } from './payment-state.ts'

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
const begunRows = columns<Begun>({
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

/** The first of the two commits of payments: it returns no row for an order that already has one. */
export function insertPayments(sql: Sql, begun: readonly Begun[]) {
  const given = sql`select * from ${begunRows(begun)} as begun`
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
      where order_id = any(array(select order_id from changed))`,
  ]
  return { given, statement, also }
}

/** What changed of a payment, and the version that was read. */
export interface Change {
  known: Known
  changes: Changes
  at: Date
}
const changeRows = columns<Change>({
  order_id: ['uuid', ({ known }) => known.orderId],
  version: ['integer', ({ known }) => known.version],
  status: ['text', ({ changes }) => changes.next.status],
  captured: ['bigint', ({ changes }) => changes.next.captured],
  refunded: ['bigint', ({ changes }) => changes.next.refunded],
  reference: ['text', ({ changes }) => changes.next.reference],
  next_action: ['json', ({ changes }) => json(changes.next.nextAction)],
  decline: ['json', ({ changes }) => json(changes.next.decline)],
  cancel_requested: ['boolean', ({ changes }) => changes.next.cancelRequested],
  request: ['json', ({ changes }) => json(changes.next.request)],
  at: ['timestamptz', ({ at }) => at.toISOString()],
})

/** Stores changes of different payments; returns no row for one that somebody else has changed since it was read. */
export function storeChanges(sql: Sql, all: readonly Change[]) {
  const statement = sql<{ id: string }>`
    update payment p
    set status = next.status, captured = next.captured, refunded = next.refunded,
      provider_reference = next.reference, next_action = next.next_action, decline = next.decline,
      cancel_requested = next.cancel_requested, request = next.request, version = p.version + 1, updated_at = next.at
    from ${changeRows(all)} as next
    where p.order_id = next.order_id
      and p.version = next.version
    returning p.order_id as id`
  const also: Statement[] = []
  const operations = all.flatMap(({ known, changes, at }) =>
    changes.operations.map((operation) => {
      const isKnown = known.operations.some((one) => one.id === operation.id)
      return { orderId: known.orderId, operation, at, isKnown }
    }),
  )
  const [changed, begun] = [operations.filter((one) => one.isKnown), operations.filter((one) => !one.isKnown)]
  if (changed.length > 0) also.push(changeOperations(sql, changed))
  if (begun.length > 0) also.push(insertOperations(sql, begun))
  const transfers = all.flatMap(({ known, changes, at }) =>
    changes.ledger.map((transfer) => ({ orderId: known.orderId, transfer, at })),
  )
  if (transfers.length > 0)
    also.push(sql`
      insert into ledger_transfer (id, debit, credit, amount, currency, order_id, at)
      select id, debit, credit, amount, currency, order_id, at
      from ${transferRows(transfers)} as transfer
      where order_id = any(array(select id from changed))`)
  return { statement, also }
}

const transferRows = columns<{ orderId: string; transfer: Transfer; at: Date }>({
  id: ['uuid', ({ transfer }) => transfer.id],
  debit: ['text', ({ transfer }) => transfer.debit],
  credit: ['text', ({ transfer }) => transfer.credit],
  amount: ['bigint', ({ transfer }) => transfer.amount],
  currency: ['text', ({ transfer }) => transfer.currency],
  order_id: ['uuid', ({ orderId }) => orderId],
  at: ['timestamptz', ({ at }) => at.toISOString()],
})

interface OperationToStore {
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

function changeOperations(sql: Sql, operations: readonly OperationToStore[]): Statement {
  return sql`
    update payment_operation o
    set kind = operation.kind, amount = operation.amount, status = operation.status,
      provider_reference = operation.reference, reason = operation.reason,
      next_check_at = operation.next_check_at, updated_at = operation.at
    from ${operationRows(operations)} as operation
    where o.order_id = operation.order_id
      and o.id = operation.id
      and o.order_id = any(array(select id from changed))`
}
function insertOperations(sql: Sql, operations: readonly OperationToStore[]): Statement {
  return sql`
    insert into payment_operation (id, order_id, kind, amount, status, refund_id, provider_reference, reason,
      next_check_at, created_at, updated_at)
    select id, order_id, kind, amount, status, refund_id, reference, reason, next_check_at, created_at, at
    from ${operationRows(operations)} as operation
    where order_id = any(array(select id from changed))`
}

/** The same inside a transaction that holds the payment's row. */
export async function storeChangesIn(
  { sql, send }: { sql: Sql; send(...messages: Message[]): void },
  known: Known,
  changes: Changes,
  at: Date,
): Promise<void> {
  const { statement, also } = storeChanges(sql, [{ known, changes, at }])
  const rows = await oneStatement(sql, statement, { also })
  if (rows.length === 0) throw new Error(`Payment ${known.orderId} changed although its row was locked.`)
  send(...changes.messages)
}
