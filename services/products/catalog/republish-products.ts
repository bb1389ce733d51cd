// Sends every product again as it is now, under its present version: for a service that began to listen after the old messages
// were deleted. Other services ignore a version that they know. An operator calls it (local/redrive.ts).
import type { Sql } from '@souk/postgres'
import type { Transaction } from '@souk/service'
import { findProducts, productChanged } from './product.ts'

const batchSize = 200

interface Sender {
  transaction<T>(work: (transaction: { sql: Sql; send: Transaction['send'] }) => Promise<T>): Promise<T>
}

/** Sends all products in batches. Resolves with their number. */
export async function republishProducts(sender: Sender): Promise<number> {
  let count = 0
  let last = '00000000-0000-0000-0000-000000000000'
  while (true) {
    const ids = await republishBatch(sender, last)
    count += ids.length
    if (ids.length < batchSize) return count
    last = ids.at(-1) as string
  }
}

function republishBatch({ transaction }: Sender, after: string): Promise<string[]> {
  return transaction(async ({ sql, send }) => {
    const rows = await sql<{ id: string }>`select id from product where id > ${after} order by id limit ${batchSize}`
    const ids = rows.map((row) => row.id)
    send(...(await findProducts(sql, sql`p.id = any(${ids}::uuid[])`)).map(productChanged))
    return ids
  })
}
