// What customers choose is kept: which news on which channel, not in quiet hours, texts to a number that was confirmed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { notificationsApi } from '@souk/contracts/notifications'
import { UserDeleted } from '@souk/contracts/users'
import type { Caller } from '@souk/service'
import { customer, eventually, refusalOf, staff, startForTest, type TestShop } from '@souk/service/fixture'
import { type FakeHttpServer, openFakeHttpServer } from '../fakes.ts'
import { placed, publish, shipped } from '../fixture.ts'
import { notifications } from '../service.ts'

let shop: TestShop
let provider: FakeHttpServer
let aheadMs = 0
const refusing = new Map<string, { status: number; body: string }>()
before(async () => {
  provider = await openFakeHttpServer(({ body }) => {
    const to = new URLSearchParams(body.toString()).get('To') ?? ''
    return refusing.get(to) ?? { status: 201, body: '{"sid":"SM1","status":"queued"}' }
  })
  shop = await startForTest([notifications], {
    env: {
      NOTIFICATIONS_SMS_URL: `${provider.url.replace('//', '//account:secret@')}/2010-04-01/Accounts/account/Messages.json`,
      NOTIFICATIONS_MAILBOX: 'on',
    },
    now: () => new Date(Date.now() + aheadMs),
  })
})
after(async () => {
  await shop.stop()
  await provider.close()
})

const as = (caller: Caller) => shop.as(notificationsApi, caller)
const news = (change: object = {}) => ({ mail: true, push: true, sms: false, ...change })
const orderNews = (change: object = {}) => ({
  confirmed: news(),
  shipped: news(),
  canceled: news(),
  refunded: news(),
  ...change,
})
const textsTo = (number: string) =>
  provider.requests.map(({ body }) => new URLSearchParams(body.toString())).filter((form) => form.get('To') === number)
let lastNumber = 0
const newNumber = () => `+4915112345${String(lastNumber++).padStart(3, '0')}`
async function confirmedNumber(caller: Caller): Promise<string> {
  const number = newNumber()
  await as(caller).putPhone({ body: { number } })
  await eventually('the code has arrived', () => textsTo(number).length === 1)
  const code = /\d{6}/.exec(textsTo(number)[0]?.get('Body') ?? '')?.[0] as string
  const preferences = await as(caller).confirmPhone({ body: { code: `${code.slice(0, 3)} ${code.slice(3)}` } })
  assert.deepEqual(preferences.phone, { number, isConfirmed: true })
  return number
}
const mine = (caller: Caller) => ({ customerId: caller.userId as string, email: caller.email as string })
const logTo = async (recipient: string) =>
  (await as(staff).list({ query: { recipient } })).items.map(
    ({ kind, channel, status }) => `${kind} ${channel} ${status}`,
  )

test('without a choice there is mail about all orders, and no newsletter', async () => {
  assert.deepEqual(await as(customer()).readPreferences({}), {
    orderNews: orderNews(),
    newsletter: 'off',
    canText: true,
  })
})

test('choices are kept, and mail that the law demands cannot be left out', async () => {
  const ada = customer()
  const body = {
    orderNews: orderNews({ shipped: news({ mail: false, push: false }) }),
    newsletter: true,
    quietHours: { from: '22:00', until: '07:00', timeZone: 'Europe/Berlin' },
  }
  const kept = { orderNews: body.orderNews, newsletter: 'on', quietHours: body.quietHours, canText: true }
  assert.deepEqual(await as(ada).putPreferences({ body }), kept)
  assert.deepEqual(await as(ada).readPreferences({}), kept)
  const put = (change: object) => refusalOf(as(ada).putPreferences({ body: { ...body, ...change } }))
  for (const name of ['confirmed', 'canceled', 'refunded'])
    assert.equal((await put({ orderNews: orderNews({ [name]: news({ mail: false }) }) })).code, 'mail-required')
  assert.equal((await put({ quietHours: { ...body.quietHours, timeZone: 'Mars/Base' } })).code, 'time-zone-unknown')
  assert.equal((await put({ orderNews: orderNews({ shipped: news({ sms: true }) }) })).code, 'phone-not-confirmed')

  await publish(shop, [placed(mine(ada)), shipped(mine(ada))])
  assert.deepEqual(await logTo(ada.email as string), ['order-confirmed mail sent'])
})

test('a customer with a confirmed number gets a text about what was chosen, once', async () => {
  const ada = customer()
  const number = await confirmedNumber(ada)
  await as(ada).putPreferences({ body: { orderNews: orderNews({ shipped: news({ sms: true }) }), newsletter: false } })
  const order = shipped(mine(ada))
  await publish(shop, [placed(mine(ada)), order], 3)
  await eventually('the text has arrived', () => textsTo(number).length === 2)
  const text = textsTo(number)[1]?.get('Body')
  assert.equal(text, `Part of your order S-100042 is on its way http://localhost:4000/en/orders/${order.data.orderId}`)
  assert.equal(textsTo(number)[1]?.get('From'), 'Souk')
  assert.equal(provider.requests[0]?.path, '/2010-04-01/Accounts/account/Messages.json')
  assert.equal(provider.requests[0]?.headers.authorization, `Basic ${Buffer.from('account:secret').toString('base64')}`)
  await eventually('it is recorded', async () => (await logTo(number))[0] === 'order-shipped sms sent')
  assert.deepEqual(await logTo(number), ['order-shipped sms sent', 'phone-code sms sent'])
})

