// What a shop does, on every message broker: it sells to the last unit, dies in the middle of purchases, loses its broker or all that
// the broker held, and at the end of each every promise holds.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Database, openDatabase } from '@souk/messaging'
import { eventually } from '@souk/service/fixture'
import type { BrokerServer } from '../../local/brokers/broker.ts'
import { allServices } from '../../services/all-services.ts'
import { bank, becomesSound, type CrashRows, card, crashSuite, insist } from '../crash-suite.ts'
import type { Checkout } from '../customer.ts'
import { openShop } from '../fixture.ts'
import { type KillableShop, prepareShop } from '../killable-shop.ts'
import { purchaseSuite } from '../purchase-suite.ts'
import { sellTenTo200 } from '../ten-for-200.ts'
import { purchaseIsOneTrace } from '../trace-suite.ts'
import { buses } from './buses.ts'

/** For one purchase, while the shop or its broker is started again and again. */
const patienceSeconds = 120
const project = resolve(import.meta.dirname, '..', '..')
/** Where messages are on their way between an outbox, the broker and an inbox. */
const deaths: CrashRows = [
  ['relay.before-publish', card],
  ['relay.after-publish', card],
  ['notifications.before-commit', card],
  ['notifications.after-commit', card],
  ['orders.after-reaction', bank],
]

for (const { name, start } of buses) {
  describe(`on ${name}`, { concurrency: 1 }, () => {
    let broker: BrokerServer | undefined
    let shops = 0
    /** The next shop has new databases, for which the messages of the one before are not meant: each has a name on the broker. */
    const nextBusUrl = () => broker && `${broker.url}?name=shop${++shops}`
    before(async () => {
      broker = await start()
    })
    after(() => broker?.stop())

    purchaseSuite(name, () => ({ busUrl: nextBusUrl() }))

    test('a purchase is one trace from the request to the mail', () => purchaseIsOneTrace({ busUrl: nextBusUrl() }))

    test('200 customers want one of 10 lamps: 10 get one and pay, 190 are told', async (t) => {
      const shop = await openShop({ busUrl: nextBusUrl() })
      t.after(() => shop.stop())
      await shop.putGoods({ sku: 'LAMP', cents: 4_900, quantity: 10 })
      await sellTenTo200(shop, { sku: 'LAMP', cents: 4_900 })
      await shop.isSound()
    })

    crashSuite('between outbox and inbox', deaths, { bus: nextBusUrl, seconds: patienceSeconds })

    test('the shop is killed with -9 again and again while customers buy: each gets one order, and one letter', async (t) => {
      const shop = await openKillable(nextBusUrl(), t)
      const { buying, customers } = startCustomers(shop, 24)
      for (const milliseconds of [150, 300, 600]) {
        await pause(milliseconds)
        shop.kill()
        await shop.death(5)
        await shop.start()
      }
      await allAreServed(shop, buying, customers)
    })

    if (name !== 'postgres') {
      test('the broker is killed with -9 while customers buy: they notice nothing, and get their letters when it is back', async (t) => {
        const shop = await openKillable(nextBusUrl(), t)
        const early = startCustomers(shop, 8)
        await broker?.kill()
        const late = startCustomers(shop, 8)
        const ends = await Promise.all([...early.buying, ...late.buying])
        assert.deepEqual(new Set(ends.map(({ status }) => status)), new Set([201]))
        await broker?.start()
        await allAreServed(shop, [...early.buying, ...late.buying], [...early.customers, ...late.customers])
      })
    }

    test('a broker that lost all it held is filled again by redrive', async (t) => {
      const shop = await openKillable(nextBusUrl(), t)
      const customer = startCustomers(shop, 1)
      const began = new Date(Date.now() - 3_600_000).toISOString()
      const release = await holdBack(shop, 'notifications')
      await Promise.all(customer.buying)
      await eventually('everything is published', async () => await areOutboxesEmpty(shop), 30)
      shop.kill()
      await shop.death(5)
      if (broker) await broker.wipe()
      else await wipeDatabase(shop.databases.bus as string)
      await release()
      await shop.start()
      const lost = await shop.findings()
      assert.ok(
        lost.some(({ id }) => id === 'E1'),
        `verify names what was lost: ${JSON.stringify(lost)}`,
      )
      for (const { name: service, migrations } of allServices) {
        if (migrations) await redrive(shop, service, '--since', began)
      }
      await allAreServed(shop, customer.buying, customer.customers)
    })

    if (name !== 'postgres') {
      test('a broker that is wiped under the running shop serves it again', async (t) => {
        const shop = await openKillable(nextBusUrl(), t)
        const early = startCustomers(shop, 4)
        await Promise.all(early.buying)
        const began = new Date(Date.now() - 3_600_000).toISOString()
        await broker?.wipe()
        const late = startCustomers(shop, 4)
        await Promise.all(late.buying)
        await eventually('what is new is published', async () => await areOutboxesEmpty(shop), 60)
        for (const { name: service, migrations } of allServices) {
          if (migrations) await redrive(shop, service, '--since', began)
        }
        await allAreServed(shop, [...early.buying, ...late.buying], [...early.customers, ...late.customers])
      })
    }
  })
}

