// The pages after an order, over HTTP as a browser without JavaScript uses them: guests' orders, tracking, withdrawal, accounts; and what
// search engines read.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory' })
  await shop.putGoods({ sku: 'LAMP-1', cents: 2490, quantity: 500 }, { sku: 'BOWL-1', cents: 1200, quantity: 50 })
})
after(() => shop.stop())

/** A browser without scripts: keeps cookies, and follows where a form leads to. */
function browser() {
  const cookies = new Map<string, string>()
  async function ask(path: string, form?: Record<string, string>) {
    const response = await fetch(new URL(path, shop.url), {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form ? { origin: shop.url, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' } : {}),
      },
      body: form && new URLSearchParams(form),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';', 1)[0] ?? '').split(/=(.*)/s)
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return { status: response.status, to: response.headers.get('location') ?? '', page: await response.text() }
  }
  return { cookies, open: (path: string) => ask(path), post: ask }
}

function fieldIn(page: string, name: string): string {
  const input = new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(page)?.[0] ?? ''
  return / value="([^"]*)"/.exec(input)?.[1] ?? ''
}
async function mailTo(email: string, subject: RegExp) {
  let found: { text: string } | undefined
  await eventually(`a mail to ${email}`, async () => {
    found = (await shop.mails(email)).find((mail) => subject.test(mail.subject))
    return found !== undefined
  })
  return found?.text ?? ''
}
const buy = async (email: string) => (await shop.buy({ email, lines: [{ sku: 'LAMP-1', quantity: 2 }] })).body

test('A guest opens an order with the key of the mail, which is exchanged for a cookie', async () => {
  const { id, number, accessKey = '' } = await buy('key@example.com')
  const { open, post, cookies } = browser()
  assert.match((await open(`/orders/${id}`)).to, new RegExp(`^/en/orders/${id}`))
  const closed = await open(`/en/orders/${id}`)
  assert.equal(closed.status, 404)
  assert.doesNotMatch(closed.page, new RegExp(number))
  await post(`/en/orders/${id}/key`, { key: `${accessKey}x` })
  assert.equal((await open(`/en/orders/${id}`)).status, 404, 'a wrong key opens nothing')
  const exchanged = await post(`/en/orders/${id}/key`, { key: accessKey })
  assert.deepEqual([exchanged.status, exchanged.to], [303, `/en/orders/${id}`])
  assert.ok(cookies.get('souk_order_keys')?.includes(encodeURIComponent(accessKey)))
  const { status, page } = await open(`/de/orders/${id}`)
  assert.equal(status, 200)
  assert.match(page, /Bezahlt, wir packen/)
  assert.match(page, /49,80\s€/)
  assert.match(page, /Ann Tester/)
  const canceling = await open(`/de/orders/${id}/cancel`)
  assert.match(canceling.page, /stornieren\?/)
  const canceled = await post(`/de/orders/${id}/cancel`, { once: fieldIn(canceling.page, 'once') })
  assert.equal(canceled.to, `/de/orders/${id}`)
  await shop.becomes(id, 'canceled')
  assert.match((await open(canceled.to)).page, /Die Bestellung ist storniert/)
})

test('Two presses on "cancel" cancel once, and a canceled order does not ask again', async () => {
  const { id, accessKey = '' } = await buy('twice@example.com')
  const { open, post } = browser()
  await post(`/en/orders/${id}/key`, { key: accessKey })
  const once = fieldIn((await open(`/en/orders/${id}/cancel`)).page, 'once')
  const answers = await Promise.all([1, 2, 3].map(() => post(`/en/orders/${id}/cancel`, { once })))
  for (const { status, to } of answers) assert.deepEqual([status, to], [303, `/en/orders/${id}`])
  await shop.becomes(id, 'canceled')
  assert.equal((await open(`/en/orders/${id}/cancel`)).to, `/en/orders/${id}`)
})

