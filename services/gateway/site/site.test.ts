// The API reference, the contracts as data, and the home page: they agree with the contracts, and browsers may show them safely.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { allMessages, allRoutes, isPublic } from '@souk/contracts'
import { Refusal, reply } from '@souk/service'
import { startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
before(async () => {
  shop = await startGateway(
    { 'products.listCategories': () => ({ items: [] }) },
    { GATEWAY_RATE_LIMIT: 'off', SOUK_PUBLIC_URL: 'https://shop.example', SOUK_SHOP_NAME: '<Ada’s> & "Co"' },
  )
})
after(() => shop.stop())

interface Operation {
  operationId: string
  security: object[]
  parameters: { name: string; in: string; required: boolean }[]
  requestBody?: { content: Record<string, object> }
  responses: Record<
    string,
    { content?: Record<string, { schema: { allOf?: { properties?: { code: { enum: string[] } } }[] } }> }
  >
}

test('openapi.json describes every public route that is not hidden, as its contract does', async () => {
  const { body, headers } = await shop.ask('/openapi.json')
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(body.openapi, '3.1.1')
  assert.deepEqual(body.servers, [{ url: 'https://shop.example' }])
  const paths = body.paths as Record<string, Record<string, Operation>>
  const told: Map<string, Operation> = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  )
  const documented = allRoutes.filter((route) => isPublic(route) && !route.hidden)
  for (const route of documented) {
    const name = `${route.service}.${route.name}`
    const [line, operation] = [...told].find(([, one]) => one.operationId === name) ?? assert.fail(name)
    const { responses, parameters } = operation
    assert.equal(line.replaceAll(/\{\w+\}/g, '{}'), `${route.method} ${route.path.replaceAll(/:\w+/g, '{}')}`)
    assert.deepEqual(
      parameters.filter((one) => one.in === 'path').map((one) => one.name),
      [...line.matchAll(/\{(\w+)\}/g)].map(([, word]) => word),
      name,
    )
    for (const status of [route.status ?? 200, ...(route.otherStatuses ?? [])])
      assert.ok(responses[status], `${name} ${status}`)
    for (const [code, status] of Object.entries(route.refusals ?? {})) {
      const codes = responses[status]?.content?.['application/problem+json']?.schema.allOf?.[1]?.properties?.code.enum
      assert.ok(codes?.includes(code), `${name} ${code}`)
    }
    assert.equal(operation.security.length > 0, route.access !== 'anyone', name)
    assert.equal(operation.requestBody !== undefined, route.body !== undefined, name)
  }
  const shapes = Object.keys(paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'))
  assert.equal(new Set(shapes).size, shapes.length, 'No two paths differ only in the names of their fields.')
  const others = [...told]
    .filter(([, one]) => !documented.some((route) => one.operationId === `${route.service}.${route.name}`))
    .map(([line]) => line)
  assert.ok(others.length > 0 && others.every((name) => name.startsWith('POST /v1/auth/')), others.join())
  const ids = [...told.values()].map((one) => one.operationId)
  assert.equal(new Set(ids).size, ids.length, 'Every operation has a name of its own.')
  everyReferenceLeadsSomewhere(body)
})

test('asyncapi.json describes every message', async () => {
  const { body } = await shop.ask('/asyncapi.json')
  assert.equal(body.asyncapi, '3.0.0')
  assert.deepEqual(Object.keys(body.channels as object).toSorted(), [...allMessages.keys()].toSorted())
  const actions = Object.values(body.operations as Record<string, { action: string; channel: { $ref: string } }>)
  const commands = actions
    .filter(({ action }) => action === 'receive')
    .map(({ channel }) => channel.$ref.split('/').at(-1))
  assert.deepEqual(commands.toSorted(), ['inventory.hold-stock', 'payments.cancel-payment', 'payments.refund-payment'])
  everyReferenceLeadsSomewhere(body)
})

test('the reference shows every route with a call to copy, and loads nothing from other sites', async () => {
  const response = await shop.get('/docs')
  const text = await response.text()
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
  for (const route of allRoutes.filter((one) => isPublic(one) && !one.hidden)) {
    assert.ok(text.includes(`id="${route.service}-${route.name}"`), route.name)
    for (const code of Object.keys(route.refusals ?? {})) assert.ok(text.includes(`<code>${code}</code>`), code)
  }
  assert.doesNotMatch(text, /<script|src=|@import|url\(|javascript:/i)
  assert.doesNotMatch(text, /\[object Object\]|>undefined<|>NaN<|\/internal\//)
  for (const [, anchor] of text.matchAll(/href="#([\w-]+)"/g))
    assert.ok(text.includes(`id="${anchor}"`), String(anchor))
  assert.ok(text.includes('curl -X PUT'))
  assert.ok(text.includes('&lt;Ada’s&gt; &amp; &quot;Co&quot;') && !text.includes('<Ada’s>'))
  const etag = response.headers.get('etag') as string
  assert.equal((await shop.get('/docs', { headers: { 'if-none-match': etag } })).status, 304)
})

test('the home page says which services are running', async () => {
  const healthy = await (await shop.get('/developers')).text()
  assert.equal(healthy.match(/>running</g)?.length, 8)
  assert.equal([...shop.asked.keys()].includes('payments.list'), false, 'A refusal is answer enough.')
  const serviceCalls = shop.running.serviceCalls as { call: unknown }
  const { call } = shop.running.serviceCalls
  serviceCalls.call = (route: { service: string }, request: never) =>
    route.service === 'payments'
      ? Promise.reject(new Refusal('unavailable', 503, 'Down.'))
      : call(route as never, request)
  await new Promise((resolve) => setTimeout(resolve, 3_100))
  const page = await (await shop.get('/developers')).text()
  serviceCalls.call = call
  assert.deepEqual([page.match(/>running</g)?.length, page.match(/>not answering</g)?.length], [7, 1])
})

test('every response has security headers (sec-D07)', async () => {
  const answers = await Promise.all(
    [
      '/developers',
      '/docs',
      '/openapi.json',
      '/v1/categories',
      '/v1/categories',
      '/v1/me',
      '/v1/nothing',
      '/v1/products?limit=x',
      '/mailbox',
    ].map((path) => shop.get(path)),
  )
  for (const { url, headers } of answers) {
    assert.equal(headers.get('x-content-type-options'), 'nosniff', url)
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, url)
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, url)
    assert.equal(headers.get('x-frame-options'), 'DENY', url)
    assert.equal(headers.get('referrer-policy'), 'same-origin', url)
    assert.match(headers.get('strict-transport-security') ?? '', /max-age=\d{8}/, url)
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/, url)
    assert.ok(headers.get('cache-control'), url)
    assert.equal(headers.get('x-powered-by') ?? headers.get('server'), null, url)
  }
})

