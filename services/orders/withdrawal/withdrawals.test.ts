// Withdrawals from orders: declared without an account, recorded once, and settled by a cancellation, a refund or a note.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { BodyOf, MessageOf } from '@souk/contracts'
import { type Order, ordersApi, type Withdrawal, type WithdrawalReceived } from '@souk/contracts/orders'
import { Verbatim } from '@souk/postgres'
import { anonymous, refusalOf, staff } from '@souk/service/fixture'
import { keyed, type OrdersShop, openShop } from '../fixture.ts'
import { orderInvariants } from '../invariants.ts'

type Told = MessageOf<typeof WithdrawalReceived>['data']
const { routes } = ordersApi
let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(async () => {
  const check = orderInvariants.find(({ id }) => id === 'withdrawals')
  const broken = await shop.database('orders').sql`${new Verbatim(check?.sql as string)}`
  await shop.stop()
  assert.deepEqual(broken, [])
})

/** Each call comes from an address of its own, unless one is named. */
async function withdraw(body: Partial<BodyOf<typeof routes.withdraw>>, ip = `10.1.${++count >> 8}.${count & 255}`) {
  const declared = { name: 'Lena Vogt', number: 'S-1', email: 'lena@souk.example', ...body }
  const answer = await shop.request(routes.withdraw, { body: declared, ip }, anonymous)
  return { status: answer.status, receipt: answer.body as { id: string; receivedAt: string; code: string } }
}
const newSku = () => shop.sell(`VASE-${++count}`, 1990)
async function orderOf(lines: { sku: string; quantity: number }[], token?: string) {
  const email = `lena-${++count}@souk.example`
  return (await shop.buy(await shop.fullCart(lines, anonymous, { email }), { token })).order
}
const as = () => shop.as(ordersApi, staff)
const read = (id: string) => as().read({ params: { id } })
const ship = (id: string, lines?: { sku: string; quantity: number }[]) =>
  as().ship({ params: { id }, body: { lines }, headers: keyed() })
async function timelineOf(id: string) {
  return (await as().timeline({ params: { id } })).items.map(({ type }) => type)
}
async function toldOf(id: string): Promise<Told[]> {
  await shop.settle()
  return shop.messages<Told>('orders.withdrawal-received').filter((one) => one.withdrawalId === id)
}
async function listed(id: string): Promise<Withdrawal | undefined> {
  return (await as().listWithdrawals({ query: { limit: 100 } })).items.find((one) => one.id === id)
}

test('a paid order of which nothing was sent is canceled, and its money goes back', async () => {
  const order = await orderOf([{ sku: await newSku(), quantity: 2 }])
  const { status, receipt } = await withdraw({ number: order.number.toLowerCase(), email: order.email.toUpperCase() })
  assert.deepEqual([status, Object.keys(receipt).sort()], [201, ['id', 'receivedAt']])
  const after = await read(order.id)
  assert.deepEqual([after.status, after.refunds[0]?.amount], ['canceled', order.totals.total])
  assert.deepEqual(
    after.withdrawals?.map(({ id, status, late }) => [id, status, late]),
    [[receipt.id, 'canceled', false]],
  )
  assert.deepEqual((await timelineOf(order.id)).slice(-2), ['withdrawal-received', 'canceled'])
  const [told, ...more] = await toldOf(receipt.id)
  assert.deepEqual(
    [told?.orderId, told?.number, told?.status, told?.receivedAt, more.length],
    [order.id, order.number, 'canceled', receipt.receivedAt, 0],
  )
})

test('an order that waits for its payment is canceled, and its stock is free at once', async () => {
  const sku = await newSku()
  shop.fakes.stock.set(sku, 1)
  const order = await orderOf([{ sku, quantity: 1 }], 'tok_3ds')
  const { status } = await withdraw({ number: order.number, email: order.email })
  assert.deepEqual([status, await shop.statusOf(order.id), shop.fakes.stock.get(sku)], [201, 'canceled', 1])
  assert.deepEqual((await timelineOf(order.id)).slice(-2), ['canceled', 'withdrawal-received'])
})

