// GATEWAY_CHECKOUT=off, as after a restore: customers read and fill carts, and buying is put off with a clear answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openShop } from './fixture.ts'

test('while checkout is off, the shop is read, and buying answers 503 with a time to try again', async () => {
  const shop = await openShop({ transport: 'memory', env: { GATEWAY_CHECKOUT: 'off' } })
  try {
    await shop.putGoods({ sku: 'THING', cents: 1_000, quantity: 10 })
    assert.equal((await shop.ask('GET', '/v1/products')).status, 200)
    const cart = await shop.fillCart({ lines: [{ sku: 'THING', quantity: 1 }] })
    const { status, body, headers } = await shop.checkOut(cart)
    assert.equal(status, 503)
    assert.equal(body.code, 'unavailable')
    assert.ok(Number(headers.get('retry-after')) >= 60)
    assert.deepEqual(await shop.stockOf('THING'), { onHand: 10, reserved: 0 })
  } finally {
    await shop.stop()
  }
})
