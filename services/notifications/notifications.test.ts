// Each event leads to one letter, whatever is delivered twice; staff list the letters and send them again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { notificationsApi } from '@souk/contracts/notifications'
import { anonymous, customer, refusalOf, staff, startForTest, type TestShop } from '@souk/service/fixture'
import type { NotificationsContext } from './context.ts'
import { deleteOldContents } from './delete-old-contents.ts'
import { sendOn } from './delivery/send-notifications.ts'
import {
  canceled,
  emailChanged,
  emailChangeRequested,
  placed,
  publish,
  refunded,
  resetRequested,
  shipped,
  signUpRepeated,
  unitsCanceled,
  verificationRequested,
} from './fixture.ts'
import { notifications } from './service.ts'

let shop: TestShop
before(async () => {
  shop = await startForTest([notifications])
})
after(() => shop.stop())

const mailsTo = async (to: string) => (await shop.as(notificationsApi, anonymous).mailboxList({ query: { to } })).items
const notificationsTo = async (recipient: string) =>
  (await shop.as(notificationsApi, staff).list({ query: { recipient, limit: 100 } })).items
const key = () => ({ 'idempotency-key': randomUUID() })

test('each event leads to one letter of its kind, however often it is delivered', async () => {
  // medusa #4089, #7156: mails that are never sent; saleor #13542: two for one order.
  const expected = [
    [placed(), 'order-confirmed', 'Your Souk order S-100042', 'Thank you for your order'],
    [shipped(), 'order-shipped', 'Part of your order S-100042 is on its way', 'https://track.example/0034'],
    [canceled(), 'order-canceled', 'Your order S-100042 was canceled', 'we will refund it automatically'],
    [refunded(), 'order-refunded', 'Refund of €12.90 for your order S-100042', 'One bottle arrived broken.'],
    [verificationRequested(), 'verification', 'Confirm your e-mail address for Souk', 'verify-email?token=secret'],
    [resetRequested(), 'password-reset', 'Choose a new password for Souk', 'reset-password?token=secret'],
    [signUpRepeated(), 'sign-up-repeated', 'You have an account at Souk already', 'reset-password?token=secret'],
  ] as const
  await publish(
    shop,
    expected.map(([message]) => message),
    3,
  )
  for (const [{ data }, kind, subject, contains] of expected) {
    const rows = await notificationsTo(data.email)
    assert.deepEqual(
      rows.map((one) => [one.kind, one.subject, one.status]),
      [[kind, subject, 'sent']],
    )
    const [mail] = await mailsTo(data.email.toUpperCase())
    assert.equal(mail?.subject, subject)
    assert.ok(mail.text.toLowerCase().includes(contains.toLowerCase()), mail.text)
  }
})

test('a change of the e-mail address is told to both addresses, and only the new one gets the link', async () => {
  const asked = emailChangeRequested()
  const changed = emailChanged()
  await publish(shop, [asked, changed], 2)
  const kindsTo = async (to: string) => (await notificationsTo(to)).map((one) => one.kind)
  const textTo = async (to: string) => (await mailsTo(to))[0]?.text as string
  for (const { data } of [asked, changed])
    for (const to of [data.email, data.newEmail]) assert.equal((await mailsTo(to)).length, 1, to)
  assert.deepEqual(await kindsTo(asked.data.newEmail), ['email-change'])
  assert.match(await textTo(asked.data.newEmail), /change-email\?token=secret/)
  assert.deepEqual(await kindsTo(asked.data.email), ['email-change-notice'])
  assert.doesNotMatch(await textTo(asked.data.email), /token|change-email/)
  // A character without width keeps mail programs from making a link of it.
  const shown = (await textTo(asked.data.email)).replaceAll('\u200b', '')
  assert.ok(shown.includes(asked.data.newEmail), shown)
  assert.deepEqual(await kindsTo(changed.data.newEmail), ['email-changed'])
  assert.deepEqual(await kindsTo(changed.data.email), ['email-changed-notice'])
})

