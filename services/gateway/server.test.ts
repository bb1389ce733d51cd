// The HTTP server: which paths are served, what is refused early, what is forwarded and what is not.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { allRoutes, isPublic, pathOf, type Route } from '@souk/contracts'
import { reply } from '@souk/service'
import { bearer, identity, startGateway, type TestGateway } from './fixture.ts'
import { raw } from './raw-http.ts'

let shop: TestGateway
let seen: { headers: Record<string, string | undefined>; ip: string; body: unknown; caller: unknown; url: string }
before(async () => {
  shop = await startGateway(
    {
      'users.readMe': (request) => {
        seen = request as never
        return { ...me, email: request.caller.email }
      },
      'users.authWrite': (request) => {
        seen = request as never
        return reply(200, Buffer.from('{"ok":true}'), {
          'content-type': 'application/json',
          'set-cookie': ['a=1; Path=/', 'b=2; Path=/'],
          connection: 'x-secret',
          'access-control-allow-origin': '*',
          'content-security-policy': "default-src 'self'",
        })
      },
      'payments.webhook': (request) => {
        seen = request as never
      },
    },
    { GATEWAY_RATE_LIMIT: 'off' },
  )
})
after(() => shop.stop())

const me = {
  id: randomUUID(),
  email: 'a@example.com',
  emailVerified: true,
  name: 'Ada',
  role: 'customer',
  createdAt: new Date().toISOString(),
}
const sample: Record<string, string> = {
  language: 'en',
  slug: 'a',
  sku: 'A',
  size: 'small.webp',
  provider: 'simulator',
  intentId: 'x',
}
function pathTo(route: Route): string {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)
  return pathOf(route, {
    ...Object.fromEntries(names.map((name) => [name, sample[name] ?? randomUUID()])),
    '*': route.rest?.[0] ?? '',
  })
}

test('every public route of every contract is served, and no other', async () => {
  for (const route of allRoutes) {
    const { status } = await shop.get(pathTo(route), { method: route.method })
    const isThere = ![404, 405].includes(status)
    assert.equal(isThere, isPublic(route), `${route.method} ${route.path} answered ${status}`)
  }
})

