// Graceful shutdown: what ends at once, what is finished, and how long it may take.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { test } from 'node:test'
import { Refusal } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { identity, startGateway } from './fixture.ts'

test('the server stops quickly with live streams, idle connections and a request in progress', async () => {
  const id = randomUUID()
  let finish = () => {}
  const shop = await startGateway(
    {
      'orders.timeline': () => ({ items: [] }),
      'orders.readCart': () =>
        new Promise((_, reject) => {
          finish = () => reject(new Refusal('not-found', 404, 'There is no such cart.'))
        }),
      'products.listCategories': () => ({ items: [] }),
    },
    { GATEWAY_STOP_SECONDS: '60' },
  )
  shop.sessions.set('t', identity())
  const stream = await shop.get(`/v1/orders/${id}/events`, { headers: { accept: 'text/event-stream' } })
  const idle = connect(Number(new URL(shop.url).port), '127.0.0.1')
  await new Promise((resolve) => idle.once('connect', resolve))
  await shop.get('/v1/categories')
  const inHand = shop.get(`/v1/carts/${randomUUID()}`)
  await eventually('the request is in hand', () => shop.asked.get('orders.readCart') === 1)

  const startedAt = Date.now()
  const stopped = shop.running.services.get('gateway')?.server?.close()
  await stream.text() // Watchers go before what is in hand is finished.
  finish()
  assert.equal((await inHand).status, 404, 'What is in hand is finished.')
  await stopped
  assert.ok(Date.now() - startedAt < 10_000, `${Date.now() - startedAt} ms`)
  idle.destroy()
  await shop.stop()
})

test('a request that takes too long is cut off when the server stops', async () => {
  const shop = await startGateway(
    { 'users.authRead': () => new Promise(() => undefined) },
    { GATEWAY_STOP_SECONDS: '1' },
  )
  // Its own deadline of ten seconds is farther away.
  const inHand = shop.get('/v1/auth/ok').catch((error) => error)
  await eventually('the request is in hand', () => shop.asked.get('users.authRead') === 1)
  await shop.running.services.get('gateway')?.server?.close()
  assert.ok((await inHand) instanceof Error)
  await shop.stop()
})
