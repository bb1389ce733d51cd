// The staff's view of a shop, by its API: puts goods on sale, and looks up what was ordered.
import assert from 'node:assert/strict'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '@souk/service/fixture'
import { customerOf, type Reply } from '../customer.ts'
import { staffPassword } from './started-shop.ts'

const mostTries = 20

export interface Good {
  readonly id: string
  readonly slug: string
  readonly sku: string
  readonly title: string
}
export type Staff = ReturnType<typeof staffAt>
type Body = Record<string, unknown> & { items: Record<string, unknown>[] }

export function staffAt(url: string) {
  const shop = customerOf(url)
  let token: Promise<string> | undefined

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<Body>> {
    token ??= shop.signIn('staff@souk.example', staffPassword)
    for (let tries = 1; ; tries++) {
      const reply = await shop.ask<Body>(method, path, { bearer: await token, body, headers })
      // The gateway turns requests away while the machine is too busy, and says when to come again.
      if (reply.status !== 503 || tries === mostTries) return reply
      await pause(1_000)
    }
  }
  return {
    ask,
    /** Puts a good on sale that no other test buys. Resolves when pages and orders know it. */
    async sell({
      title = 'Plain bowl',
      cents = 2_000,
      quantity = 10,
      categorySlug = undefined as string | undefined,
    } = {}): Promise<Good> {
      const id = randomUUIDv7()
      const sku = `T-${id.slice(-10).toUpperCase()}`
      const slug = `test-${id.slice(-10)}`
      const prices = [{ amount: cents, currency: 'EUR' }]
      const variants = [{ sku, prices, weightGrams: 500 }]
      const product = { id, slug, title, status: 'published', categorySlug, variants }
      const made = await ask('POST', '/v1/products/batch', { products: [product] })
      assert.ok(made.status < 300, JSON.stringify(made.body))
      const movement = { sku, quantity, location: 'main', kind: 'received', reason: 'Delivery' }
      const key = { 'idempotency-key': randomUUID() }
      const moved = await ask('POST', '/v1/stock/movements', { movements: [movement] }, key)
      assert.ok(moved.status < 300, JSON.stringify(moved.body))
      await eventually(`${title} is for sale`, async () => (await isInStock(sku)) && (await priceOf(sku)) === cents, 30)
      return { id, slug, sku, title }
    },
    priceOf,
    /** The orders of somebody. */
    async ordersOf(email: string): Promise<Record<string, unknown>[]> {
      const { status, body } = await ask('GET', `/v1/orders?email=${encodeURIComponent(email)}`)
      assert.equal(status, 200, JSON.stringify(body))
      return body.items
    },
  }

  /** What a cart with one unit says that it costs; undefined when it cannot be bought yet. */
  async function priceOf(sku: string): Promise<number | undefined> {
    const cart = await shop.fillCart({ lines: [{ sku, quantity: 1 }] }).catch(() => undefined)
    return cart?.problems.length === 0 ? cart.lines[0]?.unitPrice.amount : undefined
  }
  async function isInStock(sku: string): Promise<boolean> {
    const { body } = await shop.ask<Body>('GET', `/v1/availability?sku=${sku}`)
    return body.items.some(({ status }) => status !== 'out-of-stock')
  }
}