test('what was sent comes back: the withdrawal is announced, and the refund of staff closes it', async () => {
  const [vase, bowl] = [await newSku(), await newSku()]
  const order = await orderOf([
    { sku: vase, quantity: 2 },
    { sku: bowl, quantity: 1 },
  ])
  await ship(order.id)
  const lines = [
    { sku: vase, quantity: 1 },
    { sku: vase, quantity: 1 },
  ]
  const { receipt } = await withdraw({ number: order.number, email: order.email, lines, statement: 'Too small.' })
  const announced = await read(order.id)
  assert.equal(announced.status, 'shipped')
  assert.deepEqual(announced.withdrawals?.[0]?.lines, [{ sku: vase, quantity: 2 }])
  const [told] = await toldOf(receipt.id)
  assert.deepEqual([told?.lines, told?.statement], [[{ sku: vase, title: vase, quantity: 2 }], 'Too small.'])

  const back = { lines: [{ sku: vase, quantity: 2 }], restock: true, reason: 'Withdrawn.', withdrawalId: receipt.id }
  const other = await orderOf([{ sku: vase, quantity: 2 }])
  const wrong = as().refund({ params: { id: other.id }, body: back, headers: keyed() })
  assert.equal((await refusalOf(wrong)).code, 'invalid-refund')
  assert.deepEqual((await read(other.id)).refunds, [])

  const refunded = await as().refund({ params: { id: order.id }, body: back, headers: keyed() })
  const { status, refundId, closedAt } = refunded.withdrawals?.[0] ?? {}
  assert.deepEqual([status, refundId, typeof closedAt], ['closed', refunded.refunds[0]?.id, 'string'])
  assert.deepEqual((await read(order.id)).withdrawals, refunded.withdrawals)
})

test('a part of what was not sent is for staff, whose cancellation closes the withdrawal', async () => {
  const sku = await newSku()
  const order = await orderOf([{ sku, quantity: 2 }])
  const lines = [{ sku, quantity: 1 }]
  const { receipt } = await withdraw({ number: order.number, email: order.email, lines })
  assert.equal((await read(order.id)).status, 'paid')
  const body = { lines, reason: 'Withdrawn.', withdrawalId: receipt.id }
  const canceled = await as().cancelUnits({ params: { id: order.id }, body, headers: keyed() })
  assert.deepEqual([canceled.withdrawals?.[0]?.status, canceled.lines[0]?.canceledQuantity], ['closed', 1])
})

test('the same declaration is one, also when it comes at once', async () => {
  const order = await orderOf([{ sku: await newSku(), quantity: 1 }])
  const said = { number: order.number, email: order.email }
  const answers = await Promise.all(Array.from({ length: 4 }, () => withdraw(said)))
  const again = await withdraw({ ...said, number: ` ${order.number.slice(2)} `, email: order.email.toUpperCase() })
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 201])
  assert.deepEqual(new Set([...answers, again].map(({ receipt }) => receipt.id)).size, 1)
  assert.equal((await toldOf(again.receipt.id)).length, 1)
  const unknown = await Promise.all(Array.from({ length: 4 }, () => withdraw({ email: 'twice@souk.example' })))
  assert.equal(new Set(unknown.map(({ receipt }) => receipt.id)).size, 1)
})

test('a declaration that matches no order gets the same answer, and staff closes it with a note or a refund', async () => {
  const order = await orderOf([{ sku: await newSku(), quantity: 1 }])
  await ship(order.id)
  const { status, receipt } = await withdraw({ number: order.number, email: 'mistyped@souk.example' })
  assert.deepEqual([status, Object.keys(receipt).sort()], [201, ['id', 'receivedAt']])
  const [told] = await toldOf(receipt.id)
  assert.deepEqual([told?.status, told?.orderId, told?.email], ['unmatched', undefined, 'mistyped@souk.example'])
  assert.equal((await read(order.id)).withdrawals?.length, 0)
  assert.equal((await listed(receipt.id))?.status, 'unmatched')
  const body = { reason: 'Withdrawn.', withdrawalId: receipt.id }
  const refunded = await as().refund({ params: { id: order.id }, body, headers: keyed() })
  assert.deepEqual([refunded.withdrawals?.[0]?.id, refunded.withdrawals?.[0]?.status], [receipt.id, 'closed'])

  const other = await withdraw({ number: 'my lamp', email: 'mistyped@souk.example' })
  const close = (note: string) =>
    as().closeWithdrawal({ params: { id: other.receipt.id }, body: { note }, headers: keyed() })
  assert.deepEqual([(await close('Not ours.')).status, (await listed(other.receipt.id))?.note], ['closed', 'Not ours.'])
  assert.equal((await refusalOf(close('Again.'))).code, 'withdrawal-settled')
})