test('A link leads to no other site, and names that no page knows say nothing', async () => {
  const { open, post } = browser()
  const stranger = [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/en/..//evil.example',
    '/./\\/evil.example',
  ]
  for (const to of stranger) {
    const { page } = await open(`/en/account/sign-in?${new URLSearchParams({ to })}`)
    assert.equal(fieldIn(page, 'to'), '/en/account', to)
  }
  for (const done of ['constructor', 'toString', '__proto__'])
    assert.equal((await open(`/en/account/sign-in?done=${done}`)).status, 200, done)
  for (const form of ['constructor', 'toString'])
    assert.equal((await post('/en/account/profile', { form })).status, 303, form)
  for (const notice of ['{', '{"name":"reset-asked","values":null}']) {
    const person = browser()
    person.cookies.set('souk_notice', encodeURIComponent(notice))
    assert.equal((await person.open('/en/account/forgot')).status, 200, notice)
  }
  const person = browser()
  person.cookies.set('souk_told', encodeURIComponent('[{"kind":"alert","text":"buy.fewerLeft","values":{}},null]'))
  assert.equal((await person.open('/en/cart')).status, 200)
})

test('What is wrong in an account form is said at its own field', async () => {
  const { post } = browser()
  const form = { name: 'x'.repeat(200), email: 'long@example.com', password: 'three words in-a-row' }
  const { status, page } = await post('/en/account/sign-up', form)
  assert.equal(status, 422)
  assert.match(page, /id="name-error"/)
  assert.doesNotMatch(page, /id="email-error"/)
  assert.equal((await post('/en/account/reset', { token: 'x'.repeat(500) })).to, '/en/account/forgot')
})

test('What is still sold of an order goes into the cart again, and the page names what is not', async () => {
  const { id, accessKey = '' } = (
    await shop.buy({
      lines: [
        { sku: 'LAMP-1', quantity: 2 },
        { sku: 'BOWL-1', quantity: 50 },
      ],
    })
  ).body
  const { open, post } = browser()
  await post(`/en/orders/${id}/key`, { key: accessKey })
  await shop.test.settle()
  assert.equal((await post(`/en/orders/${id}/again`, {})).status, 303)
  const { page } = await open(`/en/orders/${id}`)
  assert.match(page, /One item is in your cart now/)
  assert.match(page, /sold out: [^.]*BOWL-1/i)
})

test('An order is found by number and address, and a wrong pair does not say which is wrong', async () => {
  const { id, number } = await buy('track@example.com')
  const { open, post } = browser()
  const [one, other] = [
    await post('/en/track', { number, email: 'stranger@example.com' }),
    await post('/en/track', { number: 'S-999999', email: 'track@example.com' }),
  ]
  const sentence = /We find no order with this number and this e-mail address/
  assert.deepEqual([one.status, other.status], [422, 422])
  assert.match(one.page, sentence)
  assert.match(other.page, sentence)
  assert.equal(fieldIn(one.page, 'email'), 'stranger@example.com', 'what was typed is kept')
  const found = await post('/en/track', { number: number.toLowerCase().replace('-', ' '), email: 'Track@example.com' })
  assert.equal(found.to, `/en/orders/${id}?from=track`)
  assert.match((await open(found.to)).page, new RegExp(number))
})

test('A guest withdraws without an account, confirms it and gets a receipt', async () => {
  const { id, number, accessKey = '' } = await buy('back@example.com')
  const { open, post } = browser()
  await post(`/en/orders/${id}/key`, { key: accessKey })
  const form = await open(`/de/withdraw?order=${id}`)
  assert.equal(fieldIn(form.page, 'number'), number)
  const empty = await post('/de/withdraw', { step: 'check', name: 'Änne', number: '', email: 'x' })
  assert.equal(empty.status, 422)
  assert.match(empty.page, /<title>Fehler: /)
  assert.equal(fieldIn(empty.page, 'name'), 'Änne')
  const typed = { name: 'Ann Tester', number, email: 'back@example.com', statement: '' }
  const asked = await post('/de/withdraw', { step: 'check', ...typed })
  assert.match(asked.page, /Widerruf bestätigen/)
  const done = await post('/de/withdraw', { step: 'confirm', once: fieldIn(asked.page, 'once'), ...typed })
  assert.equal(done.status, 303)
  assert.match((await open(done.to)).page, /Ihr Widerruf ist eingegangen/)
  assert.match(await mailTo('back@example.com', /widerruf|withdraw/i), new RegExp(number))
  await shop.becomes(id, 'canceled')
})