test('a message that is delivered again after its inbox row was deleted leads to no second letter', async () => {
  // eShopOnContainers #580: the inbox alone is not enough, the effect itself must be unique.
  const order = placed()
  const [id] = await publish(shop, [order])
  const { sql } = shop.database('notifications')
  await sql`delete from inbox where event_id = ${id}`
  await shop.transport.publish(shop.transport.log.filter((message) => message.id === id))
  await shop.settle()
  assert.equal((await sql`select event_id from inbox where event_id = ${id}`).length, 1)
  assert.equal((await notificationsTo(order.data.email)).length, 1)
})

test('a batch of a thousand orders is a thousand notifications', async () => {
  const { sql } = shop.database('notifications')
  const ids = await publish(
    shop,
    Array.from({ length: 1_000 }, () => placed()),
  )
  const [row] = await sql`select count(*) as stored from notification where cause = any(${ids}::uuid[])`
  assert.deepEqual(row, { stored: 1_000 })
})

test('an attempt that was never paid leads to no letter, unless the bank had agreed or staff ended it', async () => {
  const letters = async (reason: string, wasPaid: boolean, wasApproved?: boolean) => {
    const message = canceled({ reason, wasPaid, wasApproved })
    await publish(shop, [message])
    return (await notificationsTo(message.data.email)).length
  }
  assert.equal(await letters('declined', false), 0)
  assert.equal(await letters('out-of-stock', false), 0)
  assert.equal(await letters('declined', true), 1)
  assert.equal(await letters('out-of-stock', true), 1)
  assert.equal(await letters('expired', false), 1)
  assert.equal(await letters('by-customer', false), 0)
  assert.equal(await letters('by-customer', true), 1)
  assert.equal(await letters('by-staff', false), 1)
  for (const reason of ['declined', 'out-of-stock', 'expired', 'by-customer'])
    assert.equal(await letters(reason, false, true), 1, reason)
})

test('an order that ends with its last canceled units leads to no letter besides those of the units', async () => {
  const message = canceled({ reason: 'units-canceled', wasPaid: true })
  await publish(shop, [unitsCanceled({ orderId: message.data.orderId, email: message.data.email }), message])
  assert.deepEqual(
    (await notificationsTo(message.data.email)).map((one) => one.kind),
    ['units-canceled'],
  )
})

test('attempts whose time ran out lead to one letter a day to a mailbox, whatever else it gets', async () => {
  const email = `ada-${randomUUID()}@example.com`
  const expired = () => canceled({ email, reason: 'expired', wasPaid: false })
  await publish(shop, [placed({ email }), ...Array.from({ length: 20 }, expired)])
  for (let n = 0; n < 3; n++) await publish(shop, [expired()])
  const kinds = (await mailsTo(email)).map((mail) => mail.subject.replace(/S-\d+/, ''))
  assert.deepEqual(kinds.toSorted(), ['Your Souk order ', 'Your order  was canceled'])
})

test('an order that its refunds have ended leads to no letter besides those of the refunds', async () => {
  const message = canceled({ reason: 'refunded', wasPaid: true })
  const letter = refunded({ orderId: message.data.orderId, email: message.data.email })
  await publish(shop, [letter, message])
  assert.deepEqual(
    (await notificationsTo(message.data.email)).map((one) => one.kind),
    ['order-refunded'],
  )
})

test('a message with a mail header in its address becomes a dead letter and sends no mail', async () => {
  const { sql } = shop.database('notifications')
  const [id] = await publish(shop, [placed({ email: 'ada@example.com\r\nBcc: everybody@example.com' })])
  assert.deepEqual(await sql`select status from dead_letter where event_id = ${id}`, [{ status: 'dead' }])
  assert.deepEqual(await sql`select id from notification where cause = ${id}`, [])
})

test('a message that cannot be stored becomes a dead letter with its error; the others of its batch are stored', async () => {
  const other = await startForTest([notifications])
  try {
    const { sql } = other.database('notifications')
    await sql`alter table notification add constraint no_poison check (recipient not like 'poison%')`
    const orders = [
      placed(),
      placed({ email: 'poison@example.com' }),
      placed(),
      placed({ accessKey: 'nul \0' }),
      placed(),
    ]
    const [, poison, , nul] = await publish(other, orders)
    assert.deepEqual(await sql`select count(*) as stored from notification`, [{ stored: 3 }])
    const aside = await sql<{ eventId: string; error: string }>`select event_id, error from dead_letter`
    assert.deepEqual(new Set(aside.map((row) => row.eventId)), new Set([poison, nul]))
    assert.match(aside.find((row) => row.eventId === poison)?.error ?? '', /no_poison/)
    assert.equal((await other.request(notificationsApi.routes.mailbox, {})).status, 200)
  } finally {
    await other.stop()
  }
})

