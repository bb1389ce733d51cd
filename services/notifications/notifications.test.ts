// What happens elsewhere is told to customers once, and staff can see it and say it again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { notificationsApi } from '@souk/contracts/notifications'
import { anonymous, customer, refusalOf, staff, startForTest, type TestShop } from '@souk/service/testing'
import {
  canceled,
  placed,
  refunded,
  resetRequested,
  shipped,
  tellService,
  verificationRequested,
} from './sample-messages.ts'
import { notifications } from './service.ts'

let shop: TestShop
before(async () => {
  shop = await startForTest([notifications])
})
after(() => shop.stop())

const mailsTo = async (to: string) => (await shop.as(notificationsApi, anonymous).mailboxList({ query: { to } })).items
const toldTo = async (recipient: string) =>
  (await shop.as(notificationsApi, staff).list({ query: { recipient, limit: 100 } })).items
const key = () => ({ 'idempotency-key': randomUUID() })

test('each thing that happens leads to its letter, once, however often it is delivered', async () => {
  // medusa #4089, #7156: mails that are never sent; saleor #13542: two for one order.
  const expected = [
    [placed(), 'order-confirmed', 'Your Souk order S-100042', 'Thank you for your order'],
    [shipped(), 'order-shipped', 'Part of your order S-100042 is on its way', 'https://track.example/0034'],
    [canceled(), 'order-canceled', 'Your order S-100042 was canceled', 'Your payment of €65.65 is on its way back'],
    [refunded(), 'order-refunded', '€12.90 back for your order S-100042', 'One bottle arrived broken.'],
    [verificationRequested(), 'verification', 'Confirm your e-mail address for Souk', 'verify-email?token=secret'],
    [resetRequested(), 'password-reset', 'Choose a new password for Souk', 'reset-password?token=secret'],
  ] as const
  await tellService(
    shop,
    expected.map(([message]) => message),
    3,
  )
  for (const [{ data }, kind, subject, says] of expected) {
    const told = await toldTo(data.email)
    assert.deepEqual(
      told.map((one) => [one.kind, one.subject, one.status]),
      [[kind, subject, 'sent']],
    )
    const [mail] = await mailsTo(data.email.toUpperCase())
    assert.equal(mail?.subject, subject)
    assert.ok(mail.text.toLowerCase().includes(says.toLowerCase()), mail.text)
  }
})
