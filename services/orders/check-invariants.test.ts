// Checks of orders by schedule find what nothing in the code does.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { checkInvariants } from './check-invariants.ts'
import type { OrdersContext } from './context.ts'
import { openShop } from './fixture.ts'

const shop = await openShop()
after(() => shop.stop())
const { sql } = shop.database('orders')
const context = shop.running.services.get('orders')?.context as OrdersContext

async function violations(): Promise<Record<string, number>> {
  await sql`update check_outcome set next_at = clock_timestamp()`
  await checkInvariants.run(context, new AbortController().signal)
  const rows = await sql<{ name: string; violations: number }>`
    select name, violations from check_outcome where violations > 0 order by name`
  return Object.fromEntries(rows.map((row) => [row.name, row.violations]))
}

test('a status that was changed by hand, and an open checkout that was lost, are found', async () => {
  await shop.sell('LAMP', 5_000, { stock: 10 })
  const order = await shop.placedOrder('LAMP')
  assert.deepEqual(await violations(), {})

  await sql`update orders set status = 'capturing' where id = ${order.id}`
  assert.deepEqual(await violations(), { 'invariant O5': 1, 'invariant O6': 1 })
})