test('a caller that may not call a route is refused', async () => {
  shop.sessions.set('customer', identity())
  shop.sessions.set('staff', identity('staff'))
  for (const route of allRoutes.filter(isPublic)) {
    const path = pathTo(route)
    const ask = async (token?: string) =>
      (
        await shop.get(path, {
          method: route.method,
          headers: token
            ? { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
            : { 'content-type': 'application/json' },
        })
      ).status
    const [anonymous, customer, staff] = [await ask(), await ask('customer'), await ask('staff')]
    const name = `${route.method} ${route.path}: ${anonymous} ${customer} ${staff}`
    assert.equal(anonymous === 401, route.access !== 'anyone', name)
    assert.equal(customer === 403, route.access === 'staff', name)
    assert.ok(staff !== 401 && staff !== 403, name)
  }
})

test('a caller that may not send a body is refused before sending it', async () => {
  const { status } = await raw(
    shop.url,
    `POST /v1/products/${randomUUID()}/images HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000000\r\n\r\n`,
  )
  assert.equal(status, 401)
})

test('a path that does not exist is not found, however it is spelled', async () => {
  shop.sessions.set('staff', identity('staff'))
  const paths = [
    '/internal/sessions/exchange',
    '/INTERNAL/sessions/exchange',
    '/health/live',
    '/health',
    '/metrics',
    '/debug',
    '/admin',
    '/ADMIN',
    '/v1',
    '/v1/',
    '/V1/me',
    '/v1/me/',
    '//v1/me',
    '/v1//me',
    '/v1/me;x',
    '/v1/me%2f',
    '/v1/%6de%2f',
    '/v1/./me',
    '/v1/../internal/sessions/exchange',
    '/v1/auth/../../internal/sessions/exchange',
    '/v1/auth/..%2f..%2finternal',
    '/v1/auth/%2e%2e/x',
    '/v1/products/a%00',
    '/v1/me%5c',
    '/.env',
    '/v2/me',
  ]
  for (const path of paths) {
    const {
      status,
      head: headers,
      body,
    } = await raw(
      shop.url,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer staff\r\nconnection: close\r\n\r\n`,
    )
    assert.equal(status, 404, path)
    assert.match(headers, /content-type: application\/problem\+json/i, path)
    assert.match(headers, /x-content-type-options: nosniff/i, path)
    assert.equal(JSON.parse(body).code, 'not-found', path)
  }
})

test('the refusal of a wrong method lists the right ones', async () => {
  const { status, headers, body } = await shop.ask('/v1/me', { method: 'PUT' })
  assert.deepEqual(
    [status, body.code, headers.get('allow')],
    [405, 'method-not-allowed', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
  )
  const paths = [
    ['GET', '/v1/auth/sign-in/email', 'OPTIONS, POST'],
    ['DELETE', '/v1/auth/sign-out', 'OPTIONS, POST'],
    ['POST', '/v1/auth/get-session', 'GET, HEAD, OPTIONS'],
  ] as const
  for (const [method, path, allow] of paths) {
    const refused = await shop.get(path, { method })
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, allow], path)
    const asked = await shop.get(path, { method: 'OPTIONS' })
    assert.deepEqual([asked.status, asked.headers.get('allow')], [204, allow], path)
  }
  for (const method of ['GET', 'POST', 'PUT', 'OPTIONS'])
    assert.equal((await shop.get('/v1/auth/no-such-route', { method })).status, 404)
  const options = await shop.get('/v1/me', { method: 'OPTIONS' })
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'DELETE, GET, HEAD, OPTIONS, PATCH'])
  assert.equal((await raw(shop.url, 'TRACE /v1/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).status, 405)
  shop.sessions.set('customer', identity())
  assert.equal((await shop.get('/v1/me', { method: 'HEAD', ...bearer('customer') })).status, 200)
  const overridden = await shop.ask('/v1/me', { method: 'POST', headers: { 'x-http-method-override': 'DELETE' } })
  assert.equal(overridden.status, 405)
})

test('an unreadable request is refused as a problem, with all headers', async () => {
  const cases: [string, number][] = [
    ['GET /v1/products/%E0%A4%A HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
    [`GET /v1/me HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['BREW /v1/me HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    [
      'POST /v1/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['POST /v1/auth/sign-out HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n', 400],
    ['POST /v1/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd', 400],
  ]
  for (const [text, expected] of cases) {
    const { status, head: headers, body } = await raw(shop.url, text)
    assert.equal(status, expected, text.slice(0, 80))
    assert.match(headers, /content-type: application\/problem\+json/i, text.slice(0, 80))
    assert.match(headers, /x-content-type-options: nosniff/i, text.slice(0, 80))
    assert.equal(JSON.parse(body).status, expected)
  }
})

test('bodies are JSON of a size that the contract allows', async () => {
  const put = (body: string, type: string) =>
    shop.ask(`/v1/carts/${randomUUID()}`, { method: 'PUT', body, headers: { 'content-type': type } })
  assert.equal((await put('{"lines":[]}', 'text/plain')).body.code, 'unsupported-media-type')
  assert.equal((await put('lines=1', 'application/x-www-form-urlencoded')).status, 415)
  assert.equal((await put('{"lines":[]}', 'application/jsonx')).status, 415)
  assert.equal((await put(`{"x":"${'a'.repeat(70_000)}"}`, 'application/json')).body.code, 'too-large')
  assert.equal((await put('{"lines":', 'application/json; charset=utf-8')).body.code, 'invalid-request')
  assert.equal((await put('{"lines":[],"total":1}', 'application/json')).body.code, 'invalid-request')
})

test('only listed headers reach a service, so no client can pretend to be another', async () => {
  const who = identity()
  shop.sessions.set('someone', who)
  const response = await raw(
    shop.url,
    [
      'GET /v1/me HTTP/1.1',
      'host: evil.example',
      'authorization: Bearer someone',
      'x-user-id: 1',
      'x-client-ip: 6.6.6.6',
      'x-forwarded-for: 6.6.6.6',
      'x-time-left-ms: 99999999',
      'accept-language: de',
      'connection: close, authorization, x-user-id, x-client-ip',
      '\r\n',
    ].join('\r\n'),
  )
  assert.equal(response.status, 200)
  assert.deepEqual(Object.keys(seen.headers), ['accept-language'])
  assert.equal(seen.ip, '127.0.0.1')
  assert.deepEqual(seen.caller, { service: 'gateway', ...who })
})

test('bytes pass unread in both directions, cookies only on routes that manage sessions', async () => {
  const response = await shop.get('/v1/auth/sign-in/email?a=1&b=%32', {
    method: 'POST',
    body: '{"raw" : true}',
    headers: { 'content-type': 'application/json', cookie: 'x=y' },
  })
  assert.equal(await response.text(), '{"ok":true}')
  assert.deepEqual(response.headers.getSetCookie(), ['a=1; Path=/', 'b=2; Path=/'])
  assert.equal(response.headers.get('content-security-policy'), "default-src 'self'")
  assert.equal(response.headers.get('access-control-allow-origin'), null)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(String(seen.body), '{"raw" : true}')
  assert.equal(seen.headers.cookie, 'x=y')
  assert.equal(seen.url, '/v1/auth/sign-in/email?a=1&b=%32')

  const told = await shop.get('/v1/payments/webhooks/simulator', {
    method: 'POST',
    body: Buffer.from([0, 255, 1]),
    headers: { 'souk-signature': 's', cookie: 'x=y' },
  })
  assert.equal(told.status, 204)
  assert.deepEqual([...(seen.body as Buffer)], [0, 255, 1])
  assert.deepEqual([seen.headers['souk-signature'], seen.headers.cookie], ['s', undefined])
})

test('every answer names its trace, which no client can choose', async () => {
  const traceId = 'a'.repeat(32)
  const traceparents = [`00-${traceId}-${'b'.repeat(16)}-01`, `00-${traceId}-${'b'.repeat(16)}-00`, 'nonsense']
  const begun = new Set<string>()
  for (const traceparent of traceparents) {
    const headers = { traceparent, tracestate: 'a=b', 'x-request-id': traceId }
    const answer = await shop.get('/v1/nothing', { headers })
    const id = answer.headers.get('x-request-id') ?? ''
    assert.match(id, /^[0-9a-f]{32}$/)
    assert.equal(((await answer.json()) as { requestId: string }).requestId, id)
    begun.add(id)
  }
  assert.equal(begun.size, traceparents.length)
  assert.ok(!begun.has(traceId))
})