test('goods that are excluded are named, and keep the order from being canceled by itself', async () => {
  const sku = await newSku()
  await shop.database('orders').sql`update price_list set withdrawal = 'excluded' where sku = ${sku}`
  const cart = await shop.fullCart([{ sku, quantity: 1 }])
  assert.equal(cart.lines[0]?.withdrawal, 'excluded')
  const { order } = await shop.buy(cart)
  const { receipt } = await withdraw({ number: order.number })
  const after = await read(order.id)
  assert.deepEqual([after.status, after.withdrawals?.[0]?.excluded], ['paid', [sku]])
  assert.deepEqual((await toldOf(receipt.id))[0]?.excluded, [{ sku, title: sku }])
})

test('a declaration after the period is recorded and marked', async () => {
  const order = await orderOf([{ sku: await newSku(), quantity: 1 }])
  await ship(order.id)
  const sent = new Date(Date.now() - 30 * 86_400_000).toISOString()
  await shop.database('orders').sql`update shipment set shipped_at = ${sent} where order_id = ${order.id}`
  await withdraw({ number: order.number, email: order.email })
  const after = await read(order.id)
  assert.deepEqual([after.withdrawals?.[0]?.late, after.withdrawals?.[0]?.status], [true, 'announced'])
  assert.ok((after.withdrawUntil as string) < new Date().toISOString())
})

test('a network declares ten an hour; and who has tried too many pairs is recorded without a look at the orders', async () => {
  const order = await orderOf([{ sku: await newSku(), quantity: 1 }])
  for (let turn = 0; turn < 10; turn++)
    assert.equal((await withdraw({ number: `S-${++count}`, email: order.email }, `2001:db8:1::${turn}`)).status, 201)
  assert.equal((await withdraw({ number: 'S-2' }, '2001:db8:1::99')).status, 429)
  const { status, receipt } = await withdraw({ number: order.number, email: order.email })
  assert.deepEqual(
    [status, (await listed(receipt.id))?.status, (await read(order.id)).status],
    [201, 'unmatched', 'paid'],
  )
})

test('staff alone lists withdrawals, a page at a time, by status and order', async () => {
  assert.equal((await refusalOf(shop.as(ordersApi, anonymous).listWithdrawals({}))).code, 'not-signed-in')
  const first = await as().listWithdrawals({ query: { limit: 2 } })
  const second = await as().listWithdrawals({ query: { limit: 2, cursor: first.nextCursor } })
  assert.ok((second.items[0] as Withdrawal).id < (first.items[1] as Withdrawal).id)
  const { items } = await as().listWithdrawals({ query: { status: 'closed', limit: 100 } })
  assert.ok(items.length >= 3 && items.every(({ status }) => status === 'closed'))
  const orderId = items.find((one) => one.orderId)?.orderId as string
  assert.deepEqual(
    new Set((await as().listWithdrawals({ query: { orderId } })).items.map((one) => one.orderId)),
    new Set([orderId]),
  )
  assert.equal((await refusalOf(as().listWithdrawals({ query: { cursor: 'x' } }))).code, 'invalid-cursor')
})

test('the key of a repeated request gets the first reply', async () => {
  const order: Order = await orderOf([{ sku: await newSku(), quantity: 1 }])
  const body = { name: 'Lena', number: order.number, email: order.email }
  const headers = { 'idempotency-key': randomUUID() }
  const [one, two] = [
    await shop.request(routes.withdraw, { body, headers, ip: '10.9.0.1' }),
    await shop.request(routes.withdraw, { body, headers, ip: '10.9.0.1' }),
  ]
  assert.deepEqual([one.status, two.status, two.body], [201, 201, one.body])
})
