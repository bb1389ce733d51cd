// Buying, over HTTP as a browser without JavaScript does it: cart, checkout, payment, and what goes wrong on the way.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inventoryApi } from '@souk/contracts/inventory'
import { productsApi } from '@souk/contracts/products'
import { eventually, staff } from '@souk/service/fixture'
import { awaitReaders } from '../seed/await-readers.ts'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory' })
  const goods = ['LAMP', 'BOWL', 'RARE', 'LAST', 'DEAR'].map((sku) => ({ sku, cents: 2000, quantity: 50 }))
  await shop.putGoods(...goods)
})
after(() => shop.stop())

type Fields = Record<string, string>
/** A browser without scripts: keeps cookies, and shows where a form leads to. */
function browser(cookies = new Map<string, string>()) {
  async function ask(path: string, form?: Fields, headers: Fields = {}) {
    const response = await fetch(new URL(path, shop.url), {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form ? { origin: shop.url, 'sec-fetch-site': 'same-origin' } : {}),
        ...headers,
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
  const open = (path: string) => ask(path)
  return {
    cookies,
    open,
    post: ask,
    put: (sku: string, quantity = 1) => ask('/en/cart', { do: 'add', sku, quantity: String(quantity) }),
    /** What the form of the review sends, as the page shows it now. */
    review: async () => formIn((await open('/en/checkout/review')).page),
    /** From a cart to the review. */
    async toReview(card = 'ok', contact: Fields = person) {
      await ask('/en/checkout/contact', contact)
      await ask('/en/checkout/delivery', { method: 'standard' })
      await ask('/en/checkout/payment', { card })
      return formIn((await open('/en/checkout/review')).page)
    },
  }
}
const person = {
  email: 'ann@example.com',
  name: 'Ann Tester',
  line1: 'Long Street 1',
  postalCode: 'd-10 115',
  city: 'Berlin',
  country: 'DE',
  'asked-same': 'on',
  same: 'on',
}
const formIn = (page: string): Fields =>
  Object.fromEntries(
    ['version', 'total', 'currency', 'payment'].map((name) => [
      name,
      new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '',
    ]),
  )
const orderIn = (to: string) => /^\/en\/orders\/([0-9a-f-]{36})$/.exec(to)?.[1] ?? assert.fail(`no order: ${to}`)
const says = ({ page }: { page: string }, words: RegExp) =>
  assert.match(page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '), words)
async function ordersOf(email: string) {
  return shop.sql('orders')<{ status: string }>`select status from orders where email = ${email} order by number`
}

test('a guest buys by forms alone; double click, reload and the back button find the one order', async () => {
  const { open, post, put, toReview, cookies } = browser()
  assert.equal((await put('LAMP', 2)).to, '/en/cart')
  says(await open('/en/cart'), /Good LAMP .* €40\.00 .*Shipping \(cheapest\).*VAT in it.*Total/)
  assert.equal((await open('/en/checkout/review')).to, '/en/checkout/contact', 'no step is skipped')
  says(await open('/de/checkout/contact'), /Als Gast bestellen.*Anmelden/)
  const contact = { ...person, email: 'once@example.com' }
  const form = await toReview('ok', contact)
  const page = await open('/de/checkout/review')
  says(
    page,
    /Widerrufsrecht.*Long Street 1, 10115 Berlin.*Lieferung: .*Karte, die zahlt.*Good LAMP.*Gesamtsumme.*Zahlungspflichtig bestellen/,
  )
  const [first, second] = await Promise.all([post('/en/checkout/review', form), post('/en/checkout/review', form)])
  const id = orderIn(first.to)
  assert.equal(second.to, first.to)
  assert.equal((await post('/en/checkout/review', form)).to, first.to, 'pressed again after going back')
  assert.equal((await open('/en/checkout/review')).to, first.to, 'reloaded')
  assert.equal((await open('/en/checkout/contact')).to, first.to)
  says(await open(first.to), /Thank you for your order Order number S-\d+ .*once@example\.com.*Arrives .*Good LAMP/)
  says(await open(`${first.to}?from=track`), /Paid, we are packing it/)
  assert.deepEqual(await ordersOf('once@example.com'), [{ status: 'paid' }])
  assert.ok(cookies.get('souk_order_keys')?.includes(id))
  assert.equal(cookies.has('souk_cart'), false)
  says(await open('/en/cart'), /Your cart is empty/)
})

test('what is wrong is said at its field, and all that was typed stays over reloads and sign-in', async () => {
  const { open, post, put } = browser()
  await put('LAMP')
  const wrong = await post('/en/checkout/contact', { ...person, email: 'nobody', postalCode: '1011', name: 'Ünal Ng' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.page, /<title>Error: /)
  assert.match(wrong.page, /href="#postalCode"[^>]*>Enter a postcode with 5 digits, like 10115/)
  for (const page of [wrong.page, (await open('/en/checkout/contact')).page])
    assert.match(page, /id="name"[^>]*value="Ünal Ng"|value="Ünal Ng"[^>]*id="name"/)
  const abroad = { ...person, country: 'US', postalCode: '10001', region: '' }
  const states = await post('/en/checkout/contact', { ...abroad, do: 'country' })
  assert.match(states.page, /<option value="NY"/)
  const signIn = await post('/en/checkout/contact', { ...person, line1: 'Kept Street 5', do: 'sign-in' })
  assert.match(signIn.to, /sign-in\?to=%2Fen%2Fcheckout%2Fcontact/)
  assert.match((await open('/en/checkout/contact')).page, /Kept Street 5/)
  assert.equal((await post('/en/checkout/contact', { ...person, country: 'GB', postalCode: 'ec1y8sy' })).status, 303)
  const { shippingAddress } = JSON.parse(
    JSON.stringify((await shop.sql('orders')`select body from cart order by updated_at desc limit 1`)[0]?.body),
  )
  assert.equal(shippingAddress.postalCode.replace(' ', ''), 'EC1Y8SY')
})

test('who has opened the shop by another name of the machine comes back from the bank to that name', async () => {
  const { open, post, put, toReview } = browser()
  await put('LAMP')
  const form = await toReview('3ds', { ...person, email: 'other-name@example.com' })
  const { port } = new URL(shop.url)
  const opened = new URL(shop.url).hostname === 'localhost' ? `http://127.0.0.1:${port}` : `http://localhost:${port}`
  const placed = await post('/en/checkout/review', form, { origin: opened })
  const bank = /http-equiv="refresh" content="0;url=([^"]+)"/.exec((await open(placed.to)).page)?.[1] ?? ''
  assert.equal(new URL((await shop.answerBank(bank, 'approve')) ?? '').origin, opened)
})

test('what nobody can read of a pasted text goes, and a form that we have not made harms nothing', async () => {
  const { open, post, put, toReview, review } = browser()
  await put('LAMP')
  const pasted = { ...person, name: 'Ann\tTester\u0000', line1: '\u202eLong Street\r\n1', city: 'Berlin\u200b' }
  const stored = await toReview('ok', pasted)
  says(await open('/en/checkout/review'), /Ann Tester, Long Street 1, 10115 Berlin/)
  const madeUp: Fields[] = [{ currency: 'NONSENSE' }, { version: '9007199254740991' }, { total: '1' }]
  for (const made of madeUp) {
    const { status, to } = await post('/en/checkout/review', { ...stored, ...made })
    assert.deepEqual([status, to], [303, '/en/checkout/review'], JSON.stringify(made))
  }
  assert.equal((await post('/en/checkout/review', { ...stored, payment: 'nothing' })).to, '/en/checkout/payment')
  says(await open((await post('/en/checkout/review', await review())).to), /Thank you/)
})

test('a 3-D Secure payment leads to the bank and back, and can be taken up again', async () => {
  const { open, post, put, toReview } = browser()
  await put('LAMP')
  const placed = await post('/en/checkout/review', await toReview('3ds', { ...person, email: '3ds@example.com' }))
  assert.deepEqual([placed.status, placed.to], [303, '/en/checkout/bank'])
  const leading = await open(placed.to)
  const bank = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(leading.page)?.[1] ?? ''
  assert.match(bank, /\/simulator\//)
  const abandoned = await open('/en/checkout/review')
  says(await open(abandoned.to), /Your bank is waiting for you.*Continue at the bank/)
  says(await open('/en/cart'), /is not paid yet/)
  const back = await shop.answerBank(bank, 'approve')
  assert.equal(new URL(back ?? '').origin, shop.url, 'where the cookies are')
  const id = orderIn(new URL(back ?? '', shop.url).pathname)
  await shop.becomes(id, 'paid')
  says(await open(`/en/orders/${id}`), /Thank you for your order/)
  assert.equal((await ordersOf('3ds@example.com')).length, 1)
})

test('a card that is declined is said where another can be chosen; then the order is paid', async () => {
  const { open, post, put, toReview, review } = browser()
  await put('LAMP')
  const contact = { ...person, email: 'declined@example.com' }
  const declined = await post('/en/checkout/review', await toReview('declined', contact))
  assert.equal(declined.to, '/en/checkout/payment')
  says(await open(declined.to), /Your bank declined the card\. Nothing was charged\. Try another card/)
  await post('/en/checkout/payment', { card: 'ok' })
  const paid = await post('/en/checkout/review', await review())
  says(await open(paid.to), /Thank you/)
  assert.deepEqual(await ordersOf('declined@example.com'), [{ status: 'canceled' }, { status: 'paid' }])
})

test('the newsletter has a box of its own, empty, and asks by mail first', async () => {
  const { open, post, put } = browser()
  const email = 'news@example.com'
  await put('LAMP')
  const { page } = await open('/de/checkout/contact?guest=yes')
  assert.match(page, /name="newsletter"(?! checked)/)
  const without = await post('/de/checkout/contact', { ...person, email })
  assert.doesNotMatch((await open(without.to)).page, /Newsletter/)
  const wrong = await post('/de/checkout/contact', { ...person, email: 'nobody', newsletter: 'on' })
  assert.match(wrong.page, /name="newsletter" checked/)
  const ticked = await post('/de/checkout/contact', { ...person, email, newsletter: 'on' })
  says(
    await open(ticked.to),
    /Für den Newsletter öffnen Sie bitte den Link in der E-Mail, die wir eben an news@example\.com/,
  )
  const asked = async () => (await shop.mails(email)).filter(({ text }) => text.includes('/subscriptions/confirm'))
  await eventually('the mail has come', async () => (await asked()).length === 1)
  const [row] = await shop.sql('notifications')`select status from newsletter_subscriber where email = ${email}`
  assert.deepEqual(row, { status: 'asked' })
})

test('"buy again" right after the purchase says what came of it', async () => {
  const { open, post, put, toReview } = browser()
  await put('LAMP')
  const { to } = await post('/en/checkout/review', await toReview('ok', { ...person, email: 'again@example.com' }))
  await post(`${to}/again`, {})
  says(await open(to), /One item is in your cart now.*Thank you for your order/)
})

async function setPriceOfDear(amount: number): Promise<void> {
  const products = shop.test.as(productsApi, staff)
  const { id } = await products.read({ params: { slug: 'good-dear' } })
  const variants = [{ sku: 'DEAR', prices: [{ amount, currency: 'EUR' }], weightGrams: 500 }]
  await products.change({ params: { id }, body: { variants } })
  await awaitReaders(shop.test.running)
}

test('a price that has changed is told before anything is ordered', async () => {
  const { open, post, put, toReview, review } = browser()
  await put('DEAR')
  const seen = await toReview()
  await setPriceOfDear(2500)
  const refused = await post('/en/checkout/review', seen)
  assert.equal(refused.to, '/en/checkout/review')
  says(await open(refused.to), /Good DEAR now costs €25\.00, not €20\.00\. Please check the total/)
  assert.match((await post('/en/checkout/review', await review())).to, /orders/)
})

test('a price that changes between two steps is told on the next, and in a cart that was open for long', async () => {
  const { open, post, put } = browser()
  await put('DEAR')
  const cart = await open('/en/cart')
  const seen = /name="price:DEAR" value="(\d+)"/.exec(cart.page)?.[1] ?? ''
  await setPriceOfDear(2600)
  const went = await post('/en/cart', { do: 'checkout', 'quantity:DEAR': '1', 'was:DEAR': '1', 'price:DEAR': seen })
  says(await open(went.to), /now costs €26\.00, not €/)
  await setPriceOfDear(2700)
  const delivery = await post('/en/checkout/contact', person)
  says(await open(delivery.to), /now costs €27\.00, not €26\.00/)
  await setPriceOfDear(2800)
  const payment = await post('/en/checkout/delivery', { method: 'standard' })
  says(await open(payment.to), /now costs €28\.00, not €27\.00/)
})

test('what sells out meanwhile is taken out of the order, and what is left in part is lowered', async () => {
  const { open, post, put, toReview, review } = browser()
  for (const [sku, quantity] of [
    ['LAMP', 1],
    ['LAST', 2],
    ['RARE', 5],
  ] as const)
    await put(sku, quantity)
  const seen = await toReview()
  const takeAway = (sku: string, quantity: number) => ({
    sku,
    quantity: -quantity,
    location: 'main',
    kind: 'adjusted' as const,
    reason: 'Lost',
  })
  await shop.test.as(inventoryApi, staff).moveMany({
    body: { movements: [takeAway('LAST', 50), takeAway('RARE', 47)] },
    headers: { 'idempotency-key': crypto.randomUUID() },
  })
  const [refused, again] = await Promise.all([post('/en/checkout/review', seen), post('/en/checkout/review', seen)])
  // The second click may find the order while its stock is asked for. Its page says the same, once that is known.
  const followed = [refused.to, again.to].filter((to) => to !== '/en/checkout/review')
  assert.ok(followed.length < 2, followed.join())
  for (const to of followed) await eventually('it is decided', async () => /sold out/i.test((await open(to)).page))
  const { page } = await open('/en/checkout/review')
  says({ page }, /Good LAMP.*Good RARE.*3 × €20\.00/)
  assert.doesNotMatch(page.slice(page.indexOf('<form')), /Good LAST/)
  const paid = await post('/en/checkout/review', await review())
  says(await open(paid.to), /Thank you/)
})

test('two tabs change one cart: neither loses the other, and an order is what its page showed', async () => {
  const first = browser()
  await first.put('LAMP', 1)
  await first.put('BOWL', 1)
  const second = browser(first.cookies)
  await second.post('/en/cart', { 'quantity:LAMP': '4', 'was:LAMP': '1', 'quantity:BOWL': '1', 'was:BOWL': '1' })
  await first.post('/en/cart', { 'quantity:LAMP': '1', 'was:LAMP': '1', 'quantity:BOWL': '3', 'was:BOWL': '1' })
  const { page } = await first.open('/en/cart')
  assert.match(page, /name="quantity:LAMP"[^>]*value="4"/)
  assert.match(page, /name="quantity:BOWL"[^>]*value="3"/)
  const seen = await first.toReview()
  await second.post('/en/cart', { do: 'remove:BOWL' })
  says(await second.open('/en/cart'), /Good BOWL was removed\. Undo/)
  assert.equal((await first.post('/en/checkout/review', seen)).to, '/en/checkout/review')
  says(await first.open('/en/checkout/review'), /Your cart has changed meanwhile/)
  await second.post('/en/cart', { do: 'undo', sku: 'BOWL', quantity: '3', at: '1' })
  assert.match((await second.open('/en/cart')).page, /name="quantity:BOWL"[^>]*value="3"/)
  assert.equal((await second.post('/en/cart', { 'quantity:LAMP': 'many', 'was:LAMP': '4' })).status, 422)
})

test('an order whose answer was lost is found, and a bank that does not answer is waited for', async () => {
  const lost = browser()
  await lost.put('LAMP')
  const form = await lost.toReview('ok', { ...person, email: 'lost@example.com' })
  const before = new Map(lost.cookies)
  await lost.post('/en/checkout/review', form)
  const unanswered = browser(before)
  const found = await unanswered.open('/en/checkout/review')
  says(await unanswered.open(found.to), /Thank you/)
  assert.equal((await ordersOf('lost@example.com')).length, 1)

  await shop.staff.payments.switchSimulator({ body: { outage: 'errors' } })
  const waiting = browser()
  await waiting.put('BOWL')
  const placed = await waiting.post(
    '/en/checkout/review',
    await waiting.toReview('ok', { ...person, email: 'wait@example.com' }),
  )
  const id = orderIn(placed.to)
  says(await waiting.open(placed.to), /We are waiting for your bank\. Please do not pay again/)
  assert.equal((await waiting.open('/en/checkout/payment')).to, placed.to, 'there is no way to pay twice')
  await shop.staff.payments.switchSimulator({ body: { outage: 'none' } })
  await shop.becomes(id, 'paid', 40)
})

test('a session that ends in the middle loses neither the cart nor what was typed', async () => {
  const customer = browser()
  const email = 'session@example.com'
  const token = await shop.signUp(email)
  customer.cookies.set('souk.session_token', token)
  await customer.put('LAMP')
  await shop.ask('POST', '/v1/auth/sign-out', { bearer: token, body: {} })
  const over = await customer.post('/en/checkout/contact', { ...person, line1: 'Half Typed 7' })
  says(over, /You were signed out to keep your data safe\. Your cart is still here\./)
  customer.cookies.set('souk.session_token', await shop.signIn(email, 'long-enough-for-a-test'))
  const { page } = await customer.open('/en/checkout/contact')
  assert.match(page, /Half Typed 7/)
  says({ page }, /1 item/)
})
