// One purchase through all services, as a guest would make it, over each transport.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { eventually, staff } from '@souk/service/fixture'
import { openShop, type Shop } from './fixture.ts'

for (const transport of ['memory', 'postgres'] as const) {
  describe(`over the ${transport} transport`, () => {
    let shop: Shop
    before(async () => {
      shop = await openShop({ transport })
      await shop.putGoods({ sku: 'MUG-1', cents: 1_990, quantity: 20 }, { sku: 'TEA-1', cents: 450, quantity: 20 })
    })
    after(() => shop.stop())

    test('a guest fills a cart, pays, and reads the confirmation', async () => {
      const cart = await shop.fillCart({
        lines: [
          { sku: 'MUG-1', quantity: 2 },
          { sku: 'TEA-1', quantity: 1 },
        ],
        email: 'guest@example.com',
      })
      assert.deepEqual(cart.totals.total, { amount: 2 * 1_990 + 450 + 490, currency: 'EUR' })
      const { status, body: order } = await shop.checkOut(cart)
      assert.equal(status, 201)
      assert.equal(order.status, 'paid')
      assert.match(order.number, /^S-\d+$/)

      await shop.test.settle()
      assert.deepEqual(await shop.stockOf('MUG-1'), { onHand: 18, reserved: 0 })
      assert.equal(await shop.keptOf(order.id), 4_920)
      await eventually('the mail is there', async () => (await shop.mails('guest@example.com')).length === 1)
      const [mail] = await shop.mails('guest@example.com')
      assert.ok(mail?.text.includes(order.number))
    })

    test('a guest reads the order with its key, and nobody without it does', async () => {
      const { body: order } = await shop.buy({ lines: [{ sku: 'MUG-1', quantity: 1 }] })
      const headers = { 'order-key': order.accessKey as string }
      const read = await shop.ask('GET', `/v1/orders/${order.id}`, { headers })
      assert.equal(read.status, 200)
      assert.equal(read.body.number, order.number)
      assert.equal((await shop.ask('GET', `/v1/orders/${order.id}`)).status, 404)
    })

    test('goods that were deleted and put in again under their old id can be bought', async () => {
      const products = shop.test.as(productsApi, staff)
      const [tea] = (await products.listAll({ query: { q: 'TEA-1' } })).items
      const { id, slug, title, status, variants } = tea ?? assert.fail()
      await products.remove({ params: { id } })
      await products.create({
        body: { id, slug, title, status, variants: variants.map(({ sku, prices }) => ({ sku, prices })) },
      })
      await shop.test.settle()
      assert.equal((await shop.buy({ lines: [{ sku: 'TEA-1', quantity: 1 }] })).status, 201)
    })

    test('who watches an order live is told what its timeline says, in the same words', async () => {
      const { body: order } = await shop.buy({ lines: [{ sku: 'TEA-1', quantity: 1 }] })
      const path = `/v1/orders/${order.id}`
      const headers = { 'order-key': order.accessKey as string }
      const leaving = new AbortController()
      const live = await fetch(`${shop.url}${path}/events`, {
        headers: { ...headers, accept: 'text/event-stream' },
        signal: leaving.signal,
      })
      const events: { type: string }[] = []
      const reading = (async () => {
        let text = ''
        for await (const part of live.body as unknown as AsyncIterable<Uint8Array>) {
          text += Buffer.from(part).toString()
          for (const [, data] of text.matchAll(/data: (.*)\n\n/g)) events.push(JSON.parse(data as string))
          text = text.slice(text.lastIndexOf('\n\n') + 2)
        }
      })().catch(() => undefined) // Stopped by us.
      await shop.ask('POST', `${path}/cancel`, { headers: { ...headers, 'idempotency-key': 'once' }, body: {} })
      await eventually('the money is back', () => events.some(({ type }) => type === 'refunded'))
      assert.deepEqual(
        events.map(({ type }) => type),
        ['created', 'paid', 'canceled', 'refunded'],
      )
      assert.deepEqual(events, (await shop.ask('GET', `${path}/events`, { headers })).body.items)
      leaving.abort()
      await reading
    })

    test('afterwards every promise holds', () => shop.isSound())
  })
}
