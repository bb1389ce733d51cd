// Tests the checks: in a small shop whose invariants hold, one row after the other is broken, and each time the broken invariant
// must be named. A check that never fails proves nothing.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { openDatabase } from '@souk/messaging'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { eventually } from '@souk/service/fixture'
import { address } from '../tests/customer.ts'
import { openShop, type Shop } from '../tests/fixture.ts'
import { wrongSumOf } from './recalculate-order.ts'
import { type Finding, verifyShop } from './verify-shop.ts'

let shop: Shop
let journal: string
before(async () => {
  shop = await openShop()
  await shop.putGoods({ sku: 'BOWL', cents: 1_999, quantity: 100 }, { sku: 'CUP', cents: 333, quantity: 100 })
  await fillWithOrders()
  await shop.isSound()
  await eventually('inventory has read the catalog', async () => {
    const [fill] = await shop.sql('inventory')<{ isDone: boolean }>`select is_done from catalog_fill`
    return fill?.isDone === true
  })
  await shop.test.running.stop()
  journal = `${shop.journal}.kept`
  copyFileSync(shop.journal, journal)
})
after(() => shop.stop())

/** Orders that are paid, shipped and refunded in part, canceled after payment, declined, and waiting for the bank. */
async function fillWithOrders(): Promise<void> {
  const lines = [
    { sku: 'BOWL', quantity: 2 },
    { sku: 'CUP', quantity: 3 },
  ]
  const headers = () => ({ 'idempotency-key': randomUUID() })
  await shop.buy({ lines, country: 'US' })
  const { body: parcel } = await shop.buy({ lines })
  const { body: undone } = await shop.buy({ lines })
  const { body: kept } = await shop.buy({ lines })
  const { body: returned } = await shop.buy({ lines, country: 'US' })
  await shop.buy({ lines, token: 'tok_declined' })
  await shop.buy({ lines, token: 'tok_3ds' })
  const params = { id: parcel.id }
  await shop.staff.orders.ship({ params, body: { lines: [{ sku: 'CUP', quantity: 1 }] }, headers: headers() })
  await shop.staff.orders.refund({
    params,
    body: { lines: [{ sku: 'BOWL', quantity: 1 }], reason: 'Broken' },
    headers: headers(),
  })
  // Staff keeps the money of canceled units; an order is sent, and one bowl comes back, with shipping and goodwill.
  const cancellation = {
    lines: lines.map((line) => ({ ...line, refund: { amount: 0, currency: 'EUR' } })),
    reason: 'Made to order',
  }
  await shop.staff.orders.cancelUnits({ params: { id: kept.id }, body: cancellation, headers: headers() })
  await shop.staff.orders.ship({ params: { id: returned.id }, body: {}, headers: headers() })
  for (const refund of [
    { lines: [{ sku: 'BOWL', quantity: 1 }], shipping: true, restock: true, reason: 'Too large' },
    { amount: { amount: 100, currency: 'EUR' }, reason: 'Sorry' },
  ])
    await shop.staff.orders.refund({ params: { id: returned.id }, body: refund, headers: headers() })
  await shop.staff.orders.cancel({ params: { id: undone.id }, body: {}, headers: headers() })
  const bearer = await shop.signUp('ann@example.com')
  await shop.ask('POST', '/v1/me/addresses', { bearer, body: address })
}

async function verify(changed: Record<string, string> = {}, journalFile = journal): Promise<Finding[]> {
  return verifyShop({ ...shop.databases, ...changed }, { quiet: true, journal: journalFile })
}

/** Damages a copy of a service's database, with triggers off, and returns which invariants are named. */
async function verifyDamaged(service: string, damage: string): Promise<Finding[]> {
  const template = /\/([a-z0-9_]+)(\?|$)/.exec(shop.databases[service] as string)?.[1] as string
  const url = await createDatabase(template)
  try {
    const database = openDatabase({ url, service: 'verify', connections: 1 })
    const client = await database.pool.connect()
    try {
      await client.query('set session_replication_role = replica')
      for (const statement of damage.split(';')) {
        const { rowCount, command } = await client.query(statement)
        if (command !== 'ALTER' && command !== 'DROP') assert.ok(rowCount, `No row for: ${statement}`)
      }
    } finally {
      client.release()
      await database.close()
    }
    return await verify({ [service]: url })
  } finally {
    await dropDatabase(url)
  }
}

