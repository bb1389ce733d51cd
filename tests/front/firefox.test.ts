// In Firefox: a guest buys, and receives a push about the order. The push is real from end to end, but for the push service of the
// browser's maker, which no test can reach: one of our own takes its place (push-service.ts). Firefox subscribes and has the keys, the
// shop signs and encrypts, Firefox decrypts and wakes the worker of the page, and shows what that asks for.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import type { Page } from 'puppeteer-core'
import { clickNotification, guestIn, opensFirefox } from './firefox.ts'
import { asStaff, limitMs, ordersOf, sell, url } from './front.ts'
import { startPushService } from './push-service.ts'

const options = { skip: process.env.SOUK_FIREFOX_SKIPPED ?? false, timeout: limitMs }

test(
  'a guest buys in Firefox, and a push about the order is received, shown, and leads to the order',
  options,
  async (t) => {
    const good = await sell()
    const pushService = await startPushService()
    t.after(() => pushService.close())
    const { browser, page } = await opensFirefox(t, pushService.preferences)
    const guest = guestIn(page, url)
    const { email, orderId } = await guest.buys(good.slug)
    const [order] = await ordersOf(email)
    assert.deepEqual([order?.id, order?.status], [orderId, 'paid'])

    await guest.press('button', 'after.pushYes')
    await guest.reads('Done. This device gets news of this order.')
    const shipped = await asStaff('POST', `/v1/orders/${orderId}/shipments`, {}, { 'idempotency-key': randomUUID() })
    assert.equal(shipped.status, 201, JSON.stringify(shipped.body))
    await eventually('a notification is shown', async () => (await notificationsOf(page)).length > 0, 30)
    const [shown] = await notificationsOf(page)
    assert.match(shown?.body ?? '', new RegExp(`${order?.number}`))
    const [push] = pushService.posted
    assert.match(push?.headers.authorization ?? '', /^vapid t=[\w.-]+, k=[\w-]+$/)
    assert.equal(push?.body.includes(shown?.body ?? ''), false, 'who carries it cannot read it')

    await clickNotification(browser)
    const isOpen = async () => (await browser.pages()).some((tab) => tab !== page && tab.url().endsWith(orderId))
    await eventually('the order is open in a new tab', isOpen, 30)
    assert.deepEqual(await notificationsOf(page), [])
  },
)

/** What the worker of the page has shown, and nobody has closed. */
function notificationsOf(page: Page): Promise<{ title: string; body: string }[]> {
  return page.evaluate(`navigator.serviceWorker.ready
    .then((registration) => registration.getNotifications())
    .then((all) => all.map(({ title, body }) => ({ title, body })))`) as Promise<{ title: string; body: string }[]>
}
