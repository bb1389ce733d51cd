// A shop whose refunds were stored before they named what they are for: the migration divides them by its rule, ends the orders
// that waited in vain, and the invariants of orders hold.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { MessageOf } from '@souk/contracts'
import { OrderCanceled } from '@souk/contracts/orders'
import { type Envelope, messagingMigrations } from '@souk/messaging'
import { type Database, migrate, openDatabase } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { Value } from 'typebox/value'
import { portion } from '../services/orders/cart/tax.ts'
import { sumUp } from '../services/orders/cart/totals.ts'
import { orderInvariants } from '../services/orders/invariants.ts'
import { moneyLeft } from '../services/orders/order/money-left.ts'
import type { Order } from '../services/orders/order/order.ts'
import { findOrder } from '../services/orders/order/orders-table.ts'
import { bySql } from './check.ts'

const migrations = join(import.meta.dirname, '../services/orders/migrations')
let url: string
let database: Database
let folder: string
before(async () => {
  url = await createDatabase()
  database = openDatabase({ url, name: 'test', connections: 2 })
  folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  copyFileSync(join(migrations, '001-orders.sql'), join(folder, '001-orders.sql'))
  await migrate(database, [messagingMigrations, { component: 'orders', folder }])
})
after(async () => {
  await database.close()
  await dropDatabase(url)
  rmSync(folder, { recursive: true })
})

interface OldOrder {
  id: string
  lines: { sku: string; quantity: number; paid: number }[]
  total: number
  items: number
}
interface OldRefund {
  amount: number
  lines?: { sku: string; quantity: number; unshipped: number }[]
  status?: 'refunded' | 'pending' | 'failed'
}

/** An order as the release before stored it. Lines are [cents, units]. */
async function store(
  wanted: [cents: number, quantity: number][],
  { status = 'paid', reason = null as string | null, shipping = 490, included = true } = {},
): Promise<OldOrder> {
  const sum = sumUp(
    wanted.map(([cents, quantity]) => ({ fullAmount: cents * quantity, discount: 0 })),
    shipping,
    'EUR',
    { basisPoints: 1900, included },
  )
  const money = (amount: number) => ({ amount, currency: 'EUR' })
  const lines = wanted.map(([cents, quantity], index) => ({
    sku: `SKU-${index}`,
    title: 'Lamp',
    quantity,
    unitPrice: money(cents),
    lineTotal: money(sum.lines[index]?.lineTotal as number),
    tax: money(sum.lines[index]?.tax as number),
    taxRate: 19,
  }))
  const id = randomUUID()
  const { totals } = sum
  await database.sql`
    insert into orders (
      id, cart_id, email, currency, subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_included,
      item_count, lines, shipping_address, shipping_method, return_url, placed_at, status, version, cancel_reason, paid_at, updated_at)
    values (
      ${id}, ${randomUUID()}, 'lena@souk.example', 'EUR', ${totals.subtotal.amount}, 0, ${shipping}, ${totals.tax.amount},
      ${totals.total.amount}, ${included}, ${wanted.reduce((all, [, units]) => all + units, 0)}, ${JSON.stringify(lines)}::json,
      '{}', '{}', 'http://localhost', now(), ${status}, 1, ${reason}, now(), now())`
  if (status === 'shipped') {
    const parcel = lines.map(({ sku, quantity }) => ({ sku, quantity }))
    await database.sql`
      insert into shipment (id, order_id, lines, shipped_at)
      values (uuidv7(), ${id}, ${JSON.stringify(parcel)}::json, now())`
  }
  const paid = lines.map((line) => line.lineTotal.amount + (included ? 0 : line.tax.amount))
  return {
    id,
    lines: lines.map(({ sku, quantity }, index) => ({ sku, quantity, paid: paid[index] as number })),
    total: totals.total.amount,
    items: paid.reduce((all, one) => all + one, 0),
  }
}
async function storeRefund(order: OldOrder, { amount, lines = [], status = 'refunded' }: OldRefund): Promise<void> {
  await database.sql`
    insert into refund (id, order_id, status, amount, reason, lines, created_at)
    values (uuidv7(), ${order.id}, ${status}, ${amount}, 'Broken', ${JSON.stringify(lines)}::json, clock_timestamp())`
}

/** The share of some units as the release before counted it: of the total, shipping included. */
function oldShare({ lines, items, total }: OldOrder, sku: string, before: number, quantity: number): number {
  const index = lines.findIndex((line) => line.sku === sku)
  const running = lines.slice(0, index).reduce((sum, line) => sum + line.paid, 0)
  const line = lines[index] as OldOrder['lines'][number]
  return portion(portion(total, running, line.paid, items), before, quantity, line.quantity)
}