const one = (table: string, condition = 'true') => `ctid = (select ctid from ${table} where ${condition} limit 1)`
const aPaid = `(select order_id from reservation where status = 'committed' limit 1)`
/** Rows of the order that is shipped and refunded in part. */
const inPart = `order_id in (select id from orders where status = 'partially-shipped')`
/** A withdrawal that is settled in this way, of an order that is paid as before. */
const withdrawal = (status: string) => `
  insert into withdrawal (id, order_id, status, number, email, name, is_late, received_at, fingerprint, closed_at)
  select gen_random_uuid(), id, '${status}', 'S-1', email, 'Ann', false, now(), 'its own', now()
  from orders where status = 'paid' limit 1`
const outbox = (age: string) => `
  insert into outbox (event_id, type, key, envelope, created_at)
  values (gen_random_uuid(), 'orders.order-changed', 'x', '{}', clock_timestamp() - interval '${age}')`
const deadLetter = (status: string) => `
  insert into dead_letter (consumer, event_id, type, key, envelope, status, error)
  values ('orders', gen_random_uuid(), 'payments.payment-captured', 'x', '{}', '${status}', 'a bug')`
const newLetter = (cause: string, id: string) => `
  insert into notification (id, channel, cause, kind, recipient, subject, content, order_id, status, next_attempt_at,
    message_id, created_at, sent_at)
  select gen_random_uuid(), channel, ${cause}, kind, recipient, subject, content, order_id, status, next_attempt_at,
    ${id}, created_at, sent_at
  from notification
  where kind = 'order-confirmed'
  limit 1`
const newOperation = (kind: string, age: string) => `
  insert into payment_operation (id, order_id, kind, amount, status, next_check_at, created_at, updated_at)
  select gen_random_uuid(), order_id, '${kind}', 1, 'pending', now(), now() - interval '${age}', now()
  from payment
  where status = 'captured'
  limit 1`

