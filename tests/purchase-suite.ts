// Purchases through all services, as customers make them: the tests that hold over every message broker.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { eventually, staff } from '@souk/service/fixture'
import { openShop, type Shop, type ShopOptions } from './fixture.ts'

/** Declares the tests of one broker. `name` is its name in their titles. */
export function purchaseSuite(name: string, options: () => ShopOptions): void {
  describe(`over ${name}`, () => {
    let shop: Shop
    before(async () => {
      shop = await openShop(options())
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

    test('the dearest thing that there can be is bought and paid back whole', async () => {
      const cents = 1_000_000_000_00
      await shop.putGoods({ sku: 'CROWN', cents, quantity: 2 })
      const { status, body: order } = await shop.buy({ lines: [{ sku: 'CROWN', quantity: 2 }] })
      assert.equal(status, 201)
      assert.equal(await shop.keptOf(order.id), 2 * cents)
      const headers = { 'order-key': order.accessKey as string, 'idempotency-key': 'crown' }
      assert.equal((await shop.ask('POST', `/v1/orders/${order.id}/cancel`, { headers, body: {} })).status, 200)
      await eventually('the money is back', async () => (await shop.keptOf(order.id)) === 0)
    })

    test('a customer comes back from the bank, cancels, and buys the last unit in another way', async () => {
      await shop.putGoods({ sku: 'LAST-1', cents: 1_000, quantity: 1 })
      const cart = await shop.fillCart({ lines: [{ sku: 'LAST-1', quantity: 1 }] })
      const { status, body: first } = await shop.checkOut(cart, { token: 'tok_3ds' })
      assert.equal(status, 202)
      const edited = await shop.ask('PUT', `/v1/carts/${cart.id}`, {
        body: { lines: [{ sku: 'LAST-1', quantity: 2 }] },
      })
      assert.deepEqual([edited.status, edited.body.code], [409, 'cart-being-bought'])
      const headers = { 'order-key': first.accessKey as string, 'idempotency-key': `undo ${first.id}` }
      assert.equal((await shop.ask('POST', `/v1/orders/${first.id}/cancel`, { headers, body: {} })).status, 200)
      const second = await shop.checkOut(cart)
      assert.deepEqual([second.status, second.body.status], [201, 'paid'])
      assert.equal(await shop.keptOf(first.id), 0)
      // The bank may refuse an approval that comes too late.
      await shop.answerBank(first.nextAction?.url as string, 'approve').catch(() => undefined)
      await shop.test.settle()
      assert.equal(await shop.keptOf(first.id), 0)
    })

    test('a guest’s cart goes along when its customer signs in, and stays behind for nobody', async () => {
      const guest = await shop.fillCart({ lines: [{ sku: 'MUG-1', quantity: 1 }] })
      const email = `${name}@example.com`
      const bearer = await shop.signUp(email)
      const before = await shop.fillCart({ lines: [{ sku: 'TEA-1', quantity: 1 }], bearer, email })
      const { status, body: merged } = await shop.ask('POST', `/v1/carts/${guest.id}/claim`, { bearer })
      assert.deepEqual([status, merged.id, merged.email], [200, before.id, email])
      assert.equal((merged.lines as unknown[]).length, 2)
      assert.deepEqual((await shop.ask('GET', '/v1/me/cart', { bearer })).body, merged)
      await shop.ask('POST', '/v1/auth/sign-out', { bearer, body: {} })
      for (const id of [guest.id, before.id]) assert.equal((await shop.ask('GET', `/v1/carts/${id}`)).status, 404)
      assert.equal((await shop.ask('GET', '/v1/me/cart')).status, 401)
    })

    test('over HTTP, too, the ETag of a cart guards it', async () => {
      const { id } = await shop.fillCart({ lines: [{ sku: 'MUG-1', quantity: 1 }] })
      const path = `/v1/carts/${id}`
      const { headers } = await shop.ask('GET', path)
      const etag = headers.get('etag') as string
      const put = (tags: Record<string, string>) => shop.ask('PUT', path, { body: { lines: [] }, headers: tags })
      assert.equal((await shop.ask('GET', path, { headers: { 'if-none-match': etag } })).status, 304)
      assert.equal((await put({ 'if-match': `W/${etag}` })).status, 412)
      assert.equal((await put({ 'if-match': etag })).status, 200)
      assert.equal((await put({ 'if-match': etag })).status, 412)
      assert.equal((await put({ 'if-none-match': '*' })).status, 412)
      const large = { lines: [], email: `${'a'.repeat(17_000)}@example.com` }
      assert.equal((await shop.ask('PUT', path, { body: large })).status, 413)
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
