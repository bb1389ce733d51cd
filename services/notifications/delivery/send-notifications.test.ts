// Mail over SMTP: sent once; sent again with the same id when the outcome is unknown; one mail never blocks the others.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { notificationsApi } from '@souk/contracts/notifications'
import { eventually, staff, startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { openFakeHttpServer, openFakeMailServer } from '../fakes.ts'
import { placed, publish, refunded, resetRequested } from '../fixture.ts'
import { notifications } from '../service.ts'
import { outcomeOf } from './send-notifications.ts'
import { mailRetrySeconds } from './smtp-channel.ts'

const stops: (() => Promise<unknown>)[] = []
after(async () => {
  for (const stop of stops.reverse()) await stop()
})
async function openShop(options: TestOptions): Promise<TestShop> {
  const shop = await startForTest([notifications], options)
  stops.push(shop.stop)
  return shop
}
async function openMailServer(answerTo?: (recipient: string) => string) {
  const server = await openFakeMailServer(answerTo)
  stops.push(server.close)
  return server
}
const rowOf = async (shop: TestShop, recipient: string) =>
  (await shop.as(notificationsApi, staff).list({ query: { recipient } })).items[0]

test('a thousand orders are a thousand mails, each once', async () => {
  const server = await openMailServer()
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: server.url } })
  const ids = await publish(
    shop,
    Array.from({ length: 1_000 }, () => placed()),
    2,
  )
  await eventually('every mail has arrived', () => server.mails.length >= 1_000, 60)
  assert.equal(server.mails.length, 1_000)
  assert.deepEqual(
    new Set(server.mails.map((mail) => mail.messageId)),
    new Set(ids.map((id) => `<${id}.order-confirmed@souk.example>`)),
  )
})

test('a mail has an HTML and a text part, comes from the shop, and asks for no automatic answer', async () => {
  const server = await openMailServer()
  const env = {
    NOTIFICATIONS_SMTP_URL: server.url,
    NOTIFICATIONS_FROM_ADDRESS: 'hello@bazaar.example',
    SOUK_SHOP_NAME: 'Bazaar',
  }
  const shop = await openShop({ env })
  const order = placed()
  const [id] = await publish(shop, [order])
  await eventually('the mail has arrived', () => server.mails.length === 1, 60)
  const [mail] = server.mails
  assert.equal(mail?.to, order.data.email)
  assert.equal(mail.messageId, `<${id}.order-confirmed@bazaar.example>`)
  for (const header of [
    'From: Bazaar <hello@bazaar.example>',
    `To: ${order.data.email}`,
    'Subject: Your Bazaar order S-100042',
    'Auto-Submitted: auto-generated',
  ])
    assert.ok(mail.headers.includes(header), `${header} in ${mail.headers.join('\n')}`)
  assert.match(mail.text, /Olive oil, cold pressed, 500 ml\r?\n {2}2 pieces at €12.90 +€25.80/)
  assert.match(mail.html, /<!doctype html>[\s\S]*Thank you for your order[\s\S]*€65.65/)
  await eventually('it is recorded as sent', async () => (await rowOf(shop, order.data.email))?.status === 'sent')
  assert.equal((await rowOf(shop, order.data.email))?.attempts, 1)
})

test('a mail server that is down delays mails and loses none', async () => {
  // vendure #1771: "customers have had emails missed".
  const server = await openMailServer()
  let aheadSeconds = 0
  const now = () => new Date(Date.now() + aheadSeconds * 1000)
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: server.url }, now })
  server.disconnect()
  const order = placed()
  await publish(shop, [order])
  await eventually('the first attempt has failed', async () => Boolean((await rowOf(shop, order.data.email))?.error))
  const waiting = await rowOf(shop, order.data.email)
  assert.deepEqual([waiting?.status, waiting?.attempts], ['queued', 1])
  server.reconnect()
  aheadSeconds = 31
  await eventually('it was sent later', async () => (await rowOf(shop, order.data.email))?.status === 'sent')
  assert.equal(server.mails.length, 1)
  assert.equal((await rowOf(shop, order.data.email))?.error, undefined)
})

test('a mail server that accepts connections and never answers times out', async () => {
  const silent = createServer((socket) => void socket.on('error', () => socket.destroy())).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  stops.push(async () => silent.close())
  const { port } = silent.address() as { port: number }
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: `smtp://127.0.0.1:${port}` } })
  await publish(shop, [placed({ email: 'ada@example.com' })])
  await eventually('the attempt has ended', async () => Boolean((await rowOf(shop, 'ada@example.com'))?.error), 30)
  assert.equal((await rowOf(shop, 'ada@example.com'))?.status, 'queued')
})

