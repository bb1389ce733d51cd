// What the trials of the images buy: one order, then orders under load, and all that were confirmed are found after a restart.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@souk/contracts'
import { productsApi } from '@souk/contracts/products'
import { keysFromSecrets, makeLog, makeServiceCalls, serviceTokens } from '@souk/service'
import { clientAs, seedStaff } from '../../seed/store-goods.ts'
import { customerOf } from '../../tests/customer.ts'
import { stockUp } from '../../tests/goods.ts'

const buyersAtOnce = 4
const waitAtMostMs = 60_000

/** Puts in a product and its stock, as the shop's staff would. */
export async function putGood(secret: string, addressOf: (service: ServiceName) => string): Promise<void> {
  const serviceCalls = makeServiceCalls({
    local: new Map(),
    remotes: { products: [addressOf('products')], inventory: [addressOf('inventory')] },
    tokens: serviceTokens(keysFromSecrets([secret])),
    log: makeLog({ level: 'silent' }),
  })
  const prices = [{ amount: 1_990, currency: 'EUR' }]
  const variants = [{ sku: 'MUG-1', prices, weightGrams: 500 }]
  await clientAs({ serviceCalls }, productsApi, seedStaff).createMany({
    body: { products: [{ id: randomUUIDv7(), slug: 'mug', title: 'Mug', status: 'published', variants }] },
  })
  await stockUp({ serviceCalls }, [{ sku: 'MUG-1', quantity: 100_000 }])
  await serviceCalls.close()
}

/** The counter of the shop at this address. It remembers which orders were confirmed. */
export function openCounter(url: string) {
  const customer = customerOf(url)
  const bought: { id: string; accessKey: string }[] = []
  /** What may be had. Goods that are sold out leave it. */
  let skus: string[] = []
  let turn = 0

  /** True unless a purchase failed that should not. */
  async function buy(): Promise<boolean> {
    const sku = skus[turn++ % skus.length]
    if (sku === undefined) return false
    try {
      const email = `${randomUUIDv7()}@example.com`
      const { status, body } = await customer.buy({ lines: [{ sku, quantity: 1 }], email })
      if (status === 201) bought.push({ id: body.id, accessKey: body.accessKey as string })
      else if (body.code === 'out-of-stock') skus = skus.filter((one) => one !== sku)
      else return false
      return true
    } catch {
      return false // The shop is stopping; what was not confirmed is not counted.
    }
  }
  async function soon(what: string, is: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + waitAtMostMs
    while (!(await is())) {
      assert.ok(Date.now() < until, `Not within ${waitAtMostMs / 1000} s: ${what}`)
      await pause(200)
    }
  }

  return {
    /** Waits until there is something to buy, and buys it. */
    async sell(): Promise<void> {
      await soon('a product is sold', async () => {
        const { body } = await customer.ask<{ items?: { slug: string }[] }>('GET', '/v1/products?limit=48')
        const pages = await Promise.all(
          (body.items ?? []).map(({ slug }) =>
            customer.ask<{ variants?: { sku: string }[] }>('GET', `/v1/products/${slug}`),
          ),
        )
        skus = pages.flatMap((page) => page.body.variants?.map(({ sku }) => sku) ?? [])
        return (await buy()) && bought.length > 0
      })
    },
    startLoad() {
      const before = bought.length
      let isEnding = false
      let failed = 0
      const buyers = Array.from({ length: buyersAtOnce }, async () => {
        while (!isEnding) {
          if (await buy()) continue
          failed += 1
          await pause(100)
        }
      })
      return {
        /** For this many seconds, in which every purchase must come to its end. */
        async running(seconds: number): Promise<void> {
          await pause(seconds * 1000)
          assert.equal(failed, 0, 'Every purchase before the signal is confirmed.')
        },
        async end(): Promise<string> {
          isEnding = true
          await Promise.all(buyers)
          return `${bought.length - before} purchases were confirmed while it ran and stopped.`
        },
      }
    },
    /** Throws when an order that was confirmed is gone. */
    async findAll(): Promise<void> {
      for (const { id, accessKey } of bought) {
        const { status, body } = await customer.ask('GET', `/v1/orders/${id}`, { headers: { 'order-key': accessKey } })
        assert.deepEqual([status, body.status], [200, 'paid'], id)
      }
      process.stdout.write(`  All ${bought.length} orders are there after the restart.\n`)
    },
  }
}
