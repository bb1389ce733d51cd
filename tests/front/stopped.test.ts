// A service breaks down while somebody browses, fills in the checkout or pays: the page says so in words, nothing typed is lost, and when
// the service is back the same person finishes: one order, one charge.
import assert from 'node:assert/strict'
import { after, before, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '@souk/service/fixture'
import type { Locator, Page } from 'playwright-core'
import type { TextName } from '../../apps/storefront/src/texts/texts.ts'
import { comes, journey, skip } from './front.ts'
import { type Parts, type ShopInParts, startShopInParts } from './shop-in-parts.ts'
import { type Staff, staffAt } from './staff.ts'
import { aPerson, type Walk } from './walk.ts'

const finishSeconds = 60
let shop: ShopInParts
let staff: Staff

if (!skip) {
  before(async () => {
    shop = await startShopInParts()
    staff = staffAt(shop.url)
  })
  after(() => shop?.remove())
}

journey(
  'products stop while I browse: pages say so, the cart stays, and the page comes with “Try again”',
  async (t) => {
    const [kept, wanted] = [await staff.sell({ title: 'Kept bowl' }), await staff.sell({ title: 'Wanted bowl' })]
    const walk = await visits(t)
    const { page } = walk
    await walk.addToCart(kept.slug)
    await stops(t, 'products')
    for (const path of [`/p/${wanted.slug}`, '/search?q=bowl', '']) {
      await page.goto(walk.at(path))
      await page.getByText(walk.t('frame.busyText')).first().waitFor()
    }
    await page.goto(walk.at('/cart'))
    await page.getByText(kept.title).first().waitFor()
    await page.goto(walk.at(`/p/${wanted.slug}`))
    await shop.start('products')
    await comesBack(walk, () => page.getByRole('heading', { name: wanted.title }).isVisible())
    await walk.addToCart(wanted.slug)
    await page.goto(walk.at('/cart'))
    for (const { title } of [kept, wanted]) await page.getByText(title).first().waitFor()
  },
)

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? '' : ' (no JavaScript)'
  journey(`orders stop while I type my address: all of it stays, and one click later it goes on${how}`, async (t) => {
    const good = await staff.sell()
    const walk = await visits(t, { javaScriptEnabled })
    const { page } = walk
    const person = aPerson()
    await walk.addToCart(good.slug)
    await walk.asGuest()
    await walk.fillContact(person)
    await stops(t, 'orders')
    await walk.button('buy.next').last().click()
    await page.getByText(walk.t('frame.busyText')).first().waitFor()
    await shop.start('orders')
    await comesBack(walk, () => page.locator('#email').isVisible())
    for (const field of ['email', 'name', 'line1', 'postalCode', 'city'] as const)
      assert.equal(await page.locator(`#${field}`).inputValue(), person[field])
    await walk.next('delivery')
    await walk.next('payment')
    await walk.choose('ok')
    await walk.order()
    await walk.isThanked()
    await isBoughtOnce(person.email)
  })
}

journey('orders stop before I press the button: nothing is charged, and the same button orders later', async (t) => {
  const good = await staff.sell()
  const walk = await visits(t)
  const { email } = await walk.toReview(good.slug)
  await stops(t, 'orders')
  await walk.order()
  await walk.page.getByText(walk.t('frame.busyText')).first().waitFor()
  await shop.start('orders')
  await comesBack(walk, () => walk.button('buy.order').isVisible())
  assert.deepEqual(await staff.ordersOf(email), [])
  await walk.order()
  await walk.isThanked()
  await isBoughtOnce(email)
})

journey('orders stop while the bank decides: the page claims nothing, and the order is found again', async (t) => {
  const good = await staff.sell()
  const walk = await visits(t)
  const { email } = await paysSlowly(walk, good.slug, () => stops(t, 'orders'))
  await saysSomething(walk)
  await shop.start('orders')
  await finishes(walk)
  await isBoughtOnce(email)
})

journey('payments stop while I pay: I am told to wait or to pay again, and pay once', async (t) => {
  const good = await staff.sell()
  const walk = await visits(t)
  const { email } = await walk.toReview(good.slug)
  await stops(t, 'payments')
  await walk.order()
  await saysSomething(walk)
  await shop.start('payments')
  await finishes(walk)
  await isBoughtOnce(email)
})

journey('payments stop while the bank decides: I am told to wait or to pay again, and pay once', async (t) => {
  const good = await staff.sell()
  const walk = await visits(t)
  const { email } = await paysSlowly(walk, good.slug, () => stops(t, 'payments'))
  await saysSomething(walk)
  await shop.start('payments')
  await finishes(walk)
  await isBoughtOnce(email)
})

const visits = (t: TestContext, options: Parameters<typeof comes>[1] = {}) => comes(t, options, 'en', shop.url)

/** Kills a service; it is there again for the next test at the latest. */
async function stops(t: TestContext, service: Parts): Promise<void> {
  t.after(() => shop.start(service))
  await shop.kill(service)
}

/** Orders with the card of a slow bank. `meanwhile` begins when the order has arrived, and the bank has not answered yet. */
async function paysSlowly(walk: Walk, slug: string, meanwhile: () => Promise<void>) {
  const person = await walk.toReview(slug, 'slow')
  const hasArrived = async () => (await staff.ordersOf(person.email)).length === 1
  await Promise.all([walk.order(), eventually('the order has arrived', hasArrived, 30).then(meanwhile)])
  return person
}

/** Presses “Try again” from time to time, until it is there. */
async function comesBack({ page, t }: Walk, isThere: () => Promise<boolean>): Promise<void> {
  await follows(page, isThere, [page.getByRole('link', { name: t('frame.tryAgain') })])
}

/** Follows what the pages offer, until one says thank you. */
async function finishes({ page, t, button }: Walk): Promise<void> {
  const thanks = page.getByText(t('buy.thanks')).first()
  const link = (name: TextName) => page.getByRole('link', { name: t(name), exact: true })
  const offers = [link('frame.tryAgain'), link('buy.backToCart'), button('buy.toCheckout'), button('buy.order')]
  await follows(page, () => thanks.isVisible(), offers)
}

async function follows(page: Page, isThere: () => Promise<boolean>, offers: readonly Locator[]): Promise<void> {
  const until = Date.now() + finishSeconds * 1_000
  while (!(await isThere())) {
    assert.ok(Date.now() < until, `Not there after ${finishSeconds} s: ${page.url()}`)
    for (const offer of offers) {
      if (!(await offer.isVisible())) continue
      await offer.click()
      break
    }
    await pause(500)
  }
}

/** Whatever became of the order, the page speaks of it in the words of the shop. */
async function saysSomething({ page, t }: Walk): Promise<void> {
  const sentences = ['frame.busyText', 'buy.notSure', 'buy.paymentUnclear', 'buy.canceledLate'] as const
  await sentences
    .map((name) => page.getByText(t(name)))
    .reduce((one, other) => one.or(other))
    .first()
    .waitFor()
}

async function isBoughtOnce(email: string): Promise<void> {
  const statuses = (await staff.ordersOf(email)).map(({ status }) => status)
  assert.deepEqual(
    statuses.filter((status) => status !== 'canceled'),
    ['paid'],
  )
  await eventually('every promise holds', async () => (await shop.findings()).length === 0, 60).catch(async () =>
    assert.deepEqual(await shop.findings(), []),
  )
}
