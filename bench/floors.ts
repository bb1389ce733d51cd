// Two floors to compare with, measured in the same run. HTTP: a bare Fastify that sends the same bytes. SQL: what a purchase
// cannot do without, and nothing else: the six durable statements of a cart, an order, a reservation, a payment stored
// before the provider is asked, its result, and the paid order with its event; by the same driver, without any framework.
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openDatabase } from '@souk/postgres'
import { type Measured, measure, openClient } from './load.ts'

export async function httpFloor(body: Buffer, shoppers: number, seconds: number): Promise<Measured> {
  const child = fork(join(import.meta.dirname, 'http-floor.ts'), { serialization: 'advanced' })
  const port = await new Promise<number>((resolve) => {
    child.once('message', (message) => resolve(message as number))
    child.send(body)
  })
  const client = openClient(`http://127.0.0.1:${port}`)
  const measured = await measure(shoppers, seconds, async () => (await client.get('/list')).status === 200)
  await client.close()
  child.disconnect()
  return measured
}

export async function sqlFloor(url: string, shoppers: number, seconds: number): Promise<Measured> {
  const database = openDatabase({ url, name: 'floor', sharedConnections: shoppers })
  const { sql } = database
  await database.pool.query(`
    drop schema if exists floor cascade; create schema floor;
    create table floor.cart (id uuid primary key, body jsonb not null);
    create table floor.orders (id uuid primary key, cart_id uuid not null, body jsonb not null, status text not null);
    create table floor.stock (sku integer primary key, on_hand integer not null, reserved integer not null) with (fillfactor = 50);
    create table floor.payment (id uuid primary key, amount integer not null, status text not null);
    create table floor.outbox (id bigint generated always as identity primary key, body json not null);
    insert into floor.stock select n, 1000000, 0 from generate_series(0, 99) n`)
  const cart = JSON.stringify({
    email: 'ann@example.com',
    lines: [{ sku: 'a', quantity: 1 }],
    shippingAddress: { name: 'Ann', line1: 'Long Street 1', city: 'Berlin' },
  })
  const measured = await measure(shoppers, seconds, async (shopper, turn) => {
    const [cartId, orderId, paymentId] = [randomUUID(), randomUUID(), randomUUID()]
    await sql`insert into floor.cart (id, body) values (${cartId}, ${cart}) on conflict (id) do update set body = excluded.body`
    await sql`insert into floor.orders (id, cart_id, body, status) values (${orderId}, ${cartId}, ${cart}, 'checking-out') on conflict do nothing`
    await sql`update floor.stock set reserved = reserved + 1 where sku = ${(shopper * 31 + turn) % 100} and on_hand - reserved >= 1`
    await sql`insert into floor.payment (id, amount, status) values (${paymentId}, 1999, 'pending') on conflict do nothing`
    await sql`update floor.payment set status = 'captured' where id = ${paymentId}`
    const paid = await sql`
      with paid as (update floor.orders set status = 'paid' where id = ${orderId} returning id)
      insert into floor.outbox (body) select ${cart}::json from paid returning id`
    return paid.length === 1
  })
  await database.pool.query('drop schema floor cascade')
  await database.close()
  return measured
}