test('A customer signs up, confirms by the mail, finds orders, cancels one, and signs out everywhere', async () => {
  const email = 'ada@example.com'
  const first = browser()
  const { open, post } = first
  const asked = await open('/en/account/orders')
  assert.match(asked.to, /^\/en\/account\/sign-in\?to=%2Fen%2Faccount%2Forders$/)
  const short = await post('/en/account/sign-up', { name: 'Ada', email, password: 'short' })
  assert.equal(short.status, 422)
  assert.equal(fieldIn(short.page, 'email'), email)
  assert.doesNotMatch(short.page, /value="short"/)
  const password = 'three plain words'
  const made = await post('/en/account/sign-up', { name: 'Ada', email, password, to: '/en/account/orders' })
  assert.equal(made.to, '/en/account/check-mail')
  assert.match((await open(made.to)).page, /ada@example\.com/)

  const guest = await buy(email)
  const link = new URL(/https?:\S+verify-email\S+/.exec(await mailTo(email, /confirm/i))?.[0] ?? '')
  const verifying = await open(link.pathname + link.search)
  const fields = { token: fieldIn(verifying.page, 'token'), callbackURL: fieldIn(verifying.page, 'callbackURL') }
  const verified = await post('/account/verify-email', {
    token: fields.token,
    callbackURL: fields.callbackURL.replaceAll('&amp;', '&'),
  })
  assert.match(verified.page, /\/en\/account\/sign-in\?done=verified/)

  const wrong = await post('/en/account/sign-in', { email, password: 'another phrase', to: 'https://evil.example/' })
  assert.equal(wrong.status, 422)
  assert.equal(fieldIn(wrong.page, 'to'), '/en/account', 'a link leads to no other site')
  const signedIn = await post('/en/account/sign-in', { email, password, to: '/en/account/orders' })
  assert.deepEqual([signedIn.status, signedIn.to], [303, '/en/account/orders'])
  await shop.test.settle()
  assert.match((await open('/en/account/orders')).page, new RegExp(guest.number))
  const canceling = await open(`/en/orders/${guest.id}/cancel`)
  await post(`/en/orders/${guest.id}/cancel`, { once: fieldIn(canceling.page, 'once') })
  await shop.becomes(guest.id, 'canceled')

  const address = { name: 'Ada', line1: 'Long Street 1', postalCode: '1011', city: 'Berlin', country: 'DE', do: 'save' }
  const refused = await post('/en/account/addresses/new', address)
  assert.equal(refused.status, 422)
  assert.equal(fieldIn(refused.page, 'line1'), 'Long Street 1')
  assert.equal((await post('/en/account/addresses/new', { ...address, postalCode: '10115' })).status, 303)
  assert.match((await open('/en/account/addresses')).page, /10115 Berlin/)

  const second = browser()
  await second.post('/en/account/sign-in', { email, password })
  assert.equal((await post('/en/account/sessions', { do: 'end-all' })).to, '/en/account/sign-in')
  await eventually('the other browser is signed out', async () => {
    return (await second.open('/en/account')).to.includes('over=1')
  })
  const late = await second.post('/en/account/profile', { form: 'name', name: 'Ada Lovelace' })
  assert.equal(late.status, 401)
  assert.match(late.page, /You were signed out to keep your data safe/)
  assert.equal(fieldIn(late.page, 'name'), 'Ada Lovelace', 'what was typed is kept')
})

test('A forgotten password is replaced by the link of a mail', async () => {
  const email = 'forgot@example.com'
  const { open, post } = browser()
  await post('/de/account/sign-up', { name: 'Fritz', email, password: 'three plain words' })
  assert.equal((await post('/de/account/forgot', { email })).status, 303)
  const link = new URL(/https?:\S+\/de\/account\/reset\S+/.exec(await mailTo(email, /password|passwort/i))?.[0] ?? '')
  const form = await open(link.pathname + link.search)
  const token = fieldIn(form.page, 'token')
  const short = await post('/de/account/reset', { token, newPassword: 'kurz' })
  assert.match(short.page, /mindestens 8 Zeichen/)
  const newPassword = 'four other plain words'
  assert.equal((await post('/de/account/reset', { token, newPassword })).to, '/de/account/sign-in?done=password')
  assert.match((await post('/de/account/reset', { token, newPassword })).page, /Dieser Link gilt nicht mehr/)
  assert.equal((await post('/de/account/sign-in', { email, password: newPassword })).status, 303)
})

