// The shop as a fleet: every service on its own, calling the others over HTTP, with messages over the postgres transport; three
// gateways, and three instances each of orders, inventory and payments on one database each. Nothing may depend on two
// requests meeting the same instance, and one that goes away takes nothing with it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ServiceName } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { openTransport } from '@souk/messaging'
import type { Sql } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { makeLog, type Running, run } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { clientAs, seedStaff } from '../seed/store-goods.ts'
import { allServices } from '../services/all-services.ts'
import { verifyShop } from '../verify/verify-shop.ts'
import { type Checkout, type Customer, customerOf } from './customer.ts'
import { databaseNames, freePort } from './fixture.ts'
import { putGoods } from './goods.ts'

const log = makeLog({ level: 'silent' })
const folder = mkdtempSync(join(tmpdir(), 'souk-fleet-'))
const manyOf: ReadonlySet<ServiceName> = new Set(['orders', 'inventory', 'payments', 'gateway'])
const databases: Record<string, string> = {}
/** The nth gateway calls the nth orders, and these the nth inventory and payments. */
const instances = new Map<ServiceName, Running[]>()
const stops: (() => Promise<unknown>)[] = []
let doors: Customer[]

before(async () => {
  for (const name of [...databaseNames, 'bus']) databases[name] = await createDatabase()
  const ports = [await freePort(), await freePort(), await freePort()]
  for (const port of ports) {
    const remotes: Partial<Record<ServiceName, string>> = {}
    for (const { name } of allServices) {
      const there = manyOf.has(name) ? undefined : instances.get(name)?.[0]
      const running = there ?? (await startInstance(name, remotes, name === 'gateway' ? port : 0, ports[0] as number))
      remotes[name] = running.services.get(name)?.url
    }
  }
  doors = ports.map((port) => customerOf(`http://127.0.0.1:${port}`))
  const [door] = instances.get('gateway') as [Running]
  await putGoods(door, [
    { sku: 'LAMP', cents: 4_900, quantity: 10 },
    { sku: 'BOWL', cents: 2_500, quantity: 1_000 },
  ])
  const areKnown = async () => (await sqlOf('orders')`select from price_list`).length === 2
  await eventually('the prices are known', areKnown, 30)
})
after(async () => {
  for (const stop of stops.reverse()) await stop()
  await Promise.all(Object.values(databases).map(dropDatabase))
  rmSync(folder, { recursive: true, force: true })
})

test('a guest buys at one door and reads the order at another; the mail comes once', async () => {
  const email = `fleet-${randomUUID()}@example.com`
  const { status, body: order } = await door(0).buy({ ...oneBowl, email })
  assert.equal(status, 201, JSON.stringify(order))
  const read = await door(1).ask('GET', `/v1/orders/${order.id}`, {
    headers: { 'order-key': order.accessKey as string },
  })
  assert.deepEqual([read.status, read.body.number, read.body.status], [200, order.number, 'paid'])
  await eventually('the mail is there', async () => (await door(2).mails(email)).length > 0, 30)
  assert.equal((await door(2).mails(email)).length, 1)
})

test('60 customers at three doors want one of 10 lamps: 10 get one and pay, 50 are told', async () => {
  const wish = { lines: [{ sku: 'LAMP', quantity: 1 }] }
  const carts = await Promise.all(Array.from({ length: 60 }, (_, index) => door(index).fillCart(wish)))
  // Filled at one door, bought at the next.
  const ends = await Promise.all(
    carts.map((cart, index) => end(() => door(index + 1).checkOut(cart, { orderId: cart.id }))),
  )
  const statuses = ends.map((reply) => reply.status)
  assert.equal(statuses.filter((status) => status === 201 || status === 200).length, 10, String(statuses))
  const refused = ends.filter((reply) => reply.status === 409)
  assert.deepEqual([refused.length, new Set(refused.map((reply) => reply.body.code))], [50, new Set(['out-of-stock'])])
})

test('one click, nine times at three doors at once: one order, one capture', async () => {
  const cart = await door(0).fillCart(oneBowl)
  const orderId = randomUUIDv7()
  const ends = await Promise.all(
    Array.from({ length: 9 }, (_, index) => end(() => door(index).checkOut(cart, { orderId }))),
  )
  assert.equal(new Set(ends.map(({ body }) => `${body.id} ${body.number} ${body.status}`)).size, 1)
  assert.equal(ends[0]?.body.status, 'paid')
  const captures = await sqlOf('payments')`
    select amount from payment_operation where order_id = ${orderId} and kind = 'capture' and status = 'succeeded'`
  assert.deepEqual(captures, [{ amount: 2_990 }])
})

test('the bank tells another instance than the one that asked: paid', async () => {
  const { status, body } = await door(2).buy({ ...oneBowl, token: 'tok_3ds' })
  assert.equal(status, 202)
  await door(0).answerBank(body.nextAction?.url as string, 'approve')
  await eventually('it is paid', async () => (await statusOf(body.id)) === 'paid', 30)
})

test('staff cancels at one instance what was bought at another: money and goods go back', async () => {
  const { body } = await door(1).buy(oneBowl)
  const [gateway] = instances.get('gateway') as [Running]
  const canceled = await clientAs(gateway, ordersApi, seedStaff).cancel({
    params: { id: body.id },
    body: {},
    headers: { 'idempotency-key': randomUUID() },
  })
  assert.equal(canceled.status, 'canceled')
})