test('staff send a letter again: a new notification with a message id of its own', async () => {
  // vendure #739, #741: there was no way to send a mail again.
  const order = placed()
  await publish(shop, [order])
  const [first] = await notificationsTo(order.data.email)
  const headers = key()
  const params = { id: first?.id as string }
  const client = shop.as(notificationsApi, staff)
  const again = await client.resend({ params, headers })
  assert.deepEqual(await client.resend({ params, headers }), again)
  assert.notEqual(again.id, first?.id)
  assert.deepEqual({ ...again, id: 0, createdAt: 0, sentAt: 0 }, { ...first, id: 0, createdAt: 0, sentAt: 0 })
  const mails = await mailsTo(order.data.email)
  assert.equal(mails.length, 2)
  assert.equal(mails[0]?.text, mails[1]?.text)
  const { sql } = shop.database('notifications')
  const ids = await sql<{ messageId: string }>`
    select message_id from notification where recipient = ${order.data.email} order by id`
  assert.equal(new Set(ids.map((row) => row.messageId)).size, 2)
})

test('letters with links that expire, and letters without content, cannot be sent again', async () => {
  const client = shop.as(notificationsApi, staff)
  const messages = [verificationRequested(), resetRequested(), placed()]
  await publish(shop, messages)
  const { sql } = shop.database('notifications')
  await sql`update notification set content = null where recipient = ${messages[2]?.data.email}`
  for (const { data } of messages) {
    const [row] = await notificationsTo(data.email)
    const refusal = await refusalOf(client.resend({ params: { id: row?.id as string }, headers: key() }))
    assert.deepEqual([refusal.code, refusal.status], ['cannot-resend', 409])
  }
  const unknown = await refusalOf(client.resend({ params: { id: randomUUID() }, headers: key() }))
  assert.equal(unknown.code, 'not-found')
})

test('a mailbox gets thirty letters about orders an hour; what is above is kept for staff and not sent', async () => {
  const name = `vic.tim.${randomUUID()}`
  const spelling = (n: number) => `${name}+${n}@${n % 2 ? 'gmail.com' : 'GoogleMail.com'}`
  await publish(
    shop,
    Array.from({ length: 20 }, (_, n) => placed({ email: spelling(n) })),
  )
  for (let n = 20; n < 40; n++) await publish(shop, [canceled({ email: spelling(n), reason: 'by-staff' })])
  const { sql } = shop.database('notifications')
  const counts = () => sql<{ status: string; count: number }>`
    select status, count(*) from notification
    where mailbox_of(recipient) = mailbox_of(${spelling(0)})
    group by status order by status`
  assert.deepEqual(await counts(), [
    { status: 'sent', count: 30 },
    { status: 'suppressed', count: 10 },
  ])
  assert.equal((await mailsTo(spelling(39))).length, 0)

  const client = shop.as(notificationsApi, staff)
  const suppressed = await client.list({ query: { recipient: spelling(39), status: 'suppressed' } })
  assert.match(suppressed.items[0]?.error ?? '', /limit/)
  const sent = await client.resend({ params: { id: suppressed.items[0]?.id as string }, headers: key() })
  assert.equal(sent.status, 'sent')
  assert.equal((await mailsTo(spelling(39))).length, 1)

  await publish(shop, [resetRequested({ email: spelling(1) }), placed({ email: `x${spelling(1)}` })])
  assert.equal((await mailsTo(spelling(1))).length, 2, 'letters about the account are counted apart')
  assert.equal((await mailsTo(`x${spelling(1)}`)).length, 1, 'another mailbox')
})

