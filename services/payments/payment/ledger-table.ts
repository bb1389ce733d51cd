// The ledger_transfer table: money that moved between two accounts. Rows are only ever added.
import { columns, type Sql, type Statement } from '@souk/postgres'
import type { LedgerTransfer } from './payment-state.ts'

interface TransferToStore {
  orderId: string
  transfer: LedgerTransfer
  at: Date
}
const transferRows = columns<TransferToStore>({
  id: ['uuid', ({ transfer }) => transfer.id],
  debit: ['text', ({ transfer }) => transfer.debit],
  credit: ['text', ({ transfer }) => transfer.credit],
  amount: ['bigint', ({ transfer }) => transfer.amount],
  currency: ['text', ({ transfer }) => transfer.currency],
  order_id: ['uuid', ({ orderId }) => orderId],
  at: ['timestamptz', ({ at }) => at.toISOString()],
})

/** Inserts those transfers whose order is among `orderIds` (an expression of type uuid[]). */
export function insertTransfers(sql: Sql, transfers: readonly TransferToStore[], orderIds: Statement): Statement {
  return sql`
    insert into ledger_transfer (id, debit, credit, amount, currency, order_id, at)
    select id, debit, credit, amount, currency, order_id, at
    from ${transferRows(transfers)} as transfer
    where order_id = any(${orderIds})`
}
