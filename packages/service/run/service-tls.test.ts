// TLS between services over real connections: who is refused, and how certificates change while requests go on. The certificates are
// those of tests/certificates.
import assert from 'node:assert/strict'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { defineApi, Shape } from '@souk/contracts'
import { Type } from 'typebox'
import { anonymous, eventually, startForTest, type TestOptions, type TestShop } from '../fixture.ts'
import { type AnyService, defineService, handle, WrongSettings } from '../index.ts'

const certificates = join(import.meta.dirname, '..', '..', '..', 'tests', 'certificates')
const folder = mkdtempSync(join(tmpdir(), 'souk-tls-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const api = defineApi('inventory', 'Counts.', {
  count: {
    method: 'GET',
    path: '/v1/count',
    access: 'anyone',
    summary: 'Count',
    reply: Shape({ count: Type.Number() }),
  },
})
const counting = defineService({
  name: 'inventory',
  api,
  settings: {},
  calls: {},
  routes: { count: handle(api.routes.count, async () => ({ count: 1 })) },
}) as AnyService

let folders = 0
/** A folder with the files of one process, which a test may change. */
function filesOf(name: string, authority = 'authority') {
  const own = join(folder, String(folders++))
  mkdirSync(own)
  const files = { cert: join(own, 'tls.pem'), key: join(own, 'tls.key'), ca: join(own, 'ca.pem') }
  const put = (certificate: string) => {
    for (const [ending, file] of [
      ['pem', files.cert],
      ['key', files.key],
    ] as const) {
      copyFileSync(join(certificates, `${certificate}.${ending}`), `${file}.new`)
      renameSync(`${file}.new`, file)
    }
  }
  put(name)
  copyFileSync(join(certificates, `${authority}.pem`), files.ca)
  return { ...files, put, env: envOf(files) }
}
const envOf = ({ cert, key, ca }: { cert: string; key: string; ca: string }) => ({
  SOUK_TLS_CERT: cert,
  SOUK_TLS_KEY: key,
  SOUK_TLS_CA: ca,
})

type Line = Record<string, unknown> & { sentence: string }
function listeningLog() {
  const lines: Line[] = []
  const note = (fields: object, sentence: string) => void lines.push({ ...fields, sentence })
  return { lines, log: { info: note, warn: note, error: note } }
}
async function startShop(
  services: readonly AnyService[],
  env: Record<string, string>,
  options: Partial<TestOptions> = {},
): Promise<{ shop: TestShop; url: string; lines: Line[]; [Symbol.asyncDispose](): Promise<void> }> {
  const { lines, log } = listeningLog()
  const listen = { host: '127.0.0.1', port: 0 }
  const shop = await startForTest(services, { env, listen, log, ...options })
  const url = shop.running.services.get('inventory')?.url ?? ''
  return { shop, url, lines, [Symbol.asyncDispose]: shop.stop }
}
const startCaller = (env: Record<string, string>, inventory: string) => startShop([], env, { remotes: { inventory } })
const count = async ({ shop }: { shop: TestShop }) => (await shop.as(api, anonymous).count({})).count
const has = (lines: readonly Line[], words: RegExp) => lines.some((line) => words.test(JSON.stringify(line)))

/** A connection to the server; resolves with it when the handshake is complete at our side. */
function open(url: string, options: object): Promise<TLSSocket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const ca = readFileSync(join(certificates, 'authority.pem'))
    const socket = connect({ host: hostname, port: Number(port), ca, ...options }, () => resolve(socket))
    socket.once('error', reject)
  })
}
/** The name in the certificate that the server shows on a new connection. */
async function shownBy(url: string): Promise<string | undefined> {
  const socket = await open(url, pairOf('service'))
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return subject.CN as string
}
const pairOf = (name: string) => ({
  cert: readFileSync(join(certificates, `${name}.pem`)),
  key: readFileSync(join(certificates, `${name}.key`)),
})

