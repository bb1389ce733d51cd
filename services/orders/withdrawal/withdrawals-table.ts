// The SQL of the withdrawal table.
import type { OrderWithdrawal, Withdrawal } from '@souk/contracts/orders'
import { json, type Sql, type Statement } from '@souk/postgres'
import type { Declaration } from './declaration.ts'

export interface NewWithdrawal extends Omit<Declaration, 'language'> {
  id: string
  orderId: string | undefined
  status: Withdrawal['status']
  excluded: string[]
  isLate: boolean
  fingerprint: string
  at: string
}
export interface Receipt {
  id: string
  receivedAt: string
}

/** Stores a declaration. Undefined when the same one is stored already and not closed. */
export async function insertWithdrawal(given: NewWithdrawal, sql: Sql): Promise<Receipt | undefined> {
  const [stored] = await sql<Receipt>`
    insert into withdrawal (
      id, order_id, status, number, email, name, statement, lines, excluded, is_late, received_at, fingerprint, closed_at)
    values (
      ${given.id}, ${given.orderId ?? null}, ${given.status}, ${given.number}, ${given.email}, ${given.name},
      ${given.statement ?? null}, ${given.lines ? json(given.lines) : null}, ${json(given.excluded)}, ${given.isLate},
      ${given.at}, ${given.fingerprint}, ${given.status === 'canceled' ? given.at : null})
    on conflict (fingerprint) where status <> 'closed' do nothing
    returning id, received_at`
  return stored
}

/** The receipt of the same declaration, if there is one that is not closed. */
export async function findReceipt(fingerprint: string, sql: Sql): Promise<Receipt | undefined> {
  const [receipt] = await sql<Receipt>`
    select id, received_at from withdrawal where fingerprint = ${fingerprint} and status <> 'closed'`
  return receipt
}

/**
 * Closes a withdrawal of this order, or one that matched none and belongs to it after all, by a refund or a note. False when there is
 * no such withdrawal, or its order was canceled by it. One that was closed gets the newer refund: the first one may have failed.
 */
export async function closeBy(
  { id, orderId, refundId, at }: { id: string; orderId: string; refundId: string; at: string },
  sql: Sql,
): Promise<boolean> {
  const closed = await sql`
    update withdrawal
    set status = 'closed', closed_at = ${at}, refund_id = ${refundId}, order_id = ${orderId}, note = null
    where id = ${id} and status <> 'canceled' and (order_id = ${orderId} or status = 'unmatched')
    returning id`
  return closed.length > 0
}

export interface WithdrawalRow {
  id: string
  status: Withdrawal['status']
  lines: NonNullable<OrderWithdrawal['lines']> | null
  late: boolean
  excluded: string[]
  receivedAt: string
  closedAt: string | null
  refundId: string | null
}

/** The withdrawals of an order as a JSON array of WithdrawalRow, for a column of another statement. */
export function withdrawalsOf(sql: Sql, orderId: Statement): Statement {
  return sql`
    (select coalesce(json_agg(json_build_object(
        'id', w.id, 'status', w.status, 'lines', w.lines, 'late', w.is_late, 'excluded', w.excluded,
        'receivedAt', w.received_at, 'closedAt', w.closed_at, 'refundId', w.refund_id) order by w.id), '[]')
      from withdrawal w
      where w.order_id = ${orderId})`
}

export async function findWithdrawals(orderId: string, sql: Sql): Promise<OrderWithdrawal[]> {
  const [row] = await sql<{
    withdrawals: WithdrawalRow[]
  }>`select ${withdrawalsOf(sql, sql`${orderId}::uuid`)} as withdrawals`
  return (row?.withdrawals ?? []).map(withdrawalOf)
}

export function withdrawalOf({ lines, receivedAt, closedAt, refundId, ...more }: WithdrawalRow): OrderWithdrawal {
  return {
    ...more,
    lines: lines ?? undefined,
    receivedAt: new Date(receivedAt).toISOString(),
    closedAt: closedAt === null ? undefined : new Date(closedAt).toISOString(),
    refundId: refundId ?? undefined,
  }
}

export interface WithdrawalRecord extends WithdrawalRow {
  orderId: string | null
  number: string
  email: string
  name: string
  statement: string | null
  note: string | null
}
/** The columns of a WithdrawalRecord. */
export function recordColumns(sql: Sql): Statement {
  return sql`
    id, order_id, status, number, email, name, statement, lines, excluded, is_late as late, received_at, closed_at,
    refund_id, note`
}

/** A withdrawal as staff sees it. */
export function withdrawalView({
  orderId,
  number,
  email,
  name,
  statement,
  note,
  ...row
}: WithdrawalRecord): Withdrawal {
  return {
    ...withdrawalOf(row),
    orderId: orderId ?? undefined,
    number,
    email,
    name,
    statement: statement ?? undefined,
    note: note ?? undefined,
  }
}
