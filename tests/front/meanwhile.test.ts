// What happens while somebody checks out: others buy, prices change, buttons are pressed twice, lines break, sessions end.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '@souk/service/fixture'
import { asStaff, comes, journey, ordersOf, priceOf, sell } from './front.ts'
import { aPerson, untilServed } from './walk.ts'

journey('the last one is sold to somebody else while I check out: the order says so', async (t) => {
  const good = await sell({ title: 'Last bowl', quantity: 1 })
  const mine = await comes(t)
  const other = await comes(t)
  const { email } = await mine.toReview(good.slug)
  await other.toReview(good.slug)
  await other.order()
  await other.isThanked()
  await mine.order()
  await mine.page
    .getByText(/sold out/i)
    .first()
    .waitFor()
  assert.ok((await ordersOf(email)).every(({ status }) => status === 'canceled'))
})

journey('a price that changed while I check out is shown before anything is bought', async (t) => {
  const good = await sell({ title: 'Changing bowl', cents: 2_000 })
  const walk = await comes(t)
  const { email } = await walk.toReview(good.slug)
  const now = await asStaff('GET', `/v1/catalogue/${good.id}`)
  const variants = [{ sku: good.sku, prices: [{ amount: 2_500, currency: 'EUR' }], weightGrams: 500 }]
  const changed = await asStaff(
    'PATCH',
    `/v1/products/${good.id}`,
    { variants },
    { 'if-match': `"${now.body.version}"` },
  )
  assert.ok(changed.status < 300, JSON.stringify(changed.body))
  await eventually('carts have the new price', async () => (await priceOf(good.sku)) === 2_500, 30)
  await walk.order()
  await walk.page.getByText('Changing bowl now costs €25.00, not €20.00.').first().waitFor()
  assert.deepEqual(await ordersOf(email), [])
  await walk.order()
  await walk.isThanked()
  assert.equal((await ordersOf(email)).length, 1)
})

journey('a double click and the back button make one order', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const { email } = await walk.toReview(good.slug, 'slow')
  await walk.button('buy.order').dblclick()
  await walk.isThanked()
  await walk.page.goBack()
  await walk.page.reload()
  const again = walk.button('buy.order')
  if (await again.isVisible()) await again.click()
  await walk.page.waitForLoadState('networkidle')
  assert.equal((await ordersOf(email)).length, 1)
})

journey('a double click without JavaScript makes one order', async (t) => {
  const good = await sell()
  const walk = await comes(t, { javaScriptEnabled: false })
  const { email } = await walk.toReview(good.slug, 'slow')
  await walk.button('buy.order').dblclick()
  await walk.page.waitForURL('**/orders/**')
  assert.equal((await ordersOf(email)).length, 1)
})

journey('two tabs share one cart', async (t) => {
  const [one, two] = [await sell({ title: 'First bowl' }), await sell({ title: 'Second bowl' })]
  const walk = await comes(t)
  await walk.addToCart(one.slug)
  await walk.visit('/cart')
  const tab = await walk.page.context().newPage()
  await untilServed(() => tab.goto(walk.at(`/p/${two.slug}`)))
  await tab.getByRole('button', { name: walk.t('find.addToCart'), exact: true }).click()
  await tab.getByText(walk.t('find.toCart'), { exact: true }).first().waitFor()
  await walk.page.bringToFront()
  await walk.page.reload()
  await walk.page.getByText('First bowl').first().waitFor()
  await walk.page.getByText('Second bowl').first().waitFor()
})

