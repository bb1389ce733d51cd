// What arrives on the wire and is not plain HTTP: refused as a problem with a code, or read as RFC 9110 and 9112 say.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { commonRefusals } from '@souk/contracts'
import { eventually } from '@souk/service/fixture'
import { startGateway, type TestGateway } from './fixture.ts'
import { type RawAnswer, raw, rawAnswers } from './raw-http.ts'

let shop: TestGateway
let host: string
before(async () => {
  shop = await startGateway(
    {
      'products.listCategories': () => ({ items: [] }),
      'inventory.availability': () => ({ items: [] }),
      'users.authWrite': () => Buffer.from('{}'),
    },
    { GATEWAY_RATE_LIMIT: 'off', GATEWAY_HEADER_SECONDS: '1', GATEWAY_REQUEST_SECONDS: '2' },
  )
  host = new URL(shop.url).host
})
after(() => shop.stop())

/** A request with the headers that every request needs. */
const request = (line: string, headers: string[] = [], body = '') =>
  [`${line} HTTP/1.1`, `host: ${host}`, 'connection: close', ...headers, '', body].join('\r\n')
const path = '/v1/categories'

function assertProblem(answer: RawAnswer, status: number, code: string, about: string) {
  assert.equal(answer.status, status, `${about}: ${answer.head}`)
  assert.deepEqual(answer.headers.get('content-type'), ['application/problem+json; charset=utf-8'], about)
  assert.deepEqual(answer.headers.get('cache-control'), ['no-store'], about)
  assert.deepEqual(answer.headers.get('x-content-type-options'), ['nosniff'], about)
  assert.match(answer.headers.get('x-request-id')?.[0] ?? '', /^[0-9a-f]{32}$/, about)
  const problem = JSON.parse(answer.body)
  assert.deepEqual([problem.status, problem.code], [status, code], about)
  assert.equal(problem.requestId, answer.headers.get('x-request-id')?.[0], about)
  assert.equal((commonRefusals as Record<string, number>)[code], status, `${code} is declared`)
}