test('a mail server that hangs does not delay the stop, and leased mails are sent after the next start', async () => {
  const silent = createServer((socket) => void socket.on('error', () => socket.destroy())).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  stops.push(async () => silent.close())
  const { port } = silent.address() as { port: number }
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: `smtp://127.0.0.1:${port}` } })
  const ids = await publish(
    shop,
    Array.from({ length: 20 }, () => placed({ email: 'ada@example.com' })),
  )
  await eventually('a mail is in hand', async () => (await rowOf(shop, 'ada@example.com'))?.attempts === 1)
  let hasStopped = false
  void shop.running.stop().then(() => {
    hasStopped = true
  })
  await eventually('the shop has stopped', () => hasStopped)

  const server = await openMailServer()
  await sendInAnotherProcess(shop.database('notifications').url, server.url, 61)
  assert.deepEqual(
    new Set(server.mails.map((mail) => mail.messageId)),
    new Set(ids.map((id) => `<${id}.order-confirmed@souk.example>`)),
  )
})

test('a mail that waits for its next attempt does not delay the others', async () => {
  // vendure #832: one job in back-off blocked the whole queue.
  const server = await openMailServer((to) => (to.startsWith('full') ? '452 Mailbox full' : '250 OK'))
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: server.url } })
  const stuck = Array.from({ length: 30 }, (_, i) => placed({ email: `full-${i}@example.com` }))
  await publish(shop, [...stuck, placed({ email: 'ada@example.com' })])
  await eventually('the other mail has arrived', () => server.mails.some((mail) => mail.to === 'ada@example.com'))
  const one = await rowOf(shop, 'full-0@example.com')
  assert.deepEqual([one?.status, one?.attempts], ['queued', 1])
  assert.match(one?.error ?? '', /452/)
})

test('a mail to an address that does not exist fails at once, and staff see it', async () => {
  const server = await openMailServer((to) => (to.startsWith('nobody') ? '550 No such user' : '250 OK'))
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: server.url } })
  await publish(shop, [placed({ email: 'nobody@example.com' }), placed({ email: 'ada@example.com' })])
  const failed = () => shop.as(notificationsApi, staff).list({ query: { status: 'failed' } })
  await eventually('it has failed', async () => (await failed()).items.length === 1)
  const [row] = (await failed()).items
  assert.deepEqual([row?.recipient, row?.attempts], ['nobody@example.com', 1])
  assert.match(row?.error ?? '', /550/)
  await eventually('the other one has arrived', () => server.mails.length === 1, 60)
})

test('an address that does not exist is left alone for an hour, then for a day; a full mailbox is not', async () => {
  const tried: string[] = []
  const server = await openMailServer((to) => {
    tried.push(to)
    return to.startsWith('nobody') ? '550 5.1.1 No such user' : to.startsWith('full') ? '552 5.2.2 Full' : '250 OK'
  })
  let aheadSeconds = 0
  const now = () => new Date(Date.now() + aheadSeconds * 1000)
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: server.url }, now })
  const failed = async (email: string, count: number) => {
    await publish(shop, [placed({ email })])
    const query = { recipient: email, status: 'failed' } as const
    const list = async () => (await shop.as(notificationsApi, staff).list({ query })).items
    await eventually(`${count} have failed`, async () => (await list()).length === count, 20)
    return (await list())[0]
  }
  const times = (email: string) => tried.filter((to) => to === email).length
  await failed('nobody@example.com', 1)
  const left = await failed('Nobody+again@example.com', 1)
  assert.match(left?.error ?? '', /^Not tried: .*5\.1\.1/)
  await failed('nobody@example.com', 2)
  assert.deepEqual([times('nobody@example.com'), times('Nobody+again@example.com')], [1, 0])
  aheadSeconds = 3_601
  await failed('nobody@example.com', 3)
  aheadSeconds += 3_601
  await failed('nobody@example.com', 4)
  assert.equal(times('nobody@example.com'), 2, 'now it is left alone for a day')
  await failed('full@example.com', 1)
  await failed('full@example.com', 2)
  assert.equal(times('full@example.com'), 2)
})

