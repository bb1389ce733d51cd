// Checks of stock by schedule find what nothing in the code does.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startForTest } from '@souk/service/fixture'
import { checkInvariants } from './check-invariants.ts'
import type { InventoryContext } from './context.ts'
import { inventory } from './service.ts'

const shop = await startForTest([inventory])
after(() => shop.stop())
const { sql } = shop.database('inventory')
const context = shop.running.services.get('inventory')?.context as InventoryContext

async function violations(): Promise<Record<string, number>> {
  await sql`update check_outcome set next_at = clock_timestamp()`
  await checkInvariants.run(context, new AbortController().signal)
  const rows = await sql<{ name: string; violations: number }>`
    select name, violations from check_outcome where violations > 0 order by name`
  return Object.fromEntries(rows.map((row) => [row.name, row.violations]))
}

test('stock that is oversold or not in the ledger is found among more SKUs than one statement reads', async () => {
  await sql`
    insert into stock (sku, location, on_hand)
    select 'SKU-' || n, 'main', 5 from generate_series(1, 1200) as n`
  await sql`
    insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reason)
    select sku, location, 'received', 5, 0, 'Delivery' from stock`
  assert.deepEqual(await violations(), {})

  await sql`alter table stock drop constraint stock_is_enough`
  await sql`update stock set reserved = 6 where sku = 'SKU-700'`
  await sql`update stock set on_hand = 4 where sku = 'SKU-9'`
  assert.deepEqual(await violations(), { 'invariant I1': 1, 'invariant I2': 2 })
})

test('a reservation that is open after its time is found', async () => {
  await sql`
    insert into reservation (order_id, status, expires_at)
    values (uuidv7(), 'active', clock_timestamp() - interval '2 minutes')`
  // It also has no lines, which the other statement says.
  const { 'invariant I7': withoutLines, 'invariant I9': late } = await violations()
  assert.deepEqual([withoutLines, late], [1, 1])
})
