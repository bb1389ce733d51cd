// What the gateway logs about refused requests: attacks as one security line each, and mistakes of clients never as our errors.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { bearer, identity, startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
type Line = Record<string, unknown> & { level: string; event?: string }
const lines: Line[] = []
before(async () => {
  const keep = (level: string) => (fields: object) => void lines.push({ level, ...(fields as Record<string, unknown>) })
  shop = await startGateway(
    {
      'users.authWrite': () => Buffer.from('{}'),
      'orders.timeline': () => ({ items: [] }),
      'users.readMe': () => ({}),
    },
    { GATEWAY_RATE_LIMIT: '40', GATEWAY_TRUSTED_PROXIES: '1' },
    { info: keep('info'), warn: keep('warn'), error: keep('error') },
  )
})
after(() => shop.stop())
beforeEach(() => {
  lines.length = 0
})
const events = () => lines.filter(({ event }) => event)
const from = (ip: string, more: Record<string, string> = {}) => ({ 'x-forwarded-for': ip, ...more })

test('a client that sends too many requests is logged once a minute, whatever it asks for', async () => {
  for (const path of ['/v1/categories', '/v1/me', '/v1/categories'])
    for (let i = 0; i < 30; i++) await shop.get(path, { headers: from('203.0.113.5') })
  assert.equal(lines.filter(({ status }) => status === 429).length > 30, true)
  assert.equal(events().length, 1)
  const [{ traceId, spanId, route, ...line }] = events() as [Line]
  assert.deepEqual(line, {
    level: 'warn',
    event: 'rate-limited',
    service: 'gateway',
    outcome: 'refused',
    ip: '203.0.113.5',
    userId: undefined,
  })
  assert.match(`${traceId} ${spanId}`, /^[0-9a-f]{32} [0-9a-f]{16}$/)
  assert.match(String(route), /^[a-z]+\.[a-zA-Z]+$/)
  for (let i = 0; i < 45; i++) await shop.get('/v1/categories', { headers: from('203.0.113.6') })
  assert.deepEqual(
    events().map(({ ip }) => ip),
    ['203.0.113.5', '203.0.113.6'],
  )
})

test('a page of another site, and who asks for what only staff may do, are logged', async () => {
  shop.sessions.set('a', identity())
  const headers = from('203.0.113.7', { origin: 'https://evil.example', 'content-type': 'application/json' })
  const foreign = await shop.get('/v1/auth/sign-in/email', { method: 'POST', body: '{}', headers })
  assert.equal(foreign.status, 403)
  const { headers: credentials } = bearer('a')
  const asked = await shop.get('/v1/customers', { headers: from('203.0.113.8', credentials as Record<string, string>) })
  assert.equal(asked.status, 403)
  await shop.get('/v1/customers', { headers: from('203.0.113.8') })
  assert.deepEqual(
    events().map(({ event, ip, route, userId }) => [event, ip, route, userId]),
    [
      ['origin-refused', '203.0.113.7', 'users.authWrite', undefined],
      ['access-refused', '203.0.113.8', 'users.listCustomers', shop.sessions.get('a')?.userId],
    ],
  )
})

/** Sends bytes and leaves; `waits`: after an answer. */
async function send(text: string, waits = true): Promise<void> {
  const socket = connect(Number(new URL(shop.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  if (waits)
    await Promise.race([once(socket, 'data'), once(socket, 'close'), new Promise((done) => setTimeout(done, 2_000))])
  socket.destroy()
}

test('what clients do wrong is never logged as our error', async () => {
  const put = `PUT /v1/orders/${randomUUID()} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
  for (const text of [
    'nonsense\r\n\r\n',
    '\u0016\u0003\u0001\u0000\u0000',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /v1/products/%c0%80 HTTP/1.1\r\nHost: x\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
    `${put}Content-Length: nine\r\n\r\n`,
    `${put}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `${put}Content-Length: 900000\r\n\r\n{`,
    `${put}Content-Length: 2\r\n\r\n{"`,
    `${put}Content-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc`,
  ])
    await send(text)
  for (const text of [
    `${put}Content-Length: 900\r\n\r\n{"cartId"`,
    `${put}Transfer-Encoding: chunked\r\n\r\n5\r\n{`,
    put,
  ])
    await send(text, false)
  const stream = `GET /v1/orders/${randomUUID()}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`
  await send(stream)
  await send(stream, false)
  await eventually('the last request was seen', () => lines.some(({ route }) => route === 'orders.timeline'))
  await new Promise((done) => setTimeout(done, 100))
  assert.deepEqual(
    lines.filter(({ level, status }) => level === 'error' || Number(status) >= 500),
    [],
  )
})
