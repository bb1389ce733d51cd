// Letters that strangers could make the shop send to somebody else, tried from outside.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory' })
  await shop.putGoods({ sku: 'TEA', cents: 500, quantity: 10_000 })
})
after(() => shop.stop())

const tea = { lines: [{ sku: 'TEA', quantity: 1 }] }
const cancel = (order: { id: string; accessKey?: string }) =>
  shop.ask('POST', `/v1/orders/${order.id}/cancel`, {
    headers: { 'order-key': order.accessKey as string, 'idempotency-key': randomUUID() },
    body: {},
  })

test('forty unpaid orders that their maker cancels send no letter to the address that was typed', async () => {
  const email = 'victim@example.com'
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const { body } = await shop.buy({ ...tea, email, token: 'tok_3ds' })
      assert.equal((await cancel(body)).status, 200)
    }),
  )
  await shop.buy({ ...tea, email, token: 'tok_declined' })
  const { body } = await shop.buy({ ...tea, email, token: 'tok_3ds_declined' })
  await shop.answerBank(body.nextAction?.url as string, 'approve')
  await shop.becomes(body.id, 'canceled')
  await shop.test.settle()
  assert.deepEqual(await shop.lettersTo(email), [])
})

test('a paid order that is canceled leads to its letters', async () => {
  const email = 'honest@example.com'
  const { body } = await shop.buy({ ...tea, email })
  await cancel(body)
  await eventually('all letters are there', async () => (await shop.lettersTo(email)).length === 3)
  assert.deepEqual(await shop.lettersTo(email), ['order-confirmed', 'order-canceled', 'order-refunded'])
})

test('an approved order whose goods are gone leads to a letter that says so', async () => {
  await shop.putGoods({ sku: 'RARE', cents: 500, quantity: 2 })
  const email = 'late@example.com'
  const wish = { lines: [{ sku: 'RARE', quantity: 2 }], token: 'tok_3ds' }
  const { body } = await shop.buy({ ...wish, email })
  assert.equal((await shop.buy({ ...wish, token: 'tok_ok' })).status, 201)
  await shop.answerBank(body.nextAction?.url as string, 'approve')
  await shop.becomes(body.id, 'canceled')
  await eventually('the customer is told', async () => (await shop.mails(email)).length >= 1)
  const told = (await shop.mails(email)).map(({ text }) => text.replace(/\s+/g, ' ')).join()
  assert.match(told, /sold out before we could reserve it/)
})

test('however much is ordered for one mailbox, it gets thirty letters an hour, and staff see the others', async () => {
  await Promise.all(Array.from({ length: 36 }, (_, n) => shop.buy({ ...tea, email: `flooded+${n}@example.com` })))
  await shop.test.settle()
  const rows = await shop.sql('notifications')<{ status: string; count: number }>`
    select status, count(*) from notification where recipient like 'flooded+%' group by status order by status`
  assert.deepEqual(
    rows.map(({ status, count }) => [status, count]),
    [
      ['sent', 30],
      ['suppressed', 6],
    ],
  )
})

test('afterwards every promise holds', () => shop.isSound())
