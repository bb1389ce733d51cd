// Live order updates: only for callers that may see the order, from its first event on, and nothing about other orders.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { OrderChanged, type OrderStatus } from '@souk/contracts/orders'
import { SessionRevoked } from '@souk/contracts/users'
import { Refusal } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { identity, startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
const orderId = randomUUID()
const at = '2026-11-22T10:00:00.000Z'
const owner = identity()
/** The order's timeline, which the orders service shows to the owner and to callers with the order's key. */
const timeline: Record<string, string>[] = [{ at, type: 'created', status: 'checking-out', message: 'Checkout began.' }]
before(async () => {
  shop = await startGateway(
    {
      'orders.timeline': ({ headers, caller }) => {
        if (headers['order-key'] !== 'key' && caller.userId !== owner.userId)
          throw new Refusal('not-found', 404, 'There is no such order.')
        return { items: [...timeline] }
      },
    },
    { GATEWAY_RATE_LIMIT: 'off', GATEWAY_MAX_STREAMS: '12', GATEWAY_TRUSTED_PROXIES: '1' },
  )
})
after(() => shop.stop())

const headers = { accept: 'text/event-stream', 'order-key': 'key' }
const path = `/v1/orders/${orderId}/events`
const streams = () => shop.running.services.get('gateway')?.context.resources.liveStreams as { count: number }

/** Adds an event to the timeline and publishes its message. */
async function happens(type: string, status: OrderStatus) {
  timeline.push({ at, type, status, message: `It is ${type}.` })
  await shop.publish(OrderChanged({ orderId, status, at }))
}

/** Reads events as they come. */
async function watch(more: Record<string, string> = {}, from = path) {
  const stopping = new AbortController()
  const response = await shop.get(from, { headers: { ...headers, ...more }, signal: stopping.signal })
  const events: Record<string, string>[] = []
  let hasEnded = false
  const reading = (async () => {
    let text = ''
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString()
      for (const [, data] of text.matchAll(/data: (.*)\n\n/g)) events.push(JSON.parse(data as string))
      text = text.slice(text.lastIndexOf('\n\n') + 2)
    }
    hasEnded = true
  })().catch(() => undefined) // Stopped by us.
  const stop = async () => {
    stopping.abort()
    await reading
  }
  return { response, events, stop, hasEnded: () => hasEnded }
}

test('a live stream sends what has happened and what happens next, and nothing about other orders', async () => {
  const { response, events, stop } = await watch()
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  await shop.publish(OrderChanged({ orderId: randomUUID(), status: 'canceled', at }))
  await happens('paid', 'paid')
  await eventually('both events arrive', () => events.length >= 2)
  assert.deepEqual(events, timeline)
  await stop()
  await eventually('the watcher is forgotten', () => streams().count === 0)
})

test("a page follows a guest's order by the key in the shop's cookie, and no other order", async () => {
  const without = { ...headers, 'order-key': '' }
  const cookie = (id: string) => `souk_order_keys=${encodeURIComponent(`${randomUUID()}:other/${id}:key`)}`
  const { response, stop } = await watch({ ...without, cookie: cookie(orderId) })
  assert.equal(response.status, 200)
  await stop()
  const other = await watch({ ...without, cookie: cookie(randomUUID()) })
  assert.equal(other.response.status, 404)
  await other.stop()
})

test('a live stream is measured when it begins, like every answer', async () => {
  const { stop } = await watch()
  const measured = await shop.running.metrics.registry.metrics()
  assert.match(
    measured,
    /http_server_request_duration_seconds_count{.*http_route="\/v1\/orders\/:id\/events".*status_code="200"} \d/,
  )
  await stop()
})

test('an event during the first read is not lost', async () => {
  const say = shop.answers['orders.timeline'] as (typeof shop.answers)[string]
  shop.answers['orders.timeline'] = async (request) => {
    shop.answers['orders.timeline'] = say
    const before = say(request)
    await happens('shipped', 'shipped')
    return before
  }
  const { events, stop } = await watch()
  await eventually('all events arrive', () => events.length === timeline.length)
  assert.deepEqual(events, timeline)
  await stop()
})

test('an id in capitals is the same order', async () => {
  const { events, stop } = await watch({}, `/v1/orders/${orderId.toUpperCase()}/events`)
  await happens('refunded', 'shipped')
  await eventually('all events arrive', () => events.length === timeline.length)
  await stop()
})

test('to everybody else the order does not exist (sec-B10)', async () => {
  const { status, headers: told, body } = await shop.ask(path, { headers: { accept: 'text/event-stream' } })
  assert.deepEqual([status, body.code], [404, 'not-found'])
  assert.match(told.get('content-type') ?? '', /problem\+json/)
  await eventually('nobody is watching', () => streams().count === 0)
})

