// GET /v1/ledger and /v1/ledger/balances, for staff: the ledger, newest first, and the balance of each account, which is always
// summed and never stored.
import { paymentsApi } from '@souk/contracts/payments'
import { join } from '@souk/postgres'
import { handle, isUuid, pageOf, readCursor, refuse } from '@souk/service'
import type { PaymentsContext } from '../context.ts'

const { ledger, balances } = paymentsApi.routes

interface Entry {
  transactionId: string
  account: string
  currency: string
  amount: number
  orderId: string
  at: string
}

export const readLedger = handle(ledger, async ({ query }, { sql }: PaymentsContext) => {
  const limit = query.limit ?? 20
  const after = readCursor(ledger, query.cursor, 2)
  if (after && !isUuid(after[0]))
    refuse(ledger, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
  const conditions = [sql`true`]
  if (query.orderId) conditions.push(sql`order_id = ${query.orderId}`)
  if (after) conditions.push(sql`(transaction_id, account) < (${after[0]}::uuid, ${after[1]})`)
  // Transaction ids are operation ids, and those are made in the order of time.
  const rows = await sql<Entry>`
    select transaction_id, account, currency, amount, order_id, at
    from ledger_entry
    where ${join(conditions, ' and ')}
    order by transaction_id desc, account desc
    limit ${limit + 1}`
  const { items, nextCursor } = pageOf(rows, limit, (row) => [row.transactionId, row.account])
  return {
    items: items.map(({ currency, amount, ...entry }) => ({ ...entry, amount: { amount, currency } })),
    nextCursor,
  }
})

/** Reads the transfers once: through the view, whose entries are two for each, it takes three times as long. */
export const readBalances = handle(balances, async (_request, { sql }: PaymentsContext) => {
  const rows = await sql<{ account: string; currency: string; amount: number }>`
    with moved as materialized (
      select debit, credit, currency, sum(amount) as amount
      from ledger_transfer
      group by debit, credit, currency
    )
    select account, currency, sum(amount)::bigint as amount
    from (
      select debit as account, currency, amount from moved
      union all
      select credit, currency, -amount from moved) as entry
    group by account, currency
    order by account, currency`
  return { items: rows.map(({ account, currency, amount }) => ({ account, balance: { amount, currency } })) }
})
