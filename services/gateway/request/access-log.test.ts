// The access log: one line for each request, with the order that it is about.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { Refusal } from '@souk/service'
import { bearer, identity, startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
const lines: Record<string, unknown>[] = []
before(async () => {
  const keep = (fields: object) => void lines.push(fields as Record<string, unknown>)
  const absent = () => {
    throw new Refusal('not-found', 404, 'There is no such thing.')
  }
  const answers = {
    'orders.read': absent,
    'orders.checkout': absent,
    'orders.readCart': absent,
    'payments.read': absent,
    'orders.timeline': () => ({ items: [] }),
  }
  shop = await startGateway(answers, {}, { info: keep, warn: keep, error: keep })
  shop.sessions.set('staff', identity('staff'))
})
after(() => shop.stop())
beforeEach(() => {
  lines.length = 0
})
/** The gateway's lines of these requests. */
const told = () => lines.filter(({ service, method }) => service === 'gateway' && method)

test('a log line names the order that its request is about', async () => {
  const id = randomUUID()
  await shop.ask(`/v1/orders/${id}`)
  await shop.ask(`/v1/orders/${id}`, { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } })
  await shop.ask(`/v1/payments/${id}`, bearer('staff'))
  await shop.ask(`/v1/carts/${id}`)
  await shop.ask('/v1/nothing')
  assert.deepEqual(
    told().map(({ route, orderId }) => [route, orderId]),
    [
      ['orders.read', id],
      ['orders.checkout', id],
      ['payments.read', id],
      ['orders.readCart', undefined],
      ['none', undefined],
    ],
  )
})

test('a live stream is logged when it begins', async () => {
  const id = randomUUID()
  const leaving = new AbortController()
  const headers = { accept: 'text/event-stream' }
  await shop.get(`/v1/orders/${id}/events`, { headers, signal: leaving.signal })
  assert.deepEqual(
    told().map(({ route, status, orderId }) => [route, status, orderId]),
    [['orders.timeline', 200, id]],
  )
  leaving.abort()
})

test('a log line names the trace that the client says it is in, beside ours', async () => {
  const clientTraceId = 'ab'.repeat(16)
  const headers = { traceparent: `00-${clientTraceId}-${'cd'.repeat(8)}-01` }
  const { headers: answered } = await shop.ask(`/v1/orders/${randomUUID()}`, { headers })
  await shop.ask(`/v1/orders/${randomUUID()}`, { headers: { traceparent: '"forged":1' } })
  const [first, second] = told()
  assert.deepEqual([first?.clientTraceId, first?.traceId], [clientTraceId, answered.get('x-request-id')])
  assert.equal(second?.clientTraceId, undefined)
})
