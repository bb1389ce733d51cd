// The receipts of withdrawals: what they say, and how many a stranger can cause.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { WithdrawalReceived } from '@souk/contracts/orders'
import { startForTest, type TestShop } from '@souk/service/fixture'
import { publish } from './fixture.ts'
import { letterText } from './letters/letter-text.ts'
import { type Withdrawn, withdrawalReceived } from './letters/withdrawal-letters.ts'
import { notifications } from './service.ts'

let running: TestShop
before(async () => {
  running = await startForTest([notifications])
})
after(() => running.stop())

const withdrawn = (more: Partial<Withdrawn> = {}): Withdrawn => ({
  withdrawalId: randomUUID(),
  orderId: randomUUID(),
  number: 'S-100042',
  email: `lena-${randomUUID()}@souk.example`,
  name: 'Lena Vogt',
  excluded: [],
  status: 'announced',
  late: false,
  receivedAt: '2026-11-29T10:15:30.000Z',
  ...more,
})
const shop = { name: 'Souk', url: 'https://souk.example' } as Parameters<typeof withdrawalReceived>[1]
const textOf = (more: Partial<Withdrawn>) =>
  letterText(withdrawalReceived(withdrawn(more), shop, 'key'), shop).replace(/\s+/g, ' ')

test('a receipt says what was declared, on which day and at what time, in the language of the customer', () => {
  const lines = [{ sku: 'VASE', title: 'Clay vase', quantity: 2 }]
  const english = textOf({ lines, statement: 'Too small.', excluded: [{ sku: 'RING', title: 'Engraved ring' }] })
  for (const part of [
    'November 29, 2026 at 11:15:30 AM GMT+1',
    'Name: Lena Vogt Order number: S-100042 Withdrawn: 2 × Clay vase No right of withdrawal: Engraved ring',
    'Your message: Too small.',
    'send back within 14 days',
    '#key=key',
  ])
    assert.ok(english.includes(part), `${part} in ${english}`)
  const german = textOf({ language: 'de', status: 'canceled' })
  assert.match(german, /29\. November 2026 um 11:15:30 MEZ[\s\S]*storniert[\s\S]*Die ganze Bestellung/)
  assert.match(textOf({ late: true }), /had ended by then/)
})

test('a receipt for an order that was not found says so, and quotes no message of whoever typed the address', () => {
  const text = textOf({ status: 'unmatched', orderId: undefined, statement: 'Buy now', number: 'cheap pills' })
  assert.match(text, /We know no order with this number/)
  assert.doesNotMatch(text, /Buy now|#key/)
  const { subject } = withdrawalReceived(withdrawn({ status: 'unmatched', orderId: undefined, number: 'pills' }), shop)
  assert.equal(subject, 'We have received your withdrawal')
})

test('a mailbox gets three letters a day about orders that were not found, and always those about its own', async () => {
  const email = `lena-${randomUUID()}@souk.example`
  const unmatched = () => WithdrawalReceived(withdrawn({ email, status: 'unmatched', orderId: undefined }))
  await publish(running, Array.from({ length: 5 }, unmatched))
  await publish(running, [WithdrawalReceived(withdrawn({ email }))], 2)
  const rows = await running.database('notifications').sql<{ kind: string; status: string; count: number }>`
    select kind, status, count(*)::int from notification where recipient = ${email} group by kind, status order by 1, 2`
  assert.deepEqual(
    rows.map((row) => `${row.count} ${row.kind} ${row.status}`),
    ['1 withdrawal-received sent', '3 withdrawal-unmatched sent', '2 withdrawal-unmatched suppressed'],
  )
})
