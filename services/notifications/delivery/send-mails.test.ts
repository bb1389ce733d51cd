// Mail over SMTP: sent once if the server lets us, again under the same id if we cannot know, and never at the cost of others.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { notificationsApi } from '@souk/contracts/notifications'
import { eventually, staff, startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { openSmtpSink } from '../fakes.ts'
import { placed, refunded, resetRequested, tellService } from '../fixture.ts'
import { notifications } from '../service.ts'
import { outcomeOf, retrySeconds } from './send-mails.ts'

const stops: (() => Promise<unknown>)[] = []
after(async () => {
  for (const stop of stops.reverse()) await stop()
})
async function openShop(options: TestOptions): Promise<TestShop> {
  const shop = await startForTest([notifications], options)
  stops.push(shop.stop)
  return shop
}
async function openSink(answerTo?: (recipient: string) => string) {
  const sink = await openSmtpSink(answerTo)
  stops.push(sink.close)
  return sink
}
const rowOf = async (shop: TestShop, recipient: string) =>
  (await shop.as(notificationsApi, staff).list({ query: { recipient } })).items[0]

test('a thousand orders are a thousand mails, each once', async () => {
  const sink = await openSink()
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: sink.url } })
  const ids = await tellService(
    shop,
    Array.from({ length: 1_000 }, () => placed()),
    2,
  )
  await eventually('every mail has arrived', () => sink.mails.length >= 1_000, 60)
  assert.equal(sink.mails.length, 1_000)
  assert.deepEqual(
    new Set(sink.mails.map((mail) => mail.messageId)),
    new Set(ids.map((id) => `<${id}.order-confirmed@souk.example>`)),
  )
})

test('a mail holds both parts, comes from the shop, and says that no answer is awaited', async () => {
  const sink = await openSink()
  const env = {
    NOTIFICATIONS_SMTP_URL: sink.url,
    NOTIFICATIONS_FROM_ADDRESS: 'hello@bazaar.example',
    SOUK_SHOP_NAME: 'Bazaar',
  }
  const shop = await openShop({ env })
  const order = placed()
  const [id] = await tellService(shop, [order])
  await eventually('the mail has arrived', () => sink.mails.length === 1, 60)
  const [mail] = sink.mails
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
  await eventually('it is noted as sent', async () => (await rowOf(shop, order.data.email))?.status === 'sent')
  assert.equal((await rowOf(shop, order.data.email))?.attempts, 1)
})

test('a mail server that is away delays mails and loses none', async () => {
  // vendure #1771: "customers have had emails missed".
  const sink = await openSink()
  let aheadSeconds = 0
  const now = () => new Date(Date.now() + aheadSeconds * 1000)
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: sink.url }, now })
  sink.goAway()
  const order = placed()
  await tellService(shop, [order])
  await eventually('the first attempt has failed', async () => Boolean((await rowOf(shop, order.data.email))?.error))
  const waiting = await rowOf(shop, order.data.email)
  assert.deepEqual([waiting?.status, waiting?.attempts], ['queued', 1])
  sink.comeBack()
  aheadSeconds = 31
  await eventually('it was sent later', async () => (await rowOf(shop, order.data.email))?.status === 'sent')
  assert.equal(sink.mails.length, 1)
  assert.equal((await rowOf(shop, order.data.email))?.error, undefined)
})

test('a mail server that accepts connections and says nothing is not waited for', async () => {
  const silent = createServer((socket) => void socket.on('error', () => socket.destroy())).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  stops.push(async () => silent.close())
  const { port } = silent.address() as { port: number }
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: `smtp://127.0.0.1:${port}` } })
  await tellService(shop, [placed({ email: 'ada@example.com' })])
  await eventually('the attempt has ended', async () => Boolean((await rowOf(shop, 'ada@example.com'))?.error), 30)
  assert.equal((await rowOf(shop, 'ada@example.com'))?.status, 'queued')
})

test('a mail server that hangs does not hold up the stop, and what was in hand is sent after the next start', async () => {
  const silent = createServer((socket) => void socket.on('error', () => socket.destroy())).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  stops.push(async () => silent.close())
  const { port } = silent.address() as { port: number }
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: `smtp://127.0.0.1:${port}` } })
  const ids = await tellService(
    shop,
    Array.from({ length: 20 }, () => placed({ email: 'ada@example.com' })),
  )
  await eventually('a mail is in hand', async () => (await rowOf(shop, 'ada@example.com'))?.attempts === 1)
  let hasStopped = false
  void shop.running.stop().then(() => {
    hasStopped = true
  })
  await eventually('the shop has stopped', () => hasStopped)

  const sink = await openSink()
  await sendInAnotherProcess(shop.database('notifications').url, sink.url, 61)
  assert.deepEqual(
    new Set(sink.mails.map((mail) => mail.messageId)),
    new Set(ids.map((id) => `<${id}.order-confirmed@souk.example>`)),
  )
})