test('without Accept: text/event-stream it is a plain answer', async () => {
  const { status, body } = await shop.ask(path, { headers: { 'order-key': 'key', accept: 'application/json' } })
  assert.equal(status, 200)
  assert.deepEqual(body.items, timeline)
})

test('one client may have ten live streams', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => watch()))
  assert.equal((await shop.get(path, { headers })).status, 429)
  await all[0]?.stop()
  await eventually('there is room again', () => streams().count === 9)
  const again = await watch()
  assert.equal(again.response.status, 200)
  await Promise.all([...all, again].map(({ stop }) => stop()))
  await eventually('all are forgotten', () => streams().count === 0)
})

const asOwner = (token: string) => ({ authorization: `Bearer ${token}`, 'order-key': 'none' })

test('a stream ends with its session', async () => {
  shop.sessions.set('phone', owner)
  const { response, events, stop, hasEnded } = await watch(asOwner('phone'))
  assert.equal(response.status, 200)
  shop.sessions.delete('phone')
  await shop.publish(SessionRevoked({ userId: owner.userId, sessionId: owner.sessionId }))
  await eventually('the stream ends', hasEnded)
  assert.deepEqual(events, timeline)
  await stop()
})

test('a stream ends with its session, even when no message tells about it', async () => {
  shop.sessions.set('laptop', owner)
  const { stop, hasEnded } = await watch(asOwner('laptop'))
  shop.sessions.delete('laptop')
  await eventually('the stream ends', async () => {
    await happens('refunded', 'shipped')
    return hasEnded()
  })
  await stop()
})

test('a client with the key of the order keeps its stream after signing out', async () => {
  shop.sessions.set('tablet', owner)
  const { events, stop } = await watch({ authorization: 'Bearer tablet' })
  shop.sessions.delete('tablet')
  await shop.publish(SessionRevoked({ userId: owner.userId, sessionId: owner.sessionId }))
  await happens('refunded', 'shipped')
  await eventually('all events arrive', () => events.length === timeline.length)
  await stop()
  await eventually('all are forgotten', () => streams().count === 0)
})

test('one network may have ten live streams, from however many of its addresses', async () => {
  const from = (host: number) => ({ 'x-forwarded-for': `2001:db8:1:2::${host}` })
  const all = await Promise.all(Array.from({ length: 10 }, (_, index) => watch(from(index + 1))))
  assert.equal((await shop.get(path, { headers: { ...headers, ...from(99) } })).status, 429)
  const elsewhere = await watch({ 'x-forwarded-for': '2001:db8:1:3::1' })
  assert.equal(elsewhere.response.status, 200)
  await Promise.all([...all, elsewhere].map(({ stop }) => stop()))
  await eventually('all are forgotten', () => streams().count === 0)
})

test('a client that leaves during the first read is removed', async () => {
  const past = stall('orders.timeline')
  const hasty = Array.from({ length: 10 }, () => askAndLeave())
  await eventually('all have asked', () => past.waiting() === 10)
  await Promise.all(hasty.map(({ leave }) => leave()))
  past.goOn()
  await eventually('all are forgotten', () => streams().count === 0)
  const { response, stop } = await watch()
  assert.equal(response.status, 200)
  await stop()
})

test('a client that leaves during the session lookup is removed', async () => {
  shop.sessions.set('hasty', identity())
  const exchange = stall('users.exchangeSession')
  const { leave } = askAndLeave({ authorization: 'Bearer hasty' })
  await eventually('the session is asked for', () => exchange.waiting() === 1)
  await leave()
  const before = shop.asked.get('orders.timeline') ?? 0
  exchange.goOn()
  await eventually('the past is asked for', () => (shop.asked.get('orders.timeline') ?? 0) > before)
  await eventually('the watcher is forgotten', () => streams().count === 0)
})

/** Asks for a stream. `leave` closes the connection, and returns when the gateway has closed it, too. */
function askAndLeave(more: Record<string, string> = {}) {
  const socket = connect(Number(new URL(shop.url).port), '127.0.0.1').resume()
  const lines = Object.entries({ host: 'shop', ...headers, ...more }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  return { leave: () => new Promise<void>((resolve) => socket.once('close', () => resolve()).end()) }
}

/** Makes a service wait with its answers until `goOn` is called. */
function stall(name: string) {
  const say = shop.answers[name] as NonNullable<(typeof shop.answers)[string]>
  let waiting = 0
  let goOn = () => {}
  const going = new Promise<void>((resolve) => {
    goOn = resolve
  })
  shop.answers[name] = async (request) => {
    waiting += 1
    await going
    return say(request)
  }
  return {
    waiting: () => waiting,
    goOn() {
      shop.answers[name] = say
      goOn()
    },
  }
}
