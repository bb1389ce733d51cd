// What happens while somebody checks out: others buy, prices change, buttons are pressed twice, lines break, sessions end.
import assert from 'node:assert/strict'
import { asStaff, comes, journey, ordersOf, sell } from './front.ts'

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
  await new Promise((done) => setTimeout(done, 1_500))
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
  await walk.page.goto(walk.at('/cart'))
  const tab = await walk.page.context().newPage()
  await tab.goto(walk.at(`/p/${two.slug}`))
  await tab.getByRole('button', { name: walk.t('find.addToCart'), exact: true }).click()
  await tab.getByText(walk.t('find.toCart'), { exact: true }).first().waitFor()
  await walk.page.bringToFront()
  await walk.page.reload()
  await walk.page.getByText('First bowl').first().waitFor()
  await walk.page.getByText('Second bowl').first().waitFor()
})

journey('offline at the order button: the page says that nothing was sent, and the order goes on later', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const { email } = await walk.toReview(good.slug)
  await walk.page.context().setOffline(true)
  await walk.order()
  await walk.page.getByText(walk.t('buy.offline')).first().waitFor()
  assert.deepEqual(await ordersOf(email), [])
  await walk.page.context().setOffline(false)
  await walk.order()
  await walk.isThanked()
})

journey('a customer whose session ends in the checkout signs in again and finds the cart', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  await walk.verifyAndSignIn()
  await walk.addToCart(good.slug)
  await walk.toContact()
  const { page } = walk
  const cookies = await page.context().cookies()
  for (const { name } of cookies.filter(({ name }) => /session/.test(name))) await page.context().clearCookies({ name })
  await page.reload()
  await page.getByText(walk.t('buy.sessionOver')).first().waitFor()
})