interface Waiting {
  after(stop: () => Promise<void>): void
}

async function openKillable(busUrl: string | undefined, t: Waiting): Promise<KillableShop> {
  const shop = await prepareShop({ busUrl })
  t.after(() => shop.stop())
  await shop.start()
  await shop.putGoods({ sku: 'MUG', cents: 1_500, quantity: 10_000 })
  return shop
}

/** Each insists on one purchase. */
function startCustomers(shop: KillableShop, count: number) {
  const customers = Array.from({ length: count }, () => ({
    orderId: randomUUIDv7(),
    email: `${randomUUIDv7()}@example.com`,
  }))
  const buying = customers.map(({ orderId, email }) =>
    insist(shop, { ...card, email }, orderId, randomUUIDv7(), patienceSeconds),
  )
  return { customers, buying }
}

/** Asserts that each customer has one paid order and one letter, and that every promise holds. */
async function allAreServed(
  shop: KillableShop,
  buying: readonly Promise<Checkout>[],
  customers: readonly { orderId: string; email: string }[],
): Promise<void> {
  const ends = await Promise.all(buying)
  assert.deepEqual(
    ends.map(({ status, body }) => `${status} ${body.id}`),
    customers.map(({ orderId }) => `201 ${orderId}`),
  )
  await becomesSound(shop, patienceSeconds)
  const letters = await Promise.all(customers.map(async ({ email }) => (await shop.mails(email)).length))
  assert.deepEqual(new Set(letters), new Set([1]))
}

/** Keeps a service from taking messages. Returns what lets it go. */
async function holdBack(shop: KillableShop, service: 'notifications'): Promise<() => Promise<void>> {
  const database = openDatabase({ url: shop.databases[service] as string, service, connections: 1 })
  const { sql, close } = await database.connect()
  await sql`begin`
  await sql`set local idle_in_transaction_session_timeout = 0`
  await sql`set local transaction_timeout = 0`
  await sql`lock table inbox in share mode`
  return async () => {
    await close()
    await database.close()
  }
}

async function areOutboxesEmpty({ databases }: KillableShop): Promise<boolean> {
  const { bus: _, ...own } = databases
  const waiting = await Promise.all(
    Object.entries(own).map(([service, url]) =>
      useDatabase(url, service, ({ sql }) => sql<{ waits: boolean }>`select exists (select from outbox) as waits`),
    ),
  )
  return !waiting.some(([row]) => row?.waits)
}

function wipeDatabase(url: string): Promise<unknown> {
  return useDatabase(url, 'bus', async ({ sql }) => {
    await sql`drop schema public cascade`
    await sql`create schema public`
  })
}

async function useDatabase<T>(url: string, service: string, work: (database: Database) => PromiseLike<T>): Promise<T> {
  const database = openDatabase({ url, service, connections: 1 })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

async function redrive({ databases, busUrl }: KillableShop, ...words: string[]): Promise<void> {
  const urls = Object.entries(databases).map(([name, url]) => [`${name.toUpperCase()}_DATABASE_URL`, url])
  const child = spawn(process.execPath, [join(project, 'local', 'redrive.ts'), ...words], {
    env: { ...process.env, ...Object.fromEntries(urls), ...(busUrl ? { BUS_URL: busUrl } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  assert.equal(code, 0, complaint)
  assert.match(said, /has sent [\d,]+ messages again/)
}
