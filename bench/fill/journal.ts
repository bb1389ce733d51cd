// The simulated bank's journal for the youngest filled payments, so that they can be refunded. The bank itself, a tool for
// development, remembers no more than 150,000.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

const most = 100_000
const linesAtOnce = 10_000

interface Operation {
  id: string
  orderId: string
  kind: 'capture' | 'refund'
  amount: number
  currency: string
  at: number
  payment: string
}

/** Adds the operations of the youngest payments, unless they are in it already. */
export async function writeJournal(url: string, folder: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query(
      `insert into bench_fill.done (step, chunk) values ('journal', 0) on conflict do nothing`,
    )
    if (rowCount !== 1) return
    const { rows } = await client.query<Operation>(youngest, [most])
    for (let from = 0; from < rows.length; from += linesAtOnce) {
      const lines = rows.slice(from, from + linesAtOnce).map((one) => `${JSON.stringify(factOf(one))}\n`)
      appendFileSync(join(folder, 'journal.jsonl'), lines.join(''))
    }
  } finally {
    await client.end()
  }
}

const youngest = `
  select o.id, o.order_id as "orderId", o.kind, o.amount::float8 as amount, p.currency,
    (extract(epoch from o.updated_at) * 1000)::float8 as at, first.id as payment
  from (
    select order_id, currency, created_at from payment
    where order_id not in (select order_id from bench_fill.template)
    order by created_at desc limit $1
  ) as p
  join payment_operation o on o.order_id = p.order_id
  join payment_operation first on first.order_id = p.order_id and first.kind = 'capture'
  order by p.created_at, o.kind`

function factOf({ id, orderId, kind, amount, currency, at, payment }: Operation) {
  const time = Math.round(at)
  return kind === 'capture'
    ? { fact: 'opened', at: time, key: id, order: orderId, amount, currency, captured: amount, kind, state: 'captured' }
    : { fact: 'did', at: time, payment, key: id, kind, amount }
}
