// The development mailbox: shows mails, runs nothing that is in them, and answers 404 while it is off.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { notificationsApi } from '@souk/contracts/notifications'
import { startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { placed, publish, shipped } from '../fixture.ts'
import { notifications } from '../service.ts'

const { mailbox, readMail, readMailBody, mailboxList, mailboxState } = notificationsApi.routes
let shop: TestShop
before(async () => {
  shop = await startForTest([notifications], {
    env: { NOTIFICATIONS_LETTERS_PER_HOUR: '1000', NOTIFICATIONS_LETTERS_PER_DAY: '1000' },
  })
})
after(() => shop.stop())

test('lists mail newest first, filtered by address, at most a hundred', async () => {
  const email = `ada-${randomUUID()}@example.com`
  const orders = Array.from({ length: 101 }, (_, i) => placed({ email, number: `S-${1000 + i}` }))
  await publish(shop, [...orders, placed({ email: 'somebody.else@example.com' })])
  const page = await shop.request(mailbox, { query: { to: email } })
  assert.equal(page.status, 200)
  const subjects = [...String(page.body).matchAll(/class="subject">([^<]+)</g)].map((match) => match[1])
  assert.equal(subjects.length, 100)
  assert.equal(subjects[0], 'Your Souk order S-1100')
  assert.equal(subjects[99], 'Your Souk order S-1001')
  assert.match(String((await shop.request(mailbox, {})).body), /somebody.else@example.com/)
  const none = await shop.request(mailbox, { query: { to: '"><script>@example.com' } })
  assert.match(String(none.body), /No mail to &quot;&gt;&lt;script&gt;@example.com yet/)
})

test('shows a mail in a frame that cannot run scripts', async () => {
  // Staff look at text that a customer typed.
  const email = `ada-${randomUUID()}@example.com`
  const title = '<script>parent.location="https://evil.example"</script>'
  const lines = [{ ...placed().data.lines[0]!, title }]
  await publish(shop, [placed({ email, lines })])
  const list = await shop.request(mailboxList, { query: { to: email } })
  const [{ id }] = (list.body as { items: [{ id: string }] }).items
  const page = await shop.request(readMail, { params: { id } })
  assert.match(
    String(page.body),
    new RegExp(`<iframe src="/mailbox/${id}/html" title="E-mail" height="\\d+" sandbox="allow-popups`),
  )
  const body = await shop.request(readMailBody, { params: { id } })
  assert.equal(body.headers['content-type'], 'text/html; charset=utf-8')
  assert.match(body.headers['content-security-policy'] ?? '', /default-src 'none';.*sandbox allow-popups/)
  assert.match(page.headers['content-security-policy'] ?? '', /default-src 'none'; style-src 'sha256-/)
  assert.doesNotMatch(String(page.body), / style="/, 'the policy allows no style attribute')
  for (const { headers, body: html } of [page, body]) {
    assert.doesNotMatch(String(html), /<script/)
    assert.deepEqual(
      [headers['cache-control'], headers['referrer-policy'], headers['x-content-type-options']],
      ['no-store', 'no-referrer', 'nosniff'],
    )
  }
})

test('later letters link to the order with the key of a guest, once the confirmation is stored', async () => {
  const email = `ada-${randomUUID()}@example.com`
  const order = placed({ email })
  const bare = { id: randomUUID(), lines: [{ sku: 'OIL-500', quantity: 1 }], shippedAt: '2026-11-23T10:00:00.000Z' }
  const shipment = shipped({ email, orderId: order.data.orderId, shipment: bare })
  const newest = async () =>
    ((await shop.request(mailboxList, { query: { to: email } })).body as { items: { subject: string; text: string }[] })
      .items
  await publish(shop, [shipment])
  assert.match((await newest())[0]?.text ?? '', new RegExp(`/en/orders/${order.data.orderId}\n`))
  await publish(shop, [order])
  const late = (await newest()).find((mail) => mail.subject.startsWith('Part'))
  assert.match(late?.text ?? '', new RegExp(`/en/orders/${order.data.orderId}#key=key-of-the-guest\n`))
})

test('unknown mail is not found', async () => {
  for (const route of [readMail, readMailBody])
    assert.equal((await shop.request(route, { params: { id: randomUUID() } })).status, 404)
})

const secret = 'x'.repeat(32)
const production = { NODE_ENV: 'production', SOUK_SHARED_SECRET: secret }
const smtp = { NOTIFICATIONS_SMTP_URL: 'smtp://127.0.0.1:9' }
const onNetwork = { host: '0.0.0.0', port: 0 }
const here = ['127.0.0.1', 'localhost'].map((host) => ({ host, port: 0 }))
const cases: (TestOptions & { when: string; open: boolean; status: string })[] = [
  { when: 'in production without a mail server, where mail waits', env: production, open: false, status: 'queued' },
  { when: 'in production with a mail server', env: { ...production, ...smtp }, open: false, status: 'queued' },
  { when: 'with a mail server', env: smtp, open: false, status: 'queued' },
  { when: 'when it is switched off', env: { NOTIFICATIONS_MAILBOX: 'off' }, open: false, status: 'queued' },
  {
    when: 'in production, when it is switched on',
    env: { ...production, NOTIFICATIONS_MAILBOX: 'on' },
    open: true,
    status: 'sent',
  },
  { when: 'on a network without a mail server, where mail waits', listen: onNetwork, open: false, status: 'queued' },
  {
    when: 'on a network, when it is switched on',
    listen: onNetwork,
    env: { NOTIFICATIONS_MAILBOX: 'on' },
    open: true,
    status: 'sent',
  },
  ...here.map((listen) => ({
    when: `at ${listen.host}, which only this machine reaches`,
    listen,
    open: true,
    status: 'sent',
  })),
]
for (const { when, open, status, ...options } of cases) {
  test(`the mailbox is ${open ? 'open' : 'closed'} ${when}`, async () => {
    const other = await startForTest([notifications], options)
    try {
      await publish(other, [placed()])
      const { sql } = other.database('notifications')
      const [row] = await sql<{ id: string; status: string }>`select id, status from notification`
      assert.equal(row?.status, status)
      const params = { id: row?.id }
      for (const [route, input] of [
        [mailbox, {}],
        [mailboxList, {}],
        [readMail, { params }],
        [readMailBody, { params }],
      ] as const)
        assert.equal((await other.request(route, input)).status, open ? 200 : 404, route.name)
      assert.deepEqual((await other.request(mailboxState, {})).body, { isOpen: open })
    } finally {
      await other.stop()
    }
  })
}