test('a text whose process ended while it was sent is not sent again', async () => {
  const provider = await openFakeHttpServer(() => ({ status: 201, body: '{}' }))
  stops.push(provider.close)
  const shop = await openShop({ env: { NOTIFICATIONS_SMS_URL: provider.url } })
  const { sql } = shop.database('notifications')
  await sql`
    insert into notification (id, channel, cause, kind, recipient, subject, content, status, attempts, next_attempt_at, message_id, created_at)
    values (uuidv7(), 'sms', uuidv7(), 'phone-code', '+4930901820', 'Code', '{"phone":"+4930901820","code":"123456"}', 'queued', 1, now(), '<x>', now())`
  await eventually('it has failed', async () => (await rowOf(shop, '+4930901820'))?.status === 'failed')
  assert.match((await rowOf(shop, '+4930901820'))?.error ?? '', /not sent again/)
  assert.equal(provider.requests.length, 0)
})

test('a mail fails after eight attempts within a day', () => {
  const row = { id: 'x', kind: 'order-confirmed' } as const
  const now = new Date('2026-11-22T10:00:00Z')
  const again = { outcome: 'try-again', error: 'Nobody there.' } as const
  const waits = [1, 2, 3, 4, 5, 6, 7].map((attempts) => {
    const { status, at } = outcomeOf({ ...row, attempts }, again, now, mailRetrySeconds)
    assert.equal(status, 'queued')
    return (Date.parse(at) - now.getTime()) / 1000
  })
  assert.deepEqual(waits, mailRetrySeconds)
  assert.equal(outcomeOf({ ...row, attempts: 8 }, again, now, mailRetrySeconds).status, 'failed')
})

test('a letter with a secret link loses its content once it was sent', async () => {
  const server = await openMailServer()
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: server.url } })
  const reset = resetRequested()
  await publish(shop, [reset, refunded()])
  await eventually('both were sent', () => server.mails.length === 2, 60)
  assert.match(server.mails.find((mail) => mail.to === reset.data.email)?.text ?? '', /token=secret/)
  const kinds = () => shop.database('notifications').sql`select kind from notification where content is null`
  await eventually('its content is deleted', async () => (await kinds()).length > 0)
  assert.deepEqual(await kinds(), [{ kind: 'password-reset' }])
})

test('after a process was killed between sending and recording, the mail is sent again with the same message id', async () => {
  // vendure #5187: the jobs of a dead worker were never picked up.
  const server = await openMailServer()
  const shop = await openShop({ env: { NOTIFICATIONS_MAILBOX: 'off' } })
  const [id] = await publish(shop, [placed({ email: 'ada@example.com' })])
  assert.equal((await rowOf(shop, 'ada@example.com'))?.status, 'queued')
  const { url } = shop.database('notifications')

  assert.equal(await sendInAnotherProcess(url, server.url, 0, 'notifications.before-send'), 'SIGKILL')
  assert.equal(server.mails.length, 0)
  assert.equal(await sendInAnotherProcess(url, server.url, 61, 'notifications.after-send'), 'SIGKILL')
  assert.equal(server.mails.length, 1)
  const third = sendInAnotherProcess(url, server.url, 122)
  await eventually('it is recorded as sent', async () => (await rowOf(shop, 'ada@example.com'))?.status === 'sent', 20)
  await third
  assert.deepEqual(
    server.mails.map((mail) => mail.messageId),
    [`<${id}.order-confirmed@souk.example>`, `<${id}.order-confirmed@souk.example>`],
  )
  assert.equal((await rowOf(shop, 'ada@example.com'))?.attempts, 3)
})

/** Runs the service in another process for three seconds, with its clock ahead, or until its crash point ends it. */
async function sendInAnotherProcess(
  url: string,
  smtpUrl: string,
  aheadSeconds: number,
  crashpoint = '',
): Promise<string> {
  const program = `
    import { makeLog, run } from '@souk/service'
    import { notifications } from '../service.ts'
    const silence = { close: async () => undefined }
    const transport = { name: 'none', durability: 'none', publish: async () => new Set(), subscribe: async () => silence, tail: async () => silence, ...silence }
    const running = await run({
      services: [notifications], databases: { notifications: ${JSON.stringify(url)} }, transport, log: makeLog({ level: 'silent' }),
      env: { NOTIFICATIONS_SMTP_URL: ${JSON.stringify(smtpUrl)} }, listen: false, operations: false,
      now: () => new Date(Date.now() + ${aheadSeconds * 1000}),
    })
    setTimeout(() => running.stop(), 3000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, SOUK_CRASHPOINT: crashpoint },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code, signal] = await once(child, 'exit')
  return signal ?? String(code)
}
