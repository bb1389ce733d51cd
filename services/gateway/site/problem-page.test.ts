// Problems of the shop front's pages: words for a browser, JSON for programs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
before(async () => {
  shop = await startGateway({ 'products.list': () => assert.fail('The products service is broken.') })
})
after(() => shop.stop())
const asBrowser = { headers: { accept: 'text/html,application/xhtml+xml' } }

test('a page whose service fails is words in its language, with a way on, and no script or style of others', async () => {
  for (const [path, sentence] of [
    ['/en/cart', 'Your cart is safe. Try again in a minute.'],
    ['/de/cart', 'Ihr Warenkorb ist sicher. Versuchen Sie es in einer Minute erneut.'],
  ] as const) {
    const response = await shop.get(path, asBrowser)
    assert.equal(response.status, 500)
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/)
    const text = await response.text()
    assert.ok(text.includes(sentence) && text.includes(`<a href="${path}">`), text)
  }
})

test('programs, and routes that are data, get problems as JSON', async () => {
  assert.equal((await shop.ask('/kontakt')).body.code, 'not-found')
  assert.equal((await shop.ask('/v1/nothing', asBrowser)).body.code, 'not-found')
  for (const [path, options] of [
    ['/en/cart', {}],
    ['/v1/products', asBrowser],
  ] as const) {
    const { status, headers, body } = await shop.ask(path, options)
    assert.deepEqual([status, body.code], [500, 'internal-error'])
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
  }
})

test('an address that leads nowhere is words for a browser, with a way to the shop in each language', async () => {
  for (const path of ['/kontakt', '/wp-login.php', '/EN/cart']) {
    const response = await shop.get(path, asBrowser)
    assert.equal(response.status, 404, path)
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    const text = await response.text()
    assert.ok(text.includes('This page is not here') && text.includes('<div lang="de">'), text)
    assert.ok(text.includes('href="/en"') && text.includes('href="/de"'), text)
  }
})