const bare = (text: string) => `${text}\r\n\r\n`
const strange: [about: string, bytes: string | Buffer, status: number, code: string][] = [
  ['two Host headers', bare(`GET ${path} HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close`), 400, 'invalid-request'],
  [
    'the same Host twice',
    bare(`GET ${path} HTTP/1.1\r\nHost: a\r\nhost: a\r\nconnection: close`),
    400,
    'invalid-request',
  ],
  ['no Host', bare(`GET ${path} HTTP/1.1\r\nconnection: close`), 400, 'invalid-request'],
  ['an empty Host', bare(`GET ${path} HTTP/1.1\r\nhost:\r\nconnection: close`), 400, 'invalid-request'],
  ...['a b', 'a/b', 'user@a', 'http://a', 'a:b', 'a:1:2', 'a,b', '[::1', 'a?b', 'é', '%zz'].map(
    (value) =>
      [
        `a Host that is none: ${value}`,
        bare(`GET ${path} HTTP/1.1\r\nhost: ${value}\r\nconnection: close`),
        400,
        'invalid-request',
      ] as [string, string, number, string],
  ),
  [
    'two tokens',
    request(`GET ${path}`, ['authorization: Bearer a', 'authorization: Bearer b']),
    400,
    'invalid-request',
  ],
  [
    'two media types',
    request(
      'POST /v1/auth/sign-in/email',
      ['content-type: application/json', 'content-type: text/plain', 'content-length: 2'],
      '{}',
    ),
    400,
    'invalid-request',
  ],
  ...['gzip', 'br', 'deflate', 'zstd', 'x', 'gzip, identity', 'identity, br'].map(
    (coding) =>
      [
        `a body in ${coding}`,
        request(
          'POST /v1/auth/sign-in/email',
          ['content-type: application/json', `content-encoding: ${coding}`, 'content-length: 2'],
          '{}',
        ),
        415,
        'unsupported-content-encoding',
      ] as [string, string, number, string],
  ),
  [
    'many headers',
    request(
      `GET ${path}`,
      Array.from({ length: 120 }, (_, i) => `x${i}: 1`),
    ),
    431,
    'headers-too-large',
  ],
  ['large headers', request(`GET ${path}`, [`x: ${'a'.repeat(20_000)}`]), 431, 'headers-too-large'],
  ['a long query', request(`GET ${path}?${'a'.repeat(9_000)}`), 414, 'uri-too-long'],
  ['a very long query', request(`GET ${path}?${'a'.repeat(40_000)}`), 414, 'uri-too-long'],
  ['a long path', request(`GET /${'a'.repeat(9_000)}`), 414, 'uri-too-long'],
  ['an expectation that nobody knows', request(`GET ${path}`, ['expect: 200-ok']), 417, 'expectation-failed'],
  [
    'a length and chunks',
    request('POST /v1/auth/sign-out', ['content-length: 3', 'transfer-encoding: chunked'], '0\r\n\r\n'),
    400,
    'invalid-request',
  ],
  [
    'chunks and a length',
    request('POST /v1/auth/sign-out', ['transfer-encoding: chunked', 'content-length: 3'], '0\r\n\r\n'),
    400,
    'invalid-request',
  ],
  [
    'another transfer coding',
    request('POST /v1/auth/sign-out', ['transfer-encoding: gzip, chunked'], '0\r\n\r\n'),
    400,
    'invalid-request',
  ],
  [
    'chunks twice',
    request('POST /v1/auth/sign-out', ['transfer-encoding: chunked, chunked'], '0\r\n\r\n'),
    400,
    'invalid-request',
  ],
  [
    'chunks in HTTP/1.0',
    bare(`POST /v1/auth/sign-out HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked`),
    400,
    'invalid-request',
  ],
  [
    'two lengths',
    request('POST /v1/auth/sign-out', ['content-length: 3', 'content-length: 4'], 'abcd'),
    400,
    'invalid-request',
  ],
  [
    'the same length twice',
    request('POST /v1/auth/sign-out', ['content-length: 3', 'content-length: 3'], 'abc'),
    400,
    'invalid-request',
  ],
  ['a list of lengths', request('POST /v1/auth/sign-out', ['content-length: 3, 3'], 'abc'), 400, 'invalid-request'],
  ['a negative length', request('POST /v1/auth/sign-out', ['content-length: -1']), 400, 'invalid-request'],
  ['a length with a plus', request('POST /v1/auth/sign-out', ['content-length: +3'], 'abc'), 400, 'invalid-request'],
  [
    'a chunk size that is none',
    request('POST /v1/auth/sign-out', ['transfer-encoding: chunked'], 'zz\r\nabc\r\n0\r\n\r\n'),
    400,
    'invalid-request',
  ],
  ['a folded header', request(`GET ${path}`, ['x: a', ' b']), 400, 'invalid-request'],
  [
    'a folded Host',
    bare(`GET ${path} HTTP/1.1\r\nhost:\r\n ${'localhost'}\r\nconnection: close`),
    400,
    'invalid-request',
  ],
  ['a space before the colon', request(`GET ${path}`, ['x : a']), 400, 'invalid-request'],
  ['a NUL in a header', request(`GET ${path}`, ['x: a\0b']), 400, 'invalid-request'],
  ['a bare CR in a header', request(`GET ${path}`, ['x: a\rb']), 400, 'invalid-request'],
  ['lines that end in LF alone', `GET ${path} HTTP/1.1\nhost: ${'a'}\n\n`, 400, 'invalid-request'],
  ['a method in lower case', request(`get ${path}`), 400, 'invalid-request'],
  ['a method that nobody knows', request(`BREW ${path}`), 400, 'invalid-request'],
  ['another protocol version', bare(`GET ${path} HTTP/3.0\r\nhost: a`), 400, 'invalid-request'],
  ['a request line without version', 'GET /\r\n\r\n', 400, 'invalid-request'],
  ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'invalid-request'],
  [
    'a TLS handshake',
    Buffer.from([0x16, 0x03, 0x01, 0x00, 0xa5, 0x01, 0x00, 0x00, 0xa1, 0x03, 0x03]),
    400,
    'invalid-request',
  ],
  ['a target without a slash', request('GET v1/categories'), 400, 'invalid-request'],
  ['a fragment in the target', request(`GET ${path}#x`), 400, 'invalid-request'],
  [
    'bytes in the path that are no ASCII',
    Buffer.from(request('GET /v1/cat\xe9gories'), 'latin1'),
    400,
    'invalid-request',
  ],
  ['an unfinished percent encoding', request('GET /v1/products/%E0%A4%A'), 400, 'invalid-request'],
  ['another scheme in the target', request('GET ftp://a/v1/categories'), 400, 'invalid-request'],
  ['a user in the target', request(`GET http://user@a${path}`), 400, 'invalid-request'],
  ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n', 405, 'method-not-allowed'],
  ['a tunnel to a path', `CONNECT ${path} HTTP/1.1\r\nhost: a\r\n\r\n`, 405, 'method-not-allowed'],
  ['TRACE', request(`TRACE ${path}`), 405, 'method-not-allowed'],
  ['PROPFIND', request(`PROPFIND ${path}`), 405, 'method-not-allowed'],
]
for (const [about, bytes, status, code] of strange) {
  test(`refuses ${about} with ${status}`, async () => {
    const answers = await rawAnswers(shop.url, bytes)
    assert.equal(answers.length, 1, 'one answer, and the connection is closed')
    assertProblem(answers[0] as RawAnswer, status, code, about)
    const more = { 405: 'allow', 415: 'accept-encoding' }[status]
    if (more) assert.equal(answers[0]?.headers.get(more)?.length, 1, more)
  })
}