/** By the invariant that must be named; `also` lists invariants that the same row breaks, too, or may break. */
const damages: { id: string; service: string; damage: string; also?: string[] }[] = [
  {
    id: 'I1',
    service: 'inventory',
    damage: `alter table stock drop constraint stock_is_enough;
      update stock set reserved = on_hand + 1 where sku = 'BOWL'`,
    also: ['I2', 'I3'],
  },
  { id: 'I2', service: 'inventory', damage: `update stock set on_hand = on_hand + 1 where sku = 'BOWL'` },
  {
    id: 'I3',
    service: 'inventory',
    damage: `update reservation set status = 'released', expires_at = null where status = 'active'`,
  },
  {
    id: 'I4',
    service: 'inventory',
    damage: `update reservation_line set quantity = quantity + 1 where order_id = ${aPaid} and sku = 'BOWL'`,
    also: ['I7'],
  },
  {
    id: 'I5',
    service: 'inventory',
    damage: `update stock_movement set on_hand_change = 1 where kind = 'received' and sku = 'BOWL'`,
    also: ['I2', 'I4'],
  },
  {
    id: 'I6',
    service: 'inventory',
    damage: `drop index stock_movement_cause;
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select sku, location, kind, 0, 0, reference, reason from stock_movement where kind = 'sold' limit 1`,
  },
  {
    id: 'I7',
    service: 'inventory',
    damage: `update reservation_line set sku = 'SPOON' where order_id = ${aPaid} and sku = 'BOWL'`,
    also: ['I4'],
  },
  {
    id: 'I7',
    service: 'inventory',
    damage: `update reservation_line set returned = 0 where returned > 0`,
    also: ['I4'],
  },
  {
    id: 'I7',
    service: 'inventory',
    damage: `update reservation_line set returned = quantity + 1 where order_id = ${aPaid} and sku = 'CUP'`,
    also: ['I4'],
  },
  {
    id: 'I8',
    service: 'inventory',
    damage: `update reservation r set status = 'pinned'
      where status = 'released' and exists (select from reservation_line l where l.order_id = r.order_id)`,
    also: ['I3', 'I7'],
  },
  {
    id: 'I9',
    service: 'inventory',
    damage: `update reservation set expires_at = now() - interval '5 minutes' where status = 'active'`,
  },
  {
    id: 'I10',
    service: 'inventory',
    damage: `update reservation set held_units = held_most_units[1] + 1 where held_by is not null and status = 'active'`,
  },
  {
    id: 'O7',
    service: 'inventory',
    damage: `update reservation r set status = 'committed'
      where status = 'released' and exists (select from reservation_line l where l.order_id = r.order_id)`,
    also: ['I4'],
  },
  {
    id: 'O2',
    service: 'inventory',
    damage: `insert into reservation (order_id, status) values (gen_random_uuid(), 'released')`,
  },

  {
    id: 'M1',
    service: 'payments',
    damage: `update ledger_transfer set credit = 'refunds' where ${one('ledger_transfer', `credit = 'customer-payments'`)}`,
  },
  {
    id: 'M2',
    service: 'payments',
    damage: `delete from payment_operation where ${one('payment_operation', `kind = 'capture' and status = 'succeeded'`)}`,
    also: ['M1', 'M5', 'M9', 'M4'],
  },
  {
    id: 'M3',
    service: 'payments',
    damage: `update payment set refunded = 0, status = 'captured' where status = 'refunded'`,
    also: ['M4', 'M5', 'M9'],
  },
  {
    id: 'M4',
    service: 'payments',
    damage: `update payment_operation set amount = amount * 100 where ${one('payment_operation', `kind = 'refund'`)}`,
    also: ['M5'],
  },
  {
    id: 'M5',
    service: 'payments',
    damage: `delete from ledger_transfer
      where id = (select id from payment_operation where kind = 'capture' and status = 'succeeded' limit 1)`,
  },
  {
    id: 'M6',
    service: 'payments',
    damage: `drop index one_capture_per_payment; ${newOperation('capture', '1 second')}`,
  },
  { id: 'M7', service: 'payments', damage: newOperation('void', '10 minutes') },
  {
    id: 'M8',
    service: 'payments',
    damage: `update payment set amount = amount + 1 where ${one('payment', `status = 'captured'`)}`,
  },
  {
    id: 'M9',
    service: 'payments',
    damage: `update payment set status = 'authorized' where ${one('payment', `status = 'captured'`)}`,
  },
  {
    id: 'O2',
    service: 'payments',
    damage: `insert into payment (order_id, amount, currency, provider, created_at, updated_at)
      values (gen_random_uuid(), 1, 'EUR', 'simulator', now(), now())`,
  },

  {
    id: 'M4',
    service: 'orders',
    damage: `update refund set amount = amount + 1000000
      where order_id in (select id from orders where status <> 'canceled')`,
  },
  {
    id: 'M10',
    service: 'orders',
    damage: `update orders set tax_amount = tax_amount + 1 where ${one('orders', 'tax_included')}`,
  },
  {
    id: 'O3',
    service: 'orders',
    damage: `alter table orders drop constraint orders_bought_cart_id_key;
      update orders set cart_id = (select cart_id from orders where status = 'paid' limit 1)
      where status = 'partially-shipped'`,
  },
  {
    id: 'O5',
    service: 'orders',
    damage: `update open_checkout set deadline_at = now() - interval '5 minutes' where deadline_at is not null`,
  },
  {
    id: 'O5',
    service: 'orders',
    damage: `update open_checkout set deadline_at = null, resume_at = now() - interval '5 minutes'
      where deadline_at is not null`,
  },
  { id: 'O5', service: 'orders', damage: `delete from open_checkout` },
  {
    id: 'O5',
    service: 'orders',
    damage: `insert into open_checkout (order_id, resume_at) select id, now() from orders where status = 'paid' limit 1`,
  },
  {
    id: 'O6',
    service: 'orders',
    damage: `delete from order_event where ${one('order_event', `status = 'paid'`)}`,
  },
  {
    id: 'O6',
    service: 'orders',
    damage: `update order_event set status = 'shipped' where ${one('order_event', 'version = 1')}`,
  },
  {
    id: 'O7',
    service: 'orders',
    damage: `delete from outbox_sent where key = (
      select key from outbox_sent where type = 'orders.order-canceled' limit 1) and type = 'orders.order-canceled'`,
    also: ['E2'],
  },
  {
    id: 'O9',
    service: 'orders',
    damage: `insert into outbox_sent (id, event_id, type, key, envelope, created_at)
      select id, event_id, type, key, envelope, created_at from outbox_sent where type = 'orders.order-placed' limit 1`,
  },
  {
    id: 'parcels',
    service: 'orders',
    damage: `update shipment set lines = '[{ "sku": "CUP", "quantity": 9 }]' where ${inPart}`,
    also: ['no-order-is-stuck'],
  },
  {
    id: 'I7',
    service: 'orders',
    damage: `update refund r set lines = (
        select json_agg(line::jsonb || '{ "unshipped": 0 }') from json_array_elements(r.lines) as line)
      where ${inPart}`,
  },
  {
    id: 'I7',
    service: 'orders',
    damage: `update refund r set lines = (
        select json_agg(line::jsonb || '{ "restocked": 0 }') from json_array_elements(r.lines) as line)
      where lines::text like '%"restocked":1%'`,
  },
  {
    id: 'refund-parts',
    service: 'orders',
    damage: `update refund set items_amount = items_amount - 1 where ${inPart}`,
  },
  {
    id: 'refund-parts',
    service: 'orders',
    damage: `update refund set goodwill_tax = 101 where amount = 100`,
  },
  {
    id: 'refund-parts',
    service: 'orders',
    damage: `update orders set total_amount = total_amount - 1, shipping_amount = shipping_amount - 1
      where id in (select order_id from refund where shipping_amount > 0 and status = 'refunded')`,
    also: ['M2', 'M3', 'M4', 'M10'],
  },
  {
    id: 'refund-parts',
    service: 'orders',
    damage: `update refund r set items_amount = items_amount + 5000, amount = amount + 5000, lines = (
        select json_agg(line::jsonb || jsonb_build_object('amount', (line ->> 'amount')::int + 5000))
        from json_array_elements(r.lines) as line)
      where ${inPart}`,
    also: ['M4'],
  },
  {
    id: 'refund-parts',
    service: 'orders',
    damage: `alter table refund drop constraint refund_adds_up;
      update refund set shipping_tax = shipping_tax - 1
      where order_id in (select id from orders where cancel_reason = 'by-staff')`,
  },
  {
    id: 'no-order-is-stuck',
    service: 'orders',
    damage: `update shipment set lines = '[{ "sku": "CUP", "quantity": 3 }, { "sku": "BOWL", "quantity": 1 }]' where ${inPart}`,
  },
  {
    id: 'no-order-is-stuck',
    service: 'orders',
    damage: `update refund set lines = '[]' where amount = 0`,
  },
  {
    id: 'no-order-is-stuck',
    service: 'orders',
    damage: `update refund set status = 'pending' where amount = 100`,
    also: ['M4'],
  },
  {
    id: 'no-order-is-stuck',
    service: 'orders',
    damage: `update orders set status = 'shipped' where status = 'partially-shipped';
      update order_event e set status = 'shipped'
      where status = 'partially-shipped' and order_id in (select id from orders where status = 'shipped')`,
  },
  { id: 'withdrawals', service: 'orders', damage: withdrawal('canceled') },
  { id: 'withdrawals', service: 'orders', damage: withdrawal('closed') },

  {
    id: 'E9',
    service: 'notifications',
    damage: `delete from notification
      where kind = 'order-confirmed'
        and order_id not in (select order_id from notification where kind = 'order-shipped')`,
  },
  {
    id: 'E9-one-message-id',
    service: 'notifications',
    damage: `drop index notification_once;
      ${newLetter('cause', `'<' || cause || '.' || kind || '@again>'`)}`,
    also: ['E9-told-once'],
  },
  {
    id: 'E9-message-id-of-cause',
    service: 'notifications',
    damage: `update notification set message_id = '<invented@souk>' where ${one('notification')}`,
  },
  {
    id: 'E9-told-once',
    service: 'notifications',
    damage: newLetter(
      `'00000000-0000-7000-8000-000000000001'`,
      `'<00000000-0000-7000-8000-000000000001.order-confirmed@souk>'`,
    ),
  },
  {
    id: 'E9-confirmed-before-shipped',
    service: 'notifications',
    damage: `delete from notification
      where kind = 'order-confirmed'
        and order_id in (select order_id from notification where kind = 'order-shipped')`,
    also: ['E9'],
  },
  {
    id: 'no-mail-is-forgotten',
    service: 'notifications',
    damage: `update notification
      set status = 'queued', sent_at = null, next_attempt_at = now() - interval '1 hour'
      where ${one('notification', 'content is not null')}`,
  },
  {
    id: 'every-end-has-its-reason',
    service: 'notifications',
    damage: `alter table notification drop constraint notification_check;
      update notification set sent_at = null where ${one('notification')}`,
  },
  {
    id: 'no-letter-is-empty',
    service: 'notifications',
    damage: `update notification
      set status = 'queued', sent_at = null, content = null, next_attempt_at = now()
      where ${one('notification')}`,
  },

  { id: 'U1-one-default-address', service: 'users', damage: 'update address set is_default = false' },
  { id: 'U2-passwords-hashed', service: 'users', damage: `update credential set password = 'seven green camels'` },
  {
    id: 'U3-sessions-end',
    service: 'users',
    damage: `update session set expires_at = created_at + interval '10 years'`,
  },
  {
    id: 'U4-account-announced',
    service: 'users',
    damage: `delete from outbox_sent where type = 'users.user-registered'`,
  },

  { id: 'E1', service: 'orders', damage: outbox('1 second') },
  {
    id: 'E1',
    service: 'inventory',
    damage: `delete from inbox where event_id = (select event_id from inbox limit 1)`,
  },
  {
    id: 'E2',
    service: 'orders',
    damage: `delete from outbox_sent where event_id = (
        select event_id from outbox_sent where type = 'orders.order-placed' limit 1)`,
    also: ['O9'],
  },
  {
    id: 'E3',
    service: 'orders',
    damage: `alter table inbox drop constraint inbox_pkey;
      insert into inbox (consumer, event_id) select consumer, event_id from inbox limit 1`,
  },
  { id: 'E5', service: 'orders', damage: deadLetter('dead') },
  { id: 'E5', service: 'orders', damage: deadLetter('retrying') },
  { id: 'E7', service: 'payments', damage: outbox('1 minute'), also: ['E1'] },
  {
    id: 'E8',
    service: 'orders',
    damage: `update price_list set prices = '[{ "amount": 1, "currency": "EUR" }]' where sku = 'BOWL'`,
  },
  { id: 'E8', service: 'orders', damage: `delete from price_list where sku = 'CUP'` },
  {
    id: 'E8',
    service: 'orders',
    damage: `update product_heard set version = version - 1 where ${one('product_heard')}`,
  },
  {
    id: 'C1',
    service: 'products',
    damage: `update price_history set amount = amount - 1 where sku = 'bowl'`,
  },
  {
    id: 'C2',
    service: 'products',
    damage: `update variant set is_reduced = true,
        reductions = '{ "EUR": { "lowest": 999999, "began": "2100-01-01T00:00:00.000Z" } }' where sku = 'BOWL';
      update product_price set reduced_from = 999999
      where currency = 'EUR' and product_id = (select product_id from variant where sku = 'BOWL')`,
  },
  {
    id: 'C3',
    service: 'products',
    damage: `update product_price set lowest = lowest - 1 where ${one('product_price')}`,
  },
  { id: 'E8', service: 'products', damage: `delete from variant where sku = 'CUP'`, also: ['C3', 'I11'] },
  { id: 'I11', service: 'inventory', damage: `delete from for_sale where sku = 'CUP'` },
  { id: 'I11', service: 'inventory', damage: `update for_sale set is_for_sale = false where sku = 'CUP'` },
]