test('an instance goes away in the middle of a sale: who was with it asks at another door, and all get what they bought', async () => {
  const shoppers = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const cart = await door(index).fillCart(oneBowl)
      return { index, cart, orderId: randomUUIDv7() }
    }),
  )
  const buying = shoppers.map(({ index, cart, orderId }) => {
    let tries = 0
    // The first try at the door of their own, the others at those that stay.
    return end(() => door(tries++ === 0 ? index : index % 2).checkOut(cart, { orderId }))
  })
  const [, , orders] = instances.get('orders') as Running[]
  await orders?.stop()
  const ends = await Promise.all(buying)
  assert.deepEqual(new Set(ends.map(({ body }) => body.status)), new Set(['paid']))
})

test('one of two orders processes is killed in the middle of purchases: no request of a customer fails', async () => {
  const remotes = addressesOf('users', 'products', 'inventory', 'payments', 'notifications')
  const processes = [await startOrdersProcess(remotes), await startOrdersProcess(remotes)]
  const port = await freePort()
  await startInstance('gateway', { ...remotes, orders: processes.map(({ url }) => url).join() }, port, port)
  const shopper = customerOf(`http://127.0.0.1:${port}`)
  const ends: string[] = []
  let isOver = false
  const load = Array.from({ length: 12 }, async () => {
    while (!isOver) {
      const { status, body } = await shopper.buy(oneBowl)
      ends.push(`${status} ${body.status ?? body.code}`)
    }
  })
  const shopping = Promise.all(load)
  const bought = (count: number) =>
    Promise.race([shopping, eventually(`${count} have bought`, () => ends.length >= count, 60)])
  await bought(40)
  processes[0]?.child.kill('SIGKILL')
  await bought(120)
  isOver = true
  await shopping
  // 202: the checkout that the killed process had begun goes on, and the customer is told so.
  const wrong = ends.filter((one) => !['201 paid', '200 paid', '202 checking-out'].includes(one))
  assert.deepEqual(wrong, [])
})

test('afterwards every promise holds', async () => {
  const look = () => verifyShop(databases, { quiet: true, journal: join(folder, 'journal.jsonl') })
  await eventually('nothing is under way', async () => (await look()).length === 0, 45).catch(async () =>
    assert.deepEqual(await look(), []),
  )
})

const oneBowl = { lines: [{ sku: 'BOWL', quantity: 1 }] }
const door = (index: number) => doors[index % doors.length] as Customer

/** Asks until there is an answer that is one: as a browser that is told to come again. */
async function end(ask: () => Promise<Checkout>): Promise<Checkout> {
  let reply: Checkout | undefined
  await eventually(
    'the checkout has ended',
    async () => {
      reply = await ask().catch(() => undefined)
      return reply !== undefined && reply.status < 500 && reply.status !== 202
    },
    40,
  )
  return reply as unknown as Checkout
}
const sqlOf = (name: ServiceName) => instances.get(name)?.[0]?.services.get(name)?.context.sql as Sql
async function statusOf(orderId: string) {
  const [row] = await sqlOf('orders')<{ status: string }>`select status from orders where id = ${orderId}`
  return row?.status
}

function addressesOf(...names: ServiceName[]): Partial<Record<ServiceName, string>> {
  return Object.fromEntries(names.map((name) => [name, instances.get(name)?.[0]?.services.get(name)?.url]))
}

/** An orders service that can be killed. */
async function startOrdersProcess(remotes: Partial<Record<ServiceName, string>>) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, '../local/start.ts'), '--alone', 'orders'], {
    env: {
      ...ours,
      ...Object.fromEntries(Object.entries(remotes).map(([name, address]) => [`${name.toUpperCase()}_URL`, address])),
      ORDERS_DATABASE_URL: databases.orders,
      BUS_DATABASE_URL: databases.bus,
      GATEWAY_RATE_LIMIT: 'off',
      PORT: String(port),
      SOUK_OPERATIONS_PORT: String(await freePort()),
      SOUK_LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  stops.push(async () => child.exitCode === null && child.kill('SIGKILL'))
  const isReady = async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200
  await eventually('orders are ready', isReady, 60)
  return { url, child }
}

async function startInstance(
  name: ServiceName,
  remotes: Partial<Record<ServiceName, string>>,
  port: number,
  publicPort: number,
): Promise<Running> {
  const others = instances.get(name) ?? []
  // The bank is one for all of them, as a real one would be.
  const bank = name === 'payments' ? others[0]?.services.get(name)?.context.resources : undefined
  const transport = await openTransport({ url: databases.bus as string, log })
  const running = await run({
    services: allServices.filter((one) => one.name === name),
    databases,
    remotes,
    transport,
    log,
    env: {
      SOUK_PUBLIC_URL: `http://127.0.0.1:${publicPort}`,
      GATEWAY_RATE_LIMIT: 'off',
      PAYMENTS_SIMULATOR_FOLDER: folder,
    },
    resources: bank ? { payments: bank } : undefined,
    listen: { host: '127.0.0.1', port },
    operations: false,
  })
  instances.set(name, [...others, running])
  stops.push(async () => {
    await running.stop()
    await transport.close()
  })
  return running
}
