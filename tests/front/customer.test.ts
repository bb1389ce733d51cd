// A customer with an account: signs up, confirms the address by the mail in the mailbox, buys and cancels.
import assert from 'node:assert/strict'
import { comes, journey, ordersOf, sell } from './front.ts'

journey('an address in the account shows the fields of its country at once, and no button for that', async (t) => {
  const walk = await comes(t)
  await walk.verifyAndSignIn()
  const { page } = walk
  await page.goto(walk.at('/account/addresses/new'))
  assert.equal(await page.locator('[data-apply-country]').isVisible(), false)
  await page.locator('#name').fill('Ünal Ng')
  await page.locator('#country').selectOption('US')
  await page.locator('#region').waitFor()
  assert.equal(await page.locator('#name').inputValue(), 'Ünal Ng')
  assert.equal(await page.locator('[data-apply-country]').isVisible(), false)
})

journey('a customer signs up, confirms by mail, buys, and cancels', async (t) => {
  const good = await sell()
  const walk = await comes(t)
  const person = await walk.verifyAndSignIn()
  await walk.addToCart(good.slug)
  await walk.toContact()
  await walk.fillContact(person)
  await walk.next('delivery')
  await walk.next('payment')
  await walk.choose('ok')
  await walk.order()
  const id = await walk.isThanked()
  await walk.visit(`/orders/${id}/cancel`)
  await walk.page.locator('main form button').last().click()
  await walk.page.waitForURL(`**/orders/${id}**`)
  assert.deepEqual(
    (await ordersOf(person.email)).map(({ status }) => status),
    ['canceled'],
  )
})