test('a shop whose invariants hold has no finding', async () => {
  assert.deepEqual(await verify(), [])
})

describe('one broken row', () => {
  for (const { id, service, damage, also = [] } of damages) {
    test(`${id} is named when ${service} is damaged: ${damage.replaceAll(/\s+/g, ' ').slice(0, 100)}`, async () => {
      const findings = await verifyDamaged(service, damage)
      const ids = findings.map((finding) => finding.id)
      assert.ok(ids.includes(id), `named: ${ids.join(', ') || 'nothing'}`)
      const others = findings.filter((finding) => finding.id !== id && !also.includes(finding.id))
      assert.deepEqual(others, [])
      for (const { statement, count, details } of findings) {
        assert.ok(statement.endsWith('.'))
        assert.ok(count >= 1 && details.length >= 1 && details.length <= 5)
      }
    })
  }

  test('every invariant has been broken by one of these damages', async () => {
    const checked = new Set<string>()
    await verifyShop(shop.databases, { quiet: true, journal, onChecked: ({ id }) => checked.add(id) })
    const broken = new Set(damages.map((damage) => damage.id))
    assert.deepEqual(
      [...checked].filter((id) => !broken.has(id)),
      [],
    )
  })
})

describe('M5, against the journal of the provider', () => {
  const lines = () => readFileSync(journal, 'utf8').trim().split('\n')
  function verifyJournal(changed: string[]): Promise<Finding[]> {
    const file = `${journal}.changed`
    writeFileSync(file, `${changed.join('\n')}\n`)
    return verify({}, file)
  }
  const isCapture = (line: string) => JSON.parse(line).captured > 0

  test('money that the provider took and our ledger does not have', async () => {
    const [first] = lines().filter(isCapture)
    const stray = { ...JSON.parse(first as string), key: randomUUID() }
    const findings = await verifyJournal([...lines(), JSON.stringify(stray)])
    assert.deepEqual(
      findings.map((one) => one.id),
      ['M5'],
    )
  })
  test('money in our ledger that the provider never took', async () => {
    const findings = await verifyJournal(lines().filter((line) => line !== lines().find(isCapture)))
    assert.deepEqual(
      findings.map((one) => one.id),
      ['M5'],
    )
  })
  test('another amount', async () => {
    const findings = await verifyJournal(
      lines().map((line) =>
        isCapture(line) ? JSON.stringify({ ...JSON.parse(line), captured: JSON.parse(line).captured + 1 }) : line,
      ),
    )
    assert.deepEqual(
      findings.map((one) => one.id),
      ['M5'],
    )
    assert.ok((findings[0]?.count ?? 0) >= 3)
  })
})