journey(
  'offline in the checkout: the pages say that nothing was sent, keep what was typed, and go on later',
  async (t) => {
    const good = await sell()
    const walk = await comes(t)
    const { email, ...person } = aPerson()
    await walk.addToCart(good.slug)
    await walk.asGuest()
    await walk.fillContact({ email, ...person })
    await walk.page.context().setOffline(true)
    await walk.button('buy.next').last().click()
    await walk.page.getByText(walk.t('buy.offline')).first().waitFor()
    await walk.page.context().setOffline(false)
    assert.equal(await walk.page.locator('#email').inputValue(), email)
    await walk.next('delivery')
    await walk.next('payment')
    await walk.choose('ok')
    await walk.page.context().setOffline(true)
    await walk.order()
    await walk.page.getByText(walk.t('buy.offline')).first().waitFor()
    assert.deepEqual(await ordersOf(email), [])
    await walk.page.context().setOffline(false)
    await walk.order()
    await walk.isThanked()
    assert.equal((await ordersOf(email)).length, 1)
  },
)

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? '' : ' (no JavaScript)'
  journey(
    `a session that ends in the checkout is taken up by signing in again, with all that was typed${how}`,
    async (t) => {
      const good = await sell()
      const walk = await comes(t, { javaScriptEnabled })
      const { page } = walk
      const person = { ...(await walk.verifyAndSignIn()), name: 'Ann of the Mill', line1: 'Mühlweg 2' }
      const otherDevice = await comes(t)
      const endsAllSessions = async () => {
        await otherDevice.signIn(person)
        await otherDevice.visit('/account/sessions')
        await otherDevice.button('account.endAll').click()
        await otherDevice.page.getByText(walk.t('account.everywhereOut')).waitFor()
      }
      const signsInAgain = async (step: string) => {
        await page.getByText(walk.t('buy.sessionOver')).first().waitFor()
        await page
          .getByRole('main')
          .getByRole('link', { name: walk.t('buy.signIn'), exact: true })
          .click()
        await walk.fillSignIn(person)
        await page.waitForURL(`**/checkout/${step}**`)
      }
      await walk.addToCart(good.slug)
      await walk.toContact()
      await walk.fillContact(person)
      await endsAllSessions()
      await walk.button('buy.next').last().click()
      await signsInAgain('contact')
      for (const field of ['email', 'name', 'line1', 'postalCode', 'city'] as const)
        assert.equal(await page.locator(`#${field}`).inputValue(), person[field])
      await walk.next('delivery')
      await walk.next('payment')
      await walk.choose('ok')
      await endsAllSessions()
      await walk.order()
      await signsInAgain('review')
      await page.getByText('Mühlweg 2').first().waitFor()
      await walk.order()
      await walk.isThanked()
      const orders = await ordersOf(person.email)
      assert.deepEqual(
        orders.map(({ status }) => status),
        ['paid'],
      )
      await walk.visit('/account/orders')
      await page.getByText(String(orders[0]?.number)).first().waitFor()
    },
  )
}

journey('on a slow line a choice that is shown late takes back neither the cart nor what was typed', async (t) => {
  const walk = await comes(t)
  const { page } = walk
  const slow = async (seconds: number) =>
    page.route(/\/p\/.*[?&]sku=/, async (route) => {
      await pause(seconds * 1_000)
      await route.continue().catch(() => undefined) // The page may have given it up.
    })
  await walk.visit('/p/rosewater')
  const sizes = page.locator('form[data-buy] fieldset input')
  await slow(2)
  await page.locator('#quantity').fill('3')
  await sizes.first().check({ force: true })
  await walk.button('find.addToCart').click()
  const inCart = page.getByText(walk.t('find.toCart'), { exact: true }).first()
  await inCart.waitFor()
  await pause(3_000)
  assert.ok(await inCart.isVisible(), 'A late answer took the message away.')
  assert.equal(await page.locator('header [data-cart-count]').innerText(), '3')

  await page.locator('#quantity').fill('2')
  await sizes.last().check({ force: true })
  await page.getByText(walk.t('find.toCart'), { exact: true }).first().waitFor({ state: 'hidden' })
  assert.equal(await page.locator('#quantity').inputValue(), '2')
})

journey('on a slow line the fields of another country come without what is typed meanwhile being lost', async (t) => {
  const walk = await comes(t)
  const { page } = walk
  await walk.addToCart('thousand-star-lantern')
  await walk.asGuest()
  let answers = 0
  await page.route('**/checkout/contact', async (route) => {
    // The first answer comes last.
    if (route.request().method() === 'POST') await pause(answers++ === 0 ? 3_000 : 1_000)
    await route.continue()
  })
  await page.locator('#country').selectOption('US')
  await page.locator('#country').selectOption('CA')
  await page.locator('#line1').fill('Long Street 1')
  await page.locator('#region').waitFor()
  await pause(3_000)
  assert.deepEqual(
    [await page.locator('#country').inputValue(), await page.locator('#line1').inputValue()],
    ['CA', 'Long Street 1'],
  )
})