test('a mailbox gets a hundred letters a day, and letters again on the next day', async () => {
  let aheadMs = 0
  const other = await startForTest([notifications], {
    env: { NOTIFICATIONS_LETTERS_PER_HOUR: '2', NOTIFICATIONS_LETTERS_PER_DAY: '3' },
    now: () => new Date(Date.now() + aheadMs),
  })
  try {
    const email = `ada-${randomUUID()}@example.com`
    const { sql } = other.database('notifications')
    const sentAfter = async (hours: number) => {
      aheadMs = hours * 3_600_000
      await publish(other, [placed({ email }), placed({ email }), placed({ email })])
      // Ids have the time of the machine's clock: move them to the time of the shop's clock.
      await sql`
        update notification set id = uuidv7(${`${hours} hours`}::interval)
        where created_at >= ${new Date(Date.now() + aheadMs - 60_000).toISOString()}`
      const [row] = await sql<{ sent: number }>`select count(*) as sent from notification where status = 'sent'`
      return row?.sent
    }
    assert.deepEqual([await sentAfter(0), await sentAfter(2), await sentAfter(4), await sentAfter(30)], [2, 3, 3, 5])
  } finally {
    await other.stop()
  }
})

test('staff page through the notifications, newest first, and filter them; others may not', async () => {
  const client = shop.as(notificationsApi, staff)
  const order = placed()
  const { email, orderId } = order.data
  await publish(shop, [order])
  await publish(shop, [shipped({ email, orderId }), refunded({ email, orderId }), canceled({ email })])

  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const page = await client.list({ query: { recipient: email.toUpperCase(), limit: 2, cursor } })
    pages.push(page.items.map((one) => one.kind))
    cursor = page.nextCursor
  } while (cursor)
  assert.deepEqual(pages, [
    ['order-canceled', 'order-refunded'],
    ['order-shipped', 'order-confirmed'],
  ])
  const ofOrder = await client.list({ query: { orderId, status: 'sent' } })
  assert.deepEqual(
    ofOrder.items.map((one) => one.kind),
    ['order-refunded', 'order-shipped', 'order-confirmed'],
  )
  assert.deepEqual((await client.list({ query: { orderId, status: 'queued' } })).items, [])
  assert.deepEqual(Object.keys(ofOrder.items[0] as object).sort(), [
    'attempts',
    'channel',
    'createdAt',
    'id',
    'kind',
    'orderId',
    'recipient',
    'sentAt',
    'status',
    'subject',
  ])

  const strange = Buffer.from('["x"]').toString('base64url')
  assert.equal((await refusalOf(client.list({ query: { cursor: strange } }))).code, 'invalid-cursor')
  assert.equal((await refusalOf(shop.as(notificationsApi, customer()).list({}))).code, 'not-allowed')
  assert.equal((await refusalOf(shop.as(notificationsApi, anonymous).list({}))).code, 'not-signed-in')
})

test('after ninety days the content is deleted, and the notification stays', async () => {
  const order = placed()
  await publish(shop, [order])
  const context = shop.running.services.get('notifications')?.context
  const inDays = (days: number) => ({ ...context, now: () => new Date(Date.now() + days * 86_400_000) })
  await deleteOldContents(inDays(89) as NotificationsContext)
  assert.match((await mailsTo(order.data.email))[0]?.text ?? '', /THANK YOU/)
  await deleteOldContents(inDays(91) as NotificationsContext)
  assert.equal((await mailsTo(order.data.email))[0]?.text, 'The content of this letter was deleted.')
  assert.equal((await notificationsTo(order.data.email)).length, 1)
})

test('no mail text is logged', async () => {
  const lines: string[] = []
  const write = (fields: object, sentence: string) => void lines.push(JSON.stringify(fields) + sentence)
  const log = { info: write, warn: write, error: write }
  const { running } = shop
  const context = { ...running.services.get('notifications')?.context, log } as NotificationsContext
  const fail = async () => ({ outcome: 'refused', error: '550 <ada@example.com> No' }) as const
  const channel = { connections: 1, leaseSeconds: 60, retrySeconds: [], send: fail, close: async () => undefined }
  const { sql } = shop.database('notifications')
  await publish(shop, [resetRequested()])
  await sql`update notification set status = 'queued', sent_at = null where kind = 'password-reset'`
  const resources = { ...context.resources, channels: { mail: channel } }
  await sendOn('mail')({ ...context, resources }, new AbortController().signal)
  assert.doesNotMatch(lines.join('\n'), /secret|ada|reset the password/)
})