test('A customer names a number for text messages, confirms it by the code, and removes it', async () => {
  const email = 'texts@example.com'
  await shop.signUp(email)
  const { open, post } = browser()
  assert.match((await open('/en/account/phone')).to, /sign-in\?to=%2Fen%2Faccount%2Fphone/)
  await post('/en/account/sign-in', { email, password: 'long-enough-for-a-test' })
  assert.match((await open('/en/account/news')).page, /href="\/en\/account\/phone"/)
  const wrong = await post('/en/account/phone', { form: 'number', number: '12' })
  assert.match(wrong.page, /id="number-error"[^>]*>Enter a whole mobile number/)
  const asked = await post('/en/account/phone', { form: 'number', number: '0151 2345 6789' })
  assert.deepEqual([asked.status, asked.to], [303, '/en/account/phone?code=yes'])
  assert.match((await open(asked.to)).page, /on its way to \+4915123456789/)
  const refused = await post('/en/account/phone', { form: 'code', code: 'none' })
  assert.match(refused.page, /id="code-error"[^>]*>This is not the code/)
  const code = /\d{6}/.exec(await mailTo('+4915123456789', /./))?.[0] ?? ''
  const confirmed = await post('/en/account/phone', { form: 'code', code: `${code.slice(0, 3)} ${code.slice(3)}` })
  assert.deepEqual([confirmed.status, confirmed.to], [303, '/en/account/news'])
  assert.match((await open('/en/account/news')).page, /name="shipped-sms"/)
  assert.equal((await post('/en/account/phone', { form: 'remove' })).status, 303)
  assert.doesNotMatch((await open('/en/account/news')).page, /name="shipped-sms"/)
})

test('Search engines get rules, a site map with both languages and a feed with every product once', async () => {
  const { open } = browser()
  const robots = (await open('/robots.txt')).page
  assert.match(robots, /^Disallow: \/\*\?sort=$/m)
  assert.match(robots, new RegExp(`^Sitemap: ${shop.url}/sitemap.xml$`, 'm'))
  const parts = [...(await open('/sitemap.xml')).page.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, href = '']) => href)
  assert.ok(parts.length >= 2)
  const entries: string[] = []
  for (const part of parts) {
    const { page } = await open(new URL(part).pathname)
    entries.push(...[...page.matchAll(/<url>.*?<\/url>/gs)].map(([entry]) => entry))
  }
  const locations = entries.map((entry) => /<loc>([^<]+)<\/loc>/.exec(entry)?.[1] ?? '')
  assert.equal(new Set(locations).size, locations.length, 'no address twice')
  for (const entry of entries)
    assert.deepEqual(
      [...entry.matchAll(/hreflang="([^"]+)"/g)].map(([, code]) => code),
      ['en', 'de', 'x-default'],
    )
  const published = await shop.sql('products')<{ slug: string }>`select slug from product where status = 'published'`
  assert.ok(published.length >= 2)
  for (const { slug } of published)
    for (const language of ['en', 'de'])
      assert.ok(locations.includes(`${shop.url}/${language}/p/${slug}`), `${slug} in ${language}`)
  const feed = (await open('/feeds/google-de.xml')).page
  const ids = [...feed.matchAll(/<g:id>([^<]+)<\/g:id>/g)].map(([, sku]) => sku)
  const skus = await shop.sql('products')<{ sku: string }>`
    select v.sku from variant v join product p on p.id = v.product_id where p.status = 'published'`
  assert.deepEqual([...ids].sort(), skus.map(({ sku }) => sku).sort())
  assert.match(feed, /<g:price>24\.90 EUR<\/g:price>/)
})

test('Each page of information is there in both languages', async () => {
  const { open } = browser()
  for (const name of ['imprint', 'privacy', 'terms', 'withdrawal', 'shipping', 'returns', 'accessibility', 'contact'])
    for (const language of ['en', 'de']) {
      const { status, page } = await open(`/${language}/info/${name}`)
      assert.equal(status, 200, `${language} ${name}`)
      assert.match(page, new RegExp(`<html lang="${language}"`))
    }
  assert.match((await open('/de/info/shipping')).page, /4,90\s€/)
})