test('in quiet hours a text waits and a mail does not', async () => {
  const ada = customer()
  const number = await confirmedNumber(ada)
  const now = new Date(Date.now() + aheadMs)
  const clock = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString().slice(11, 16)
  await as(ada).putPreferences({
    body: {
      orderNews: orderNews({ shipped: news({ sms: true }) }),
      newsletter: false,
      quietHours: { from: clock(-5), until: clock(60), timeZone: 'UTC' },
    },
  })
  await publish(shop, [shipped(mine(ada))])
  const rowOf = async () => (await as(staff).list({ query: { recipient: number } })).items[0]
  await eventually('it waits', async () => /quiet hours/.test((await rowOf())?.error ?? ''))
  assert.deepEqual([(await rowOf())?.status, (await rowOf())?.attempts], ['queued', 0])
  assert.deepEqual(await logTo(ada.email as string), ['order-shipped mail sent'])
  aheadMs += 61 * 60_000
  await eventually('it arrives afterwards', () => textsTo(number).length === 2)
  await eventually('it is recorded', async () => (await rowOf())?.status === 'sent')
})

test('five wrong codes use a code up, and a code expires', async () => {
  const ada = customer()
  const number = newNumber()
  await as(ada).putPhone({ body: { number } })
  await eventually('the code has arrived', () => textsTo(number).length === 1)
  const code = /\d{6}/.exec(textsTo(number)[0]?.get('Body') ?? '')?.[0] as string
  const wrong = code === '000000' ? '000001' : '000000'
  for (let n = 0; n < 5; n++)
    assert.equal((await refusalOf(as(ada).confirmPhone({ body: { code: wrong } }))).code, 'code-wrong')
  assert.equal((await refusalOf(as(ada).confirmPhone({ body: { code } }))).code, 'code-expired')
  assert.equal((await as(ada).readPreferences({})).phone?.isConfirmed, false)
})

test('texts go to countries of the shop alone, and few codes are sent', async () => {
  const ada = customer()
  const put = (body: { number: string; country?: string }) => as(ada).putPhone({ body })
  assert.equal((await refusalOf(put({ number: '1234' }))).code, 'phone-invalid')
  for (const number of ['+1 212 555 0123', '+881 612 345 678'])
    assert.equal((await refusalOf(put({ number }))).code, 'country-not-served', number)
  assert.equal((await put({ number: '0151 / 1234-5999', country: 'DE' })).number, '+4915112345999')
  for (let n = 0; n < 4; n++) await put({ number: newNumber() })
  assert.equal((await refusalOf(put({ number: newNumber() }))).code, 'too-many-requests')
})

test('a number that takes no texts is noted and left alone, and an unclear outcome is not repeated', async () => {
  const [ada, ben] = [customer(), customer()]
  const gone = await confirmedNumber(ada)
  const unclear = await confirmedNumber(ben)
  refusing.set(gone, { status: 400, body: '{"code":21610,"message":"Unsubscribed"}' })
  refusing.set(unclear, { status: 502, body: 'Bad gateway' })
  for (const caller of [ada, ben]) {
    await as(caller).putPreferences({
      body: { orderNews: orderNews({ shipped: news({ sms: true }) }), newsletter: false },
    })
    await publish(shop, [shipped(mine(caller))])
  }
  for (const number of [gone, unclear])
    await eventually('it has failed', async () => (await logTo(number))[0] === 'order-shipped sms failed')
  await publish(shop, [shipped(mine(ada))])
  await eventually(
    'the second has failed',
    async () => (await logTo(gone)).filter((line) => line.endsWith('failed')).length === 2,
  )
  assert.equal(textsTo(gone).length, 2, 'the code and one text')
  const [row] = (await as(staff).list({ query: { recipient: gone } })).items
  assert.match(row?.error ?? '', /^Not tried: .*21610/)
  aheadMs += 3_601_000
  refusing.delete(gone)
  await publish(shop, [shipped(mine(ada))])
  await eventually('it is tried again later', () => textsTo(gone).length === 3)
  assert.equal(textsTo(unclear).length, 2, 'the code and one text')
})

test('with the account go its number, choices and newsletter', async () => {
  const ada = customer()
  await confirmedNumber(ada)
  await as(ada).putPreferences({ body: { orderNews: orderNews(), newsletter: true } })
  await publish(shop, [UserDeleted({ userId: ada.userId as string })])
  const left = await as(ada).readPreferences({})
  assert.deepEqual([left.phone, left.newsletter], [undefined, 'off'])
})
