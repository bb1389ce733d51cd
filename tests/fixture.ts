// The whole shop for a test: all services in this process on databases of their own, the gateway listening on a free port,
// the payment simulator in a folder of its own with its webhooks traveling over real HTTP, and a few goods in stock.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceName } from '@souk/contracts'
import { inventoryApi } from '@souk/contracts/inventory'
import { ordersApi } from '@souk/contracts/orders'
import { paymentsApi } from '@souk/contracts/payments'
import { productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { makeLog } from '@souk/service'
import { eventually, staff, startForTest, type TestShop } from '@souk/service/fixture'
import { openBus } from '../local/bus.ts'
import { allServices } from '../services/all-services.ts'
import { verifyShop } from '../verify/verify-shop.ts'
import { type Customer, customerOf } from './customer.ts'
import { type Good, putGoods } from './goods.ts'

export const databaseNames = allServices.filter((one) => one.migrations).map((one) => one.name)

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

export interface Shop extends Customer {
  readonly test: TestShop
  readonly staff: ReturnType<typeof staffOf>
  readonly databases: Readonly<Record<string, string>>
  readonly journal: string
  sql(service: ServiceName): Sql
  putGoods(...goods: Good[]): Promise<void>
  /** The stock of a SKU over all locations. */
  stockOf(sku: string): Promise<{ onHand: number; reserved: number }>
  /** Money kept for an order: what was captured less what was given back. */
  keptOf(orderId: string): Promise<number>
  statusOf(orderId: string): Promise<string>
  /** Which letters somebody was written, in the order of what caused them. */
  lettersTo(email: string): Promise<string[]>
  becomes(orderId: string, status: string, seconds?: number): Promise<void>
  /** Waits until nothing is under way and asserts that every promise holds, to the last row. */
  isSound(): Promise<void>
  stop(): Promise<void>
}

export interface ShopOptions {
  /** Without `busUrl`: the embedded bus in a database of its own (the default), or a broker in memory. */
  transport?: 'memory' | 'postgres'
  /** A broker that runs already. */
  busUrl?: string
  env?: Record<string, string>
}

export async function openShop(options: ShopOptions = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-shop-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const ownBus = options.transport === 'memory' || options.busUrl ? undefined : await createDatabase()
  const log = makeLog({ level: process.env.SOUK_TEST_LOG ?? 'silent' })
  const BUS_URL = options.busUrl ?? ownBus ?? 'memory:'
  const transport = await openBus({ env: { BUS_URL }, databases: {}, owners: {} }, log)
  const test = await startForTest(allServices, {
    transport,
    listen: { host: '127.0.0.1', port },
    env: {
      SOUK_PUBLIC_URL: url,
      GATEWAY_URL: url,
      GATEWAY_RATE_LIMIT: 'off',
      PAYMENTS_SIMULATOR_FOLDER: folder,
      // One person buys a lot in these tests.
      USERS_SIGN_UPS_PER_MINUTE: '1000',
      ...options.env,
    },
  })
  const sql = (service: ServiceName) => test.database(service).sql
  const databases = Object.fromEntries(databaseNames.map((name) => [name, test.database(name).url]))
  const journal = join(folder, 'journal.jsonl')

  async function statusOf(orderId: string) {
    const [row] = await sql('orders')<{ status: string }>`select status from orders where id = ${orderId}`
    return row?.status ?? 'missing'
  }
  async function settle() {
    // A refund or a cancellation that is still on its way may become work that the check below must see.
    await test.settle()
    await eventually(
      'every checkout has ended',
      async () => {
        const [row] = await sql('orders')<{ busy: boolean }>`
          select exists (select from orders where status in ('checking-out', 'capturing')) as busy`
        const [open] = await sql('payments')<{ busy: boolean }>`
          select exists (
            select from payment_operation o join payment p using (order_id)
            where o.next_check_at is not null and (p.status <> 'action-required' or p.cancel_requested)
          ) as busy`
        return !row?.busy && !open?.busy
      },
      40,
    )
    await test.settle()
  }

  return {
    ...customerOf(url),
    test,
    staff: staffOf(test),
    databases,
    journal,
    sql,
    putGoods: (...goods) => putGoods(test.running, goods),
    async stockOf(sku) {
      const [row] = await sql('inventory')<{ onHand: number; reserved: number }>`
        select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved
        from stock
        where sku = ${sku}`
      return { onHand: row?.onHand ?? 0, reserved: row?.reserved ?? 0 }
    },
    async keptOf(orderId) {
      const [row] = await sql('payments')<{ kept: number }>`
        select captured - refunded as kept from payment where order_id = ${orderId}`
      return row?.kept ?? 0
    },
    statusOf,
    async lettersTo(email) {
      const rows = await sql('notifications')<{ kind: string }>`
        select kind from notification where recipient = ${email} order by cause`
      return rows.map((row) => row.kind)
    },
    becomes: (orderId, status, seconds = 20) =>
      eventually(`order ${orderId} is ${status}`, async () => (await statusOf(orderId)) === status, seconds),
    async isSound() {
      await settle()
      assert.deepEqual(await verifyShop(databases, { quiet: true, journal }), [])
    },
    async stop() {
      await test.stop()
      if (ownBus) await dropDatabase(ownBus)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function staffOf(test: TestShop) {
  return {
    orders: test.as(ordersApi, staff),
    inventory: test.as(inventoryApi, staff),
    payments: test.as(paymentsApi, staff),
    products: test.as(productsApi, staff),
  }
}
