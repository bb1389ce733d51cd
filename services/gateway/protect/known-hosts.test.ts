// Which hosts are answered: all of them, or only our own while the development mailbox is open.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startGateway, type TestGateway } from '../fixture.ts'
import { raw } from '../raw-http.ts'

let shop: TestGateway
let isOpen = true
let asked = 0
before(async () => {
  shop = await startGateway(
    {
      'products.listCategories': () => ({ items: [] }),
      'notifications.mailbox': () => Buffer.from('the mails'),
      'notifications.mailboxState': () => {
        asked += 1
        return { isOpen }
      },
    },
    {
      GATEWAY_RATE_LIMIT: 'off',
      GATEWAY_HOSTS: 'tablet.local, 192.0.2.7',
      GATEWAY_CORS_ORIGINS: 'https://window.example',
      SOUK_PUBLIC_URL: 'https://shop.example',
    },
  )
})
after(() => shop.stop())

const ask = (host: string | undefined, path = '/mailbox', method = 'GET', version = '1.1') =>
  raw(
    shop.url,
    `${method} ${path} HTTP/${version}\r\n${host === undefined ? '' : `host: ${host}\r\n`}origin: https://window.example\r\nconnection: close\r\n\r\n`,
  )
const port = () => new URL(shop.url).port
const strangers = [
  'evil.example',
  `evil.example:4000`,
  'localhost.evil.example',
  'notlocalhost',
  'shop.example.evil.example',
  'evilshop.example',
  '127.0.0.1.evil.example',
  '127.0.0.1.nip.io',
  '192.0.2.8',
  '[::2]',
  '2130706433',
  '0x7f000001',
]

test('while the mailbox is open, nobody can read it under a name that is not the shop’s', async () => {
  for (const host of strangers) {
    for (const path of ['/mailbox', '/mailbox.json', '/v1/categories', '/v1/nothing', '/']) {
      const answer = await ask(host, path)
      assert.equal(answer.status, path === '/v1/nothing' ? 404 : 421, `${host} ${path}`)
      assert.deepEqual(answer.headers.get('content-type'), ['application/problem+json; charset=utf-8'])
      if (answer.status === 421) assert.equal(JSON.parse(answer.body).code, 'unknown-host')
    }
    assert.equal((await ask('localhost', `http://${host}/mailbox`)).status, 421, 'The host of the target counts.')
  }
  assert.equal((await ask(undefined, '/mailbox', 'GET', '1.0')).status, 421)
  assert.equal(asked, 1, 'The answer is remembered for some seconds.')
  const ours = [
    'localhost',
    `localhost:${port()}`,
    'LOCALHOST',
    'shop.localhost:80',
    '127.0.0.1',
    `127.0.0.1:${port()}`,
    '127.1.2.3',
    '[::1]',
    '[::1]:4000',
    'shop.example',
    'Shop.Example:443',
    'tablet.local:4000',
    '192.0.2.7',
  ]
  for (const host of ours)
    for (const path of ['/mailbox', '/v1/categories'])
      assert.equal((await ask(host, path)).status, 200, `${host} ${path}`)
})

test('while the mailbox is closed, the shop answers under every name that a proxy gives it', async () => {
  isOpen = false
  const closed = await startGateway({ 'products.listCategories': () => ({ items: [] }) }, { GATEWAY_RATE_LIMIT: 'off' })
  try {
    for (const host of ['souk_backend', 'evil.example'])
      assert.equal(
        (await raw(closed.url, `GET /v1/categories HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).status,
        200,
        host,
      )
  } finally {
    await closed.stop()
  }
})
