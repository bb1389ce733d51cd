// Newsletter and stock alerts: nothing to addresses that have not agreed, one click ends it, each is told once, strangers cannot flood.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { BackInStock } from '@souk/contracts/inventory'
import { notificationsApi } from '@souk/contracts/notifications'
import { ProductChanged } from '@souk/contracts/products'
import type { Caller } from '@souk/service'
import { anonymous, customer, eventually, refusalOf, startForTest, type TestShop } from '@souk/service/fixture'
import type { NotificationsContext } from '../context.ts'
import { type FakeMailServer, openFakeMailServer } from '../fakes.ts'
import { publish } from '../fixture.ts'
import { notifications } from '../service.ts'
import { deleteOldSubscriptions } from './delete-old-subscriptions.ts'

let shop: TestShop
let mails: FakeMailServer
before(async () => {
  mails = await openFakeMailServer()
  shop = await startForTest([notifications], {
    env: {
      NOTIFICATIONS_SMTP_URL: mails.url,
      NOTIFICATIONS_SUBSCRIPTIONS_PER_HOUR: '200',
      SOUK_PUBLIC_URL: 'https://souk.example',
    },
  })
})
after(async () => {
  await shop.stop()
  await mails.close()
})

const { changeSubscription, subscriptionPage } = notificationsApi.routes
const as = (caller: Caller = anonymous) => shop.as(notificationsApi, caller)
const newAddress = () => `ada-${randomUUID()}@example.com`
const mailsTo = (address: string) => mails.mails.filter((mail) => mail.to === address)
async function mailTo(address: string, number = 1) {
  await eventually(`mail ${number} to ${address}`, () => mailsTo(address).length >= number)
  return mailsTo(address)[number - 1] as (typeof mails.mails)[number]
}
const tokenIn = (text: string) => /token=([\w-]+)/.exec(text.replaceAll('=\r\n', ''))?.[1] as string
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const at = (action: string, token: string, language = 'en') => ({
  params: { action },
  url: `/subscriptions/${action}?token=${token}&language=${language}`,
})
const open = (action: string, token: string, language?: string) =>
  shop.request(subscriptionPage, at(action, token, language))
const press = (action: string, token: string) =>
  shop.request(changeSubscription, { params: { action }, body: `token=${token}`, headers: form })
async function putProduct(sku: string, title = `Lamp ${sku}`) {
  const product = { productId: randomUUID(), slug: sku.toLowerCase(), title, status: 'published' as const, version: 1 }
  await publish(shop, [ProductChanged({ ...product, variants: [{ sku, title: '', prices: [], weightGrams: 1 }] })])
}
const newSku = () => `LAMP-${randomUUID().slice(0, 8)}`
const subscriber = async (email: string) => {
  const [row] = await shop.database('notifications').sql<{ status: string }>`
    select status from newsletter_subscriber where email = ${email}`
  return row?.status
}

test('the newsletter is on only after the button behind the link was pressed', async () => {
  const email = newAddress()
  const asked = await as().askForNewsletter({ body: { email, language: 'de' } })
  assert.deepEqual(asked, { needsConfirmation: true })
  const mail = await mailTo(email)
  assert.match(mail.text, /MÖCHTEN SIE UNSEREN NEWSLETTER\?/)
  const token = tokenIn(mail.text)
  assert.match(mail.text.replaceAll('=\r\n', ''), /&language=de/)
  const page = await open('confirm', token, 'de')
  assert.match(
    String(page.body),
    /<html lang="de">[\s\S]*<form method="post" action="\/subscriptions\/confirm">[\s\S]*Ja, bitte schicken/,
  )
  assert.equal(await subscriber(email), 'asked', 'mail scanners open links')
  const wrong = await press('confirm', 'wrong&language=de')
  assert.deepEqual([wrong.status, /<h1>Dieser Link gilt nicht mehr/.test(String(wrong.body))], [400, true])
  assert.equal((await press('confirm', token)).status, 200)
  assert.equal((await press('confirm', token)).status, 200)
  assert.equal(await subscriber(email), 'on')

  assert.deepEqual(await as().askForNewsletter({ body: { email } }), asked, 'nobody learns that it is on')
  assert.equal(mailsTo(email).length, 1)
})

test('a link that nobody used for a week no longer works, and the address is forgotten', async () => {
  const email = newAddress()
  await as().askForNewsletter({ body: { email } })
  await mailTo(email)
  const context = shop.running.services.get('notifications')?.context
  const later = { ...context, now: () => new Date(Date.now() + 8 * 86_400_000) } as NotificationsContext
  await deleteOldSubscriptions(later)
  assert.equal(await subscriber(email), undefined)
})