test('pages may show our own pictures and frames, and mails may be framed by our own pages only', async () => {
  const page = () => reply(200, Buffer.from('<p>'), { 'content-type': 'text/html; charset=utf-8' })
  shop.answers['notifications.mailbox'] = page
  shop.answers['notifications.readMailBody'] = page
  const box = await shop.get('/mailbox')
  assert.match(box.headers.get('content-security-policy') ?? '', /frame-src 'self'.*frame-ancestors 'none'/)
  const mail = await shop.get('/mailbox/01990a3e-7c1d-7b52-9f6e-2f7d1c0a4b11/html')
  assert.match(mail.headers.get('content-security-policy') ?? '', /frame-ancestors 'self'/)
  assert.equal(mail.headers.get('x-frame-options'), 'SAMEORIGIN')
})

test('an answer that is not what its route declares gets the headers of data', async () => {
  const html = () => reply(200, Buffer.from('<p>'), { 'content-type': 'text/html; charset=utf-8' })
  shop.answers['users.authRead'] = html
  shop.answers['products.readPicture'] = html
  for (const path of ['/v1/auth/ok', '/v1/images/01990a3e-7c1d-7b52-9f6e-2f7d1c0a4b11/small.webp']) {
    const { headers } = await shop.get(path)
    assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'", path)
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', path)
  }
})

function everyReferenceLeadsSomewhere(document: object) {
  for (const [, path] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = (path as string)
      .split('/')
      .reduce<unknown>((at, word) => (at as Record<string, unknown>)?.[word], document)
    assert.ok(found, String(path))
  }
}