test('services with certificates of one authority call each other', async () => {
  await using called = await startShop([counting], filesOf('service').env)
  assert.match(called.url, /^https:/)
  await using caller = await startCaller(filesOf('renewed').env, called.url)
  assert.equal(await count(caller), 1)
  assert.match(
    await called.shop.running.metrics.registry.metrics(),
    /souk_certificate_days_left\{service="inventory"\} \d{5}/,
  )
})

test('plain HTTP is refused with a sentence that says what to do', async () => {
  await using called = await startShop([counting], filesOf('service').env)
  const answer = await fetch(`${called.url.replace('https:', 'http:')}/v1/count`)
  assert.equal(answer.status, 400)
  assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  assert.match(((await answer.json()) as { detail: string }).detail, /speaks TLS.*https:/)
})

test('a caller without a certificate, or with one of another authority, is refused and named in the log', async () => {
  await using called = await startShop([counting], filesOf('service').env)
  const ask = (pair: object) =>
    new Promise<unknown>((resolve) => {
      const ca = readFileSync(join(certificates, 'authority.pem'))
      const asking = request(`${called.url}/v1/count`, { ca, ...pair, agent: false }, ({ statusCode }) =>
        resolve(statusCode),
      )
      asking.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code)).end()
    })
  assert.match(String(await ask({})), /CERTIFICATE_REQUIRED|ECONNRESET|EPIPE/)
  await eventually('the log says so', () => has(called.lines, /without a complete TLS handshake.*|PEER_DID_NOT_RETURN/))
  assert.match(String(await ask(pairOf('stranger'))), /ECONNRESET|EPIPE/)
  assert.equal(await ask(pairOf('service')), 401, 'the certificate alone is no service token')
})

test('the refusal of a certificate of another authority is logged with its address', async () => {
  await using called = await startShop([counting], filesOf('service').env)
  await using stranger = await startCaller(filesOf('stranger', 'other-authority').env, called.url)
  await assert.rejects(count(stranger), { code: 'unavailable' })
  await using trusting = await startCaller(filesOf('service').env, called.url)
  assert.equal(await count(trusting), 1)
  await eventually('both sides say so', () =>
    [stranger, called].every(({ lines }) => has(lines, /could not be reached.*|TLS handshake/)),
  )
  const line = called.lines.find(({ sentence }) => sentence.includes('TLS handshake'))
  assert.equal(line?.address, '127.0.0.1')
})

test('a service whose certificate names another host, or is of another authority, is not called', async () => {
  for (const [name, authority, reason] of [
    ['elsewhere', 'authority', /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate/],
    ['stranger', 'other-authority', /unable to verify|self.signed|local issuer/i],
  ] as const) {
    await using called = await startShop([counting], filesOf(name, authority).env)
    await using caller = await startCaller(filesOf('service').env, called.url)
    await assert.rejects(count(caller), { code: 'unavailable' })
    assert.ok(has(caller.lines, reason), JSON.stringify(caller.lines))
  }
})

test('certificates change under load: no request fails, and new connections show the new one', async () => {
  const [mine, yours] = [filesOf('service'), filesOf('service')]
  await using called = await startShop([counting], mine.env)
  await using caller = await startCaller(yours.env, called.url)
  let isOver = false
  let answered = 0
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) answered += await count(caller)
  })
  try {
    for (const name of ['renewed', 'service', 'renewed']) {
      mine.put(name)
      yours.put(name)
      await eventually(`the server shows ${name}`, async () => (await shownBy(called.url)) === name)
      await eventually(
        'the caller has it, too',
        () => caller.lines.filter(isNews).length === called.lines.filter(isNews).length,
      )
      const before = answered
      await eventually('requests go on', () => answered > before + 50)
    }
  } finally {
    isOver = true
    await Promise.all(load)
  }
})