test('one post without a cookie unsubscribes, whatever mail program sends it, and every later one answers 200', async () => {
  const [email, sku] = [newAddress(), newSku()]
  await putProduct(sku)
  const ada = customer(randomUUID(), email)
  assert.deepEqual(await as(ada).askForStockAlert({ body: { sku } }), { needsConfirmation: false })
  await publish(shop, [BackInStock({ sku, available: 3 })])
  const { headers, text } = await mailTo(email)
  const header = (name: string) => headers.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  const [, url = ''] =
    /^<(https:\/\/souk\.example\/subscriptions\/unsubscribe\?token=[\w-]+&language=en)>$/.exec(
      header('List-Unsubscribe') ?? '',
    ) ?? []
  assert.equal(header('List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click')
  assert.ok(text.includes(`Unsubscribe: ${url}`), text)

  const other = newSku()
  await putProduct(other)
  await as(ada).askForStockAlert({ body: { sku: other } })
  const token = new URL(url).searchParams.get('token') as string
  const page = await open('unsubscribe', token)
  assert.match(String(page.body), /<button>Unsubscribe<\/button>/)
  const oneClick = () =>
    shop.request(changeSubscription, {
      ...at('unsubscribe', token),
      body: 'List-Unsubscribe=One-Click',
      headers: form,
    })
  for (let n = 0; n < 2; n++) {
    const { status, headers: answered } = await oneClick()
    assert.deepEqual([status, answered.location], [200, undefined])
  }
  assert.equal((await press('unsubscribe', 'nobody-knows-it')).status, 200)
  await publish(shop, [BackInStock({ sku: other, available: 3 })])
  assert.equal(mailsTo(email).length, 1)
})

test('an address that is not proved confirms first; then it is told once, in its language', async () => {
  const [email, sku] = [newAddress(), newSku()]
  await putProduct(sku, 'Öllampe')
  const ask = () => as().askForStockAlert({ body: { sku, email, language: 'de' } })
  assert.deepEqual(await ask(), { needsConfirmation: true })
  const first = await mailTo(email)
  await publish(shop, [BackInStock({ sku, available: 3 })])
  assert.equal((await press('confirm', tokenIn(first.text))).status, 200)
  assert.deepEqual(await ask(), { needsConfirmation: true })
  for (let n = 0; n < 3; n++) await publish(shop, [BackInStock({ sku, available: 3 })], 2)
  const told = await mailTo(email, 2)
  assert.ok(
    told.headers.some((line) => /^Subject: =\?UTF-8\?/.test(line)),
    told.headers.join('\n'),
  )
  assert.match(told.text, /Öllampe ist wieder zu\s+haben/)
  assert.match(told.text, new RegExp(`https://souk.example/de/p/${sku.toLowerCase()}\\?sku=${sku}`))
  await new Promise((resolve) => setTimeout(resolve, 700))
  assert.equal(mailsTo(email).length, 2)
})

test('what is not for sale cannot be waited for, and who is not signed in names an address', async () => {
  const sku = newSku()
  const ask = (body: object) => refusalOf(as().askForStockAlert({ body: body as never }))
  assert.equal((await ask({ sku, email: newAddress() })).code, 'sku-unknown')
  await putProduct(sku)
  assert.equal((await ask({ sku })).code, 'email-missing')
})

test('a mailbox gets three letters a day that ask for confirmation, however often and in whatever spelling it is named', async () => {
  const name = `vic.tim.${randomUUID()}`
  const [sku, other] = [newSku(), newSku()]
  await putProduct(sku)
  await putProduct(other)
  for (let n = 0; n < 6; n++) {
    await as().askForNewsletter({ body: { email: `${name}+${n}@example.com` } })
    await as().askForStockAlert({ body: { sku: n % 2 ? sku : other, email: `${name}+x${n}@example.com` } })
  }
  const { sql } = shop.database('notifications')
  const [row] = await sql`select count(*)::int as letters from notification where recipient like ${`${name}%`}`
  assert.deepEqual(row, { letters: 3 })
})

test('one network causes so many letters an hour', async () => {
  const other = await startForTest([notifications], { env: { NOTIFICATIONS_SUBSCRIPTIONS_PER_HOUR: '3' } })
  try {
    const ask = () => other.as(notificationsApi, anonymous).askForNewsletter({ body: { email: newAddress() } })
    for (let n = 0; n < 3; n++) await ask()
    const refusal = await refusalOf(ask())
    assert.deepEqual([refusal.code, refusal.status], ['too-many-requests', 429])
  } finally {
    await other.stop()
  }
})

test('a thousand who wait for one thing are told once each, and wait no more', async () => {
  const sku = newSku()
  await putProduct(sku)
  const { sql } = shop.database('notifications')
  await sql`
    insert into stock_alert (id, sku, mailbox, email, language, is_confirmed, created_at)
    select uuidv7(), ${sku}, ${sku} || n || '@example.com', ${sku} || n || '@example.com', 'en', true, now()
    from generate_series(1, 1000) as n`
  await publish(shop, [BackInStock({ sku, available: 3 }), BackInStock({ sku, available: 3 })])
  const count = async () => {
    const [row] = await sql<{ letters: number }>`
      select count(*)::int as letters from notification where kind = 'back-in-stock' and recipient like ${`${sku}%`}`
    return row?.letters ?? 0
  }
  await eventually('all are told', async () => (await count()) >= 1_000)
  assert.equal(await count(), 1_000)
  assert.deepEqual(await sql`select id from stock_alert where sku = ${sku}`, [])
})