test('one mail that waits for another attempt does not hold up the others', async () => {
  // vendure #832: one job in back-off blocks the whole queue.
  const sink = await openSink((to) => (to.startsWith('full') ? '452 Mailbox full' : '250 OK'))
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: sink.url } })
  const stuck = Array.from({ length: 30 }, (_, i) => placed({ email: `full-${i}@example.com` }))
  await tellService(shop, [...stuck, placed({ email: 'ada@example.com' })])
  await eventually('the other mail has arrived', () => sink.mails.some((mail) => mail.to === 'ada@example.com'))
  const one = await rowOf(shop, 'full-0@example.com')
  assert.deepEqual([one?.status, one?.attempts], ['queued', 1])
  assert.match(one?.error ?? '', /452/)
})

test('an address that does not exist has failed at once, and staff sees it', async () => {
  const sink = await openSink((to) => (to.startsWith('nobody') ? '550 No such user' : '250 OK'))
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: sink.url } })
  await tellService(shop, [placed({ email: 'nobody@example.com' }), placed({ email: 'ada@example.com' })])
  const failed = () => shop.as(notificationsApi, staff).list({ query: { status: 'failed' } })
  await eventually('it has failed', async () => (await failed()).items.length === 1)
  const [row] = (await failed()).items
  assert.deepEqual([row?.recipient, row?.attempts], ['nobody@example.com', 1])
  assert.match(row?.error ?? '', /550/)
  await eventually('the other one has arrived', () => sink.mails.length === 1, 60)
})

test('after eight attempts over a day a mail has failed', () => {
  const row = { id: 'x', kind: 'order-confirmed' } as Parameters<typeof outcomeOf>[0]
  const now = new Date('2026-11-22T10:00:00Z')
  const again = { outcome: 'try-again', error: 'Nobody there.' } as const
  const waits = [1, 2, 3, 4, 5, 6, 7].map((attempts) => {
    const { status, at } = outcomeOf({ ...row, attempts }, again, now)
    assert.equal(status, 'queued')
    return (Date.parse(at) - now.getTime()) / 1000
  })
  assert.deepEqual(waits, retrySeconds)
  assert.equal(outcomeOf({ ...row, attempts: 8 }, again, now).status, 'failed')
})

test('a secret link is forgotten once it was sent', async () => {
  const sink = await openSink()
  const shop = await openShop({ env: { NOTIFICATIONS_SMTP_URL: sink.url } })
  const reset = resetRequested()
  await tellService(shop, [reset, refunded()])
  await eventually('both were sent', () => sink.mails.length === 2, 60)
  assert.match(sink.mails.find((mail) => mail.to === reset.data.email)?.text ?? '', /token=secret/)
  const kinds = () => shop.database('notifications').sql`select kind from notification where content is null`
  await eventually('it is forgotten', async () => (await kinds()).length > 0)
  assert.deepEqual(await kinds(), [{ kind: 'password-reset' }])
})

test('a process that is killed between sending and noting sends again under the same message id', async () => {
  // RELIABILITY §6.2 and E9; vendure #5187: what a dead worker had taken is never picked up.
  const sink = await openSink()
  const shop = await openShop({ env: { NOTIFICATIONS_MAILBOX: 'off' } })
  const [id] = await tellService(shop, [placed({ email: 'ada@example.com' })])
  assert.equal((await rowOf(shop, 'ada@example.com'))?.status, 'queued')
  const { url } = shop.database('notifications')

  assert.equal(await sendInAnotherProcess(url, sink.url, 0, 'notifications.before-send'), 'SIGKILL')
  assert.equal(sink.mails.length, 0)
  assert.equal(await sendInAnotherProcess(url, sink.url, 61, 'notifications.after-send'), 'SIGKILL')
  assert.equal(sink.mails.length, 1)
  const third = sendInAnotherProcess(url, sink.url, 122)
  await eventually('it is noted as sent', async () => (await rowOf(shop, 'ada@example.com'))?.status === 'sent', 20)
  await third
  assert.deepEqual(
    sink.mails.map((mail) => mail.messageId),
    [`<${id}.order-confirmed@souk.example>`, `<${id}.order-confirmed@souk.example>`],
  )
  assert.equal((await rowOf(shop, 'ada@example.com'))?.attempts, 3)
})

/** Runs the service alone on this database for three seconds, its clock ahead, unless its crash point comes first. */
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