test('broken files are logged once, and those of before stay in use', async () => {
  const files = filesOf('service')
  await using called = await startShop([counting], files.env)
  await using caller = await startCaller(filesOf('service').env, called.url)
  for (const [file, text, problem] of [
    [files.cert, 'no certificate', /SOUK_TLS_CERT holds no certificate/],
    [
      files.cert,
      readFileSync(join(certificates, 'renewed.pem'), 'utf8'),
      /SOUK_TLS_KEY is not the key of SOUK_TLS_CERT/,
    ],
    [files.ca, readFileSync(join(certificates, 'other-authority.pem'), 'utf8'), /SOUK_TLS_CERT is not signed by/],
  ] as const) {
    called.lines.length = 0
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, text)
    await eventually('the log says so', () => has(called.lines, problem))
    assert.equal(await shownBy(called.url), 'service')
    assert.equal(await count(caller), 1)
    writeFileSync(file, before)
    assert.equal(called.lines.filter(({ problem }) => problem).length, 1)
  }
  files.put('renewed')
  await eventually('whole files are used again', async () => (await shownBy(called.url)) === 'renewed')
})

test('files behind a symbolic link that is swapped, as Kubernetes does it, are used', async () => {
  const [first, second] = [filesOf('service'), filesOf('renewed')]
  const link = join(folder, 'mounted')
  symlinkSync(join(first.cert, '..'), link)
  await using called = await startShop(
    [counting],
    envOf({ cert: join(link, 'tls.pem'), key: join(link, 'tls.key'), ca: join(link, 'ca.pem') }),
  )
  assert.equal(await shownBy(called.url), 'service')
  symlinkSync(join(second.cert, '..'), `${link}.new`)
  renameSync(`${link}.new`, link)
  await eventually('the new one is shown', async () => (await shownBy(called.url)) === 'renewed')
})

test('a certificate that expires within two weeks is warned about, and counted in days', async () => {
  for (const [day, words] of [
    ['2126-10-20', undefined],
    ['2126-10-25', /A certificate expires soon.*/],
    ['2126-11-06', /A certificate has expired/],
  ] as const) {
    const now = () => new Date(`${day}T00:00:00Z`)
    await using called = await startShop([counting], filesOf('service').env, { now })
    const told = called.lines.filter(({ sentence }) => /expire/.test(sentence))
    assert.equal(told.length, words ? 1 : 0)
    if (words) assert.match(String(told[0]?.sentence), words)
  }
})

test('settings that cannot work are named before anything starts', async () => {
  const { env } = filesOf('service')
  const pem = (name: string) => join(certificates, name)
  for (const [more, words] of [
    [{ SOUK_TLS_CA: '' }, /needs three files, and SOUK_TLS_CA is not set/],
    [{ SOUK_TLS_KEY: pem('renewed.key') }, /SOUK_TLS_KEY is not the key of SOUK_TLS_CERT/],
    [{ SOUK_TLS_CA: pem('other-authority.pem') }, /SOUK_TLS_CERT is not signed by a certificate of SOUK_TLS_CA/],
    [{ SOUK_TLS_CERT: pem('service.key') }, /SOUK_TLS_CERT holds no certificate in PEM form/],
    [{ SOUK_TLS_CERT: pem('missing.pem') }, /SOUK_TLS_CERT names a file that cannot be read \(ENOENT/],
    [{ SOUK_TLS_CERT: certificates }, /SOUK_TLS_CERT names a file that cannot be read \(EISDIR/],
  ] as const) {
    await assert.rejects(startShop([counting], { ...env, ...more }), isWrong(words))
  }
  const remotes = { orders: 'https://127.0.0.1:1', users: 'http://127.0.0.1:2', gateway: 'http://127.0.0.1:3' }
  await assert.rejects(
    startShop([counting], env, { remotes }),
    isWrong(/https:.*only.*: USERS_URL: http:\/\/127.0.0.1:2\.$/),
  )
})

const isNews = ({ sentence }: Line) => sentence === 'New certificates are in use.'
const isWrong = (words: RegExp) => (error: unknown) => error instanceof WrongSettings && words.test(error.message)
