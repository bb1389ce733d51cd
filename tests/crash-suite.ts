// The process is killed for real (SIGKILL) at named points while customers buy. It is started again, and within half a minute every
// order has ended and every promise of the shop holds: whether the customer comes back or not.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Checkout, Wish } from './customer.ts'
import { type KillableShop, prepareShop } from './killable-shop.ts'

const secondsToRecover = 30
const mugs = [{ sku: 'MUG', quantity: 1 }]
export const card = { lines: mugs, token: 'tok_ok' }
export const bank = { lines: mugs, token: 'tok_3ds' }
export const refused = { lines: mugs, token: 'tok_declined' }
export const soldOut = { lines: [{ sku: 'NONE', quantity: 1 }], token: 'tok_ok' }
type Purchase = Pick<Wish, 'lines' | 'email'> & { token: string }

/**
 * Where the process dies (`:n`, the nth time that it comes there), and during which purchases. The customers come at once, so
 * they may share each commit.
 */
export type CrashRows = readonly [crashpoint: string, purchase: Purchase][]

/**
 * Declares the tests of these rows, on one shop. `bus`: a broker that runs already; without it, the embedded one. `seconds`: until all
 * has ended; a broker may wait that long for a member that was killed.
 */
export function crashSuite(
  where: string,
  rows: CrashRows,
  { bus, seconds = secondsToRecover }: { bus?: () => string | undefined; seconds?: number } = {},
): void {
  describe(`killed and started again ${where}`, { concurrency: 1 }, () => {
    let shop: KillableShop
    before(async () => {
      shop = await prepareShop({ busUrl: bus?.() })
      await shop.start()
      await shop.putGoods({ sku: 'MUG', cents: 1_500, quantity: 10_000 }, { sku: 'NONE', cents: 100, quantity: 0 })
      shop.kill()
      await shop.death(5)
    })
    after(() => shop.stop())

    for (const [crashpoint, purchase] of rows) {
      test(`at ${crashpoint}, with ${purchase.token}${purchase === soldOut ? ' for what is sold out' : ''}`, async () => {
        await shop.start(crashpoint)
        const orders = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()]
        const carts = orders.map(() => randomUUIDv7())
        const tries = orders.map((orderId, index) => attempt(shop, purchase, orderId, carts[index] as string))
        await Promise.allSettled(tries)
        assert.equal(await shop.death(15), 'SIGKILL', 'the crash point was not reached')

        await shop.start()
        // The last customer has given up; the others try until they are told how it ended.
        const ends = await Promise.all(
          orders.slice(0, 2).map((orderId, index) => insist(shop, purchase, orderId, carts[index] as string, seconds)),
        )
        for (const { status, body } of ends) {
          if (purchase === refused) assert.equal(status, 402, JSON.stringify(body))
          else if (purchase === soldOut) assert.equal(body.code, 'out-of-stock')
          else assert.equal(status, 201, JSON.stringify(body))
        }
        await becomesSound(shop, seconds)
        assert.deepEqual(
          ends.map(({ body }) => body.id).filter(Boolean),
          purchase === refused || purchase === soldOut ? [] : orders.slice(0, 2),
        )
        shop.kill()
        await shop.death(5)
      })
    }
  })
}

/** A purchase as a browser makes it, the bank's page included. Fails when the shop dies on the way. */
async function attempt(shop: KillableShop, wish: Purchase, orderId: string, cartId: string): Promise<Checkout> {
  const cart = await shop.fillCart(wish, cartId).catch(async (error) => {
    // A cart that an order exists for takes no more changes, and needs none.
    if (!/cart-ordered|cart-being-bought/.test(String(error))) throw error
    return (await shop.ask('GET', `/v1/carts/${cartId}`)).body as unknown as Awaited<ReturnType<typeof shop.fillCart>>
  })
  const reply = await shop.checkOut(cart, { orderId, token: wish.token })
  if (reply.body.nextAction) {
    await shop.answerBank(reply.body.nextAction.url, 'approve')
    await new Promise((resolve) => setTimeout(resolve, 200))
    return shop.checkOut(cart, { orderId, token: wish.token })
  }
  return reply
}

/** Asks again, with the same order id, until there is an end. */
export async function insist(
  shop: KillableShop,
  wish: Purchase,
  orderId: string,
  cartId: string,
  seconds = secondsToRecover,
): Promise<Checkout> {
  const deadline = Date.now() + seconds * 1000
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const reply = await attempt(shop, wish, orderId, cartId)
      if (reply.status < 500 && reply.status !== 202) return reply
      last = reply.body
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Order ${orderId} did not end: ${JSON.stringify(last)} ${last}`)
}

export async function becomesSound(shop: KillableShop, seconds = secondsToRecover): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const findings = await shop.findings()
    if (findings.length === 0) return
    if (Date.now() > deadline) assert.deepEqual(findings, [])
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
