// Guests buy in a browser: without JavaScript, on a phone, by keyboard, with cards that are declined or need a confirmation.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { comes, journey, ordersOf, phone, sell } from './front.ts'
import { aPerson } from './walk.ts'

journey('a guest without JavaScript buys, and confirms the payment at the bank', async (t) => {
  const good = await sell()
  const walk = await comes(t, { javaScriptEnabled: false })
  const { email } = await walk.toReview(good.slug, '3ds')
  await walk.order()
  await walk.page.getByRole('button', { name: 'Approve' }).click()
  await walk.isThanked()
  assert.deepEqual(
    (await ordersOf(email)).map(({ status }) => status),
    ['paid'],
  )
})

journey('a guest who searches in words with umlauts and spaces finds and buys on a phone', async (t) => {
  const good = await sell({ title: `Schöne Schüssel ${randomUUID()}` })
  const walk = await comes(t, phone, 'de')
  await walk.visit('/search')
  await walk.page.locator('main').getByRole('searchbox').fill(good.title)
  await walk.page.keyboard.press('Enter')
  await walk.page.getByRole('link', { name: good.title }).first().click()
  await walk.page.waitForURL(`**/p/${good.slug}**`)
  const { email } = await walk.toReview(good.slug)
  await walk.order()
  await walk.isThanked()
  assert.equal((await ordersOf(email)).length, 1)
})

journey('a guest without JavaScript reads what is wrong at each field, and nothing typed is lost', async (t) => {
  const good = await sell()
  const walk = await comes(t, { javaScriptEnabled: false })
  await walk.addToCart(good.slug)
  await walk.asGuest()
  await walk.fillContact({ ...aPerson(), postalCode: '12' })
  await walk.button('buy.next').last().click()
  const { page } = walk
  assert.match(await page.title(), /^Error: /)
  assert.equal(await page.locator('#postalCode').getAttribute('aria-invalid'), 'true')
  assert.equal(await page.locator('#name').inputValue(), 'Ann Tester')
  assert.equal(await page.locator('#postalCode').inputValue(), '12')
})

journey('the other language keeps what was typed in the checkout, with the fields of its country', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const { page } = walk
  await walk.addToCart(good.slug)
  await walk.asGuest()
  await walk.fillContact({ ...aPerson(), postalCode: '10001' })
  await page.locator('#country').selectOption('US')
  await page.locator('#region').selectOption('NY')
  await page.getByRole('link', { name: 'Deutsch' }).click()
  await page.waitForURL('**/de/checkout/contact**')
  await page.locator('#region').waitFor()
  assert.equal(await page.locator('#name').inputValue(), 'Ann Tester')
  assert.equal(await page.locator('#postalCode').inputValue(), '10001')
  assert.equal(await page.locator('#country').inputValue(), 'US')
  assert.equal(await page.locator('#region').inputValue(), 'NY')
})

journey('a "no" to pushes hides the offer for good', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  await walk.toReview(good.slug)
  await walk.order()
  await walk.isThanked()
  const offer = walk.page.locator('[data-push-offer]')
  await offer.waitFor()
  await walk.page.locator('[data-push-no]').click()
  assert.equal(await offer.isVisible(), false)
  await walk.page.reload({ waitUntil: 'networkidle' })
  assert.equal(await offer.isVisible(), false)
})

journey('a declined card is said in words, and another one pays for the same cart', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const { email } = await walk.toReview(good.slug, 'declined')
  await walk.order()
  await walk.page.getByText(walk.t('buy.declined')).first().waitFor()
  await walk.visit('/checkout/payment')
  await walk.choose('ok')
  await walk.order()
  await walk.isThanked()
  const statuses = (await ordersOf(email)).map(({ status }) => status)
  assert.deepEqual(statuses.filter((one) => one === 'paid').length, 1)
})

journey('who refuses at the bank is charged nothing and keeps the cart', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const { email } = await walk.toReview(good.slug, '3ds')
  await walk.order()
  await walk.page.getByRole('button', { name: 'Decline' }).click()
  await walk.page
    .getByText(/Nothing was charged/)
    .first()
    .waitFor()
  assert.ok((await ordersOf(email)).every(({ status }) => status === 'canceled'))
  await walk.visit('/cart')
  await walk.page.getByText(good.title).first().waitFor()
})

journey('who leaves the bank without an answer finds the way back to it and pays', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const { email } = await walk.toReview(good.slug, '3ds')
  await walk.order()
  await walk.page.getByRole('link', { name: /without an answer/ }).click()
  await walk.visit('')
  await walk.visit('/cart')
  await walk.page.getByRole('link', { name: walk.t('buy.unpaidOrderLink') }).click()
  await walk.page.getByRole('link', { name: walk.t('buy.toBankLink') }).click()
  await walk.page.getByRole('button', { name: 'Approve' }).click()
  await walk.isThanked()
  assert.deepEqual(
    (await ordersOf(email)).map(({ status }) => status),
    ['paid'],
  )
})

journey('a guest buys with the keyboard alone', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const { page } = walk
  await walk.visit(`/p/${good.slug}`)
  const press = async (name: string) => {
    for (let tabs = 0; tabs < 60; tabs++) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      const words = (await focused.getAttribute('aria-label')) ?? (await focused.textContent())
      if (words?.trim() === name) return page.keyboard.press('Enter')
    }
    throw new Error(`The keyboard does not reach “${name}” on ${page.url()}.`)
  }
  const type = async (id: string, words: string) => {
    for (let tabs = 0; tabs < 60; tabs++) {
      await page.keyboard.press('Tab')
      if ((await page.locator(':focus').getAttribute('id')) === id) return page.keyboard.type(words)
    }
    throw new Error(`The keyboard does not reach the field ${id}.`)
  }
  await press(walk.t('find.addToCart'))
  await page.getByText(walk.t('find.toCart'), { exact: true }).first().waitFor()
  await press(walk.t('find.toCart'))
  await page.waitForURL('**/cart')
  await press(walk.t('buy.toCheckout'))
  await page.waitForURL('**/checkout/contact**')
  await press(walk.t('buy.asGuest'))
  await page.locator('#email').waitFor()
  const person = aPerson()
  for (const field of ['email', 'name', 'line1', 'postalCode', 'city'] as const) await type(field, person[field])
  await page.keyboard.press('Enter')
  await page.waitForURL('**/checkout/delivery')
  await press(walk.t('buy.next'))
  await page.waitForURL('**/checkout/payment')
  await type('card', ' ')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/checkout/review')
  await press(walk.t('buy.order'))
  await walk.isThanked()
  assert.equal((await ordersOf(person.email)).length, 1)
})