test('reads what RFC 9112 lets a client write in another way', async () => {
  const fine: [string, string][] = [
    ['absolute form, as proxies get it', request(`GET http://${host}${path}`)],
    ['absolute form: its host counts, not the header', request(`GET HTTP://Shop.Example${path}`)],
    ['HTTP/1.0 without Host', bare(`GET ${path} HTTP/1.0`)],
    ['an empty line before the request', `\r\n${request(`GET ${path}`)}`],
    ['a range, which is ignored', request(`GET ${path}`, ['range: bytes=0-1'])],
    ['an empty query', request(`GET ${path}?`)],
    ['identity as content encoding', request(`GET ${path}`, ['content-encoding: identity'])],
    ['an IPv6 host', bare(`GET ${path} HTTP/1.1\r\nhost: [::1]:80\r\nconnection: close`)],
    ['a host with a port', bare(`GET ${path} HTTP/1.1\r\nhost: a_b.example.:80\r\nconnection: close`)],
    ['a body on GET, which is not read', request(`GET ${path}`, ['content-length: 3'], 'abc')],
    [
      'an upgrade, which is ignored',
      bare(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close, upgrade\r\nupgrade: websocket`),
    ],
  ]
  for (const [about, text] of fine) {
    const answer = await raw(shop.url, text)
    assert.equal(answer.status, 200, `${about}: ${answer.head}`)
    assert.match(answer.body, /"items":\[\]/, about)
  }
  const whole = await raw(shop.url, 'OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
  assert.equal(whole.status, 204)
  assert.deepEqual(whole.headers.get('allow'), ['DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'])
})

test('a client that asks before it sends a body is told to go on, or is refused at once', async () => {
  const post = (target: string, headers: string[], body = '') =>
    rawAnswers(shop.url, request(`POST ${target}`, ['expect: 100-continue', ...headers], body))
  const json = ['content-type: application/json', 'content-length: 2']
  assert.deepEqual(
    (await post('/v1/auth/sign-in/email', json, '{}')).map(({ status }) => status),
    [100, 200],
  )
  const image = ['content-length: 1000000']
  for (const [target, headers, status] of [
    [`/v1/products/${randomUUID()}/images`, image, 401],
    ['/v1/nothing', json, 404],
    ['/v1/auth/sign-in/email', ['content-type: application/json', 'content-length: 1000000'], 413],
    ['/v1/auth/sign-in/email', [...json, 'content-encoding: gzip'], 415],
  ] as const)
    assert.deepEqual(
      (await post(target, [...headers])).map((answer) => answer.status),
      [status],
      target,
    )
})

test('a client that sends too slowly is refused, be it headers or a body', async () => {
  const slowly = async (first: string, then: string) => {
    const { port } = new URL(shop.url)
    const socket = connect(Number(port), '127.0.0.1')
    let received = ''
    socket.on('data', (part) => (received += part))
    socket.on('error', () => undefined)
    socket.write(first)
    let sent = 0
    const trickle = setInterval(() => {
      sent += 1
      socket.write(then)
    }, 200)
    await new Promise((resolve) => socket.once('close', resolve))
    clearInterval(trickle)
    assert.ok(sent < 60, `${sent} pieces were taken: the limits are not enforced when they say.`)
    return received
  }
  const cases: [string, string][] = [
    [`GET ${path} HTTP/1.1\r\nhost: a\r\n`, 'x: y\r\n'],
    ['GET /', 'a'],
    [request('POST /v1/auth/sign-in/email', ['content-type: application/json', 'content-length: 50000']), ' '],
    [
      request('POST /v1/auth/sign-in/email', ['content-type: application/json', 'transfer-encoding: chunked']),
      '1\r\n \r\n',
    ],
  ]
  const all = await Promise.all(cases.map(([first, then]) => slowly(first, then)))
  for (const received of all) {
    assert.match(received, /^HTTP\/1.1 408 Request Timeout\r\n/)
    assert.match(received, /"code":"timed-out"/)
  }
})

test('whoever is refused while sending can read why', async () => {
  const body = Buffer.alloc(3_000_000, 'a')
  const head = (target: string) =>
    `POST ${target} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  assert.equal((await raw(shop.url, head('/v1/auth/sign-in/email'), body)).status, 413)
  assert.equal((await raw(shop.url, head(`/v1/products/${randomUUID()}/images`), body)).status, 401)
})

test('connections are limited, for each address and in all', async () => {
  const small = await startGateway(
    { 'products.listCategories': () => ({ items: [] }) },
    { GATEWAY_CONNECTIONS_PER_ADDRESS: '3', GATEWAY_CONNECTIONS: '10' },
  )
  try {
    const { port } = new URL(small.url)
    const open = Array.from({ length: 3 }, () => connect(Number(port), '127.0.0.1'))
    for (const socket of open) socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('data', resolve))))
    const refused = await raw(small.url, request(`GET ${path}`))
    assertProblem(refused, 503, 'too-many-connections', 'a fourth connection')
    assert.deepEqual(refused.headers.get('retry-after'), ['1'])
    for (const socket of open) socket.destroy()
    await eventually('there is room again', async () => (await raw(small.url, request(`GET ${path}`))).status === 200)
  } finally {
    await small.stop()
  }
})