test('on an open shop, what happened just now is no violation yet', async () => {
  const open = () => verifyShop(shop.databases, { journal })
  assert.deepEqual(await open(), [])
})

test('the amounts of an order are recalculated with tax inside and on top, half a cent up', () => {
  const money = (amount: number) => ({ amount, currency: 'EUR' })
  const line = { sku: 'A', quantity: 3, unitPrice: money(333), lineTotal: money(999), tax: money(160), taxRate: 19 }
  const order = {
    currency: 'EUR',
    lines: [line],
    itemCount: 3,
    subtotalAmount: 999,
    discountAmount: 0,
    shippingAmount: 490,
    taxAmount: 160 + 78,
    totalAmount: 1_489,
    taxIncluded: true,
    shippingMethod: { price: money(490) },
    shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'DE' },
  }
  assert.equal(wrongSumOf(order), undefined)
  assert.match(wrongSumOf({ ...order, totalAmount: 1_490 }) ?? '', /total is 1490, and should be 1489/)
  const onTop = {
    ...order,
    lines: [{ ...line, tax: money(190) }],
    taxIncluded: false,
    taxAmount: 190 + 93,
    totalAmount: 999 + 490 + 283,
  }
  assert.equal(wrongSumOf(onTop), undefined)
  assert.match(wrongSumOf({ ...onTop, lines: [line] }) ?? '', /tax of A is 160, and should be 190/)
  const discounted = {
    ...onTop,
    lines: [{ ...line, discount: money(99), lineTotal: money(900), tax: money(171) }],
    discountAmount: 99,
    taxAmount: 171 + 93,
    totalAmount: 999 - 99 + 490 + 264,
  }
  assert.equal(wrongSumOf(discounted), undefined)
  assert.match(wrongSumOf({ ...discounted, discountAmount: 0 }) ?? '', /discount is 0, and should be 99/)
})
