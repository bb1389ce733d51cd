// The database of payments alone goes back to an earlier instant: what the provider has done is imported, and no money moves twice.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { settleMoney } from '../local/backup/settle-money.ts'
import { openShop } from './fixture.ts'

test('payments that were forgotten are imported with their refunds, and orders and payments agree again', async () => {
  const shop = await openShop()
  try {
    await shop.putGoods({ sku: 'THING', cents: 1_000, quantity: 10 })
    const buy = async () => (await shop.buy({ lines: [{ sku: 'THING', quantity: 1 }] })).body.id
    const [kept, refunded, canceled] = [await buy(), await buy(), await buy()]
    const headers = { 'idempotency-key': randomUUID() }
    const amount = { amount: 100, currency: 'EUR' }
    await shop.staff.orders.refund({ params: { id: refunded }, body: { amount, reason: 'A scratch' }, headers })
    await shop.staff.orders.cancel({ params: { id: canceled }, body: {}, headers })
    await shop.isSound()
    const lines = readFileSync(shop.journal, 'utf8')

    const sql = shop.sql('payments')
    await sql`alter table ledger_transfer disable trigger user`
    await sql`truncate ledger_transfer, payment_operation, payment`
    await sql`alter table ledger_transfer enable trigger user`
    // The open shop has the provider's own journal.
    const folder = join(dirname(shop.journal), 'copy')
    mkdirSync(folder)
    writeFileSync(join(folder, 'journal.jsonl'), lines)
    const machine = { databases: { ...shop.databases }, env: { PAYMENTS_SIMULATOR_FOLDER: folder }, dataFolder: folder }
    const options = { consistentAt: new Date().toISOString(), givesBackLost: false }
    const found = await settleMoney(machine, options)
    assert.deepEqual(
      found.map(({ orderId, kind, outcome }) => `${outcome} ${kind} ${orderId}`).sort(),
      [
        ...[kept, refunded, canceled].map((id) => `imported capture ${id}`),
        ...[refunded, canceled].map((id) => `imported refund ${id}`),
      ].sort(),
    )
    assert.deepEqual(await settleMoney(machine, options), [])
    await shop.isSound()
    assert.equal(readFileSync(join(folder, 'journal.jsonl'), 'utf8').match(/"kind":"refund"/g)?.length, 2)
  } finally {
    await shop.stop()
  }
})