/** Orders with random refunds, as far as the release before allowed them. */
async function storeRandomOrders(count: number): Promise<void> {
  let state = 5
  const upTo = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * most)
  }
  for (let round = 0; round < count; round++) {
    const wanted = Array.from({ length: 1 + upTo(4) }, (): [number, number] => [1 + upTo(900), 1 + upTo(4)])
    const isCanceled = upTo(3) === 0
    const order = await store(wanted, {
      status: isCanceled ? 'canceled' : 'shipped',
      reason: isCanceled ? 'by-customer' : null,
      shipping: upTo(3) * 245,
      included: upTo(2) === 0,
    })
    let left = order.total
    const refunded = new Map<string, number>()
    for (let step = upTo(6); step > 0 && left > 0; step--) {
      const line = order.lines[upTo(order.lines.length)] as OldOrder['lines'][number]
      const before = refunded.get(line.sku) ?? 0
      const units = Math.min(1 + upTo(3), line.quantity - before)
      const byUnits = units > 0 && upTo(3) > 0
      const amount = Math.min(left, byUnits ? oldShare(order, line.sku, before, units) : 1 + upTo(left))
      if (amount === 0) continue
      const status = upTo(4) === 0 ? ('failed' as const) : ('refunded' as const)
      const lines = byUnits ? [{ sku: line.sku, quantity: units, unshipped: 0 }] : []
      await storeRefund(order, { amount, lines, status })
      if (status === 'failed') continue
      left -= amount
      if (byUnits) refunded.set(line.sku, before + units)
    }
    if (isCanceled && left > 0) await storeRefund(order, { amount: left })
  }
}

const partsOf = (order: Order) =>
  order.refunds.map(({ parts }) => [parts.items.amount, parts.shipping.amount, parts.goodwill.amount])

test('refunds of before are divided by the rule of the migration, and the invariants of orders hold', async () => {
  const unit = (unshipped: number) => [{ sku: 'SKU-0', quantity: 1, unshipped }]
  // One of two lamps at 19.90, with its share of 4.90 for shipping, then 3.00, then shipping as an amount.
  const sent = await store([[1990, 2]], { status: 'shipped' })
  await storeRefund(sent, { amount: 2235, lines: unit(0) })
  await storeRefund(sent, { amount: 300 })
  await storeRefund(sent, { amount: 490, status: 'failed' })
  const whole = await store([[1990, 2]], { status: 'canceled', reason: 'by-customer' })
  await storeRefund(whole, { amount: 500 })
  await storeRefund(whole, { amount: whole.total - 500 })
  // All units are refunded, and a goodwill that was on its way has failed: the order waited in vain.
  const stuck = await store([[1990, 2]])
  await storeRefund(stuck, { amount: 500, status: 'failed' })
  await storeRefund(stuck, { amount: 2235, lines: unit(1) })
  await storeRefund(stuck, { amount: 1735, lines: unit(1) })
  const waiting = await store([[1990, 2]])
  await storeRefund(waiting, { amount: 2235, lines: unit(1) })
  await storeRandomOrders(150)
  await database.sql`
    insert into order_event (order_id, version, at, status, type, message)
    select id, version, placed_at, status, 'paid', '' from orders`

  await migrate(database, [messagingMigrations, { component: 'orders', folder: migrations }])

  const find = async ({ id }: OldOrder) => (await findOrder(database.sql, id, 'secret')) as Order
  assert.deepEqual(partsOf(await find(sent)), [
    [1990, 245, 0],
    [0, 0, 300],
    [0, 0, 490],
  ])
  assert.deepEqual(moneyLeft(await find(sent)).lines[0], {
    sku: 'SKU-0',
    left: { amount: 1990, tax: 317 },
    units: 1,
    share: 1990,
  })
  assert.deepEqual(partsOf(await find(whole)), [
    [500, 0, 0],
    [3480, 490, 0],
  ])
  assert.equal((await find(waiting)).status, 'paid')
  const ended = await find(stuck)
  assert.deepEqual([ended.status, ended.cancelReason, ended.version], ['canceled', 'refunded', 2])
  const [message] = await database.sql<{ key: string; eventId: string; envelope: Envelope }>`
    select key, event_id, envelope from outbox`
  type Canceled = MessageOf<typeof OrderCanceled>['data']
  assert.deepEqual(
    [message?.key, message?.envelope.id, message?.envelope.subject],
    [stuck.id, message?.eventId, stuck.id],
  )
  assert.deepEqual([...Value.Errors(OrderCanceled.schema, message?.envelope.data)], [])
  const canceled = message?.envelope.data as Canceled | undefined
  assert.equal(canceled?.number, `S-${ended.number}`)

  // This test makes up timelines and messages.
  const madeUp = ['O6', 'O7', 'O9']
  const shop = { sql: () => database.sql, graceSeconds: 0, moneyGraceSeconds: 0, journal: undefined }
  for (const invariant of orderInvariants.filter(({ id }) => !madeUp.includes(id)))
    assert.deepEqual((await bySql('orders', invariant).find(shop)).details, [], invariant.statement)
})
