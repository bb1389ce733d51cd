// Correct under fire: many at once, twice at once, and providers, browsers and staff that misbehave. On real PostgreSQL, over
// the postgres transport, through the public door. It ends by looking whether every promise of the shop still holds.
import assert from 'node:assert/strict'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { SimulatorSwitches } from '@souk/contracts/payments'
import { eventually, refusalOf } from '@souk/service/fixture'
import { expireCheckouts } from '../services/orders/checkout/expire-checkouts.ts'
import type { Checkout } from './customer.ts'
import { openShop, type Shop } from './fixture.ts'
import { sellTenTo200 } from './ten-for-200.ts'

let shop: Shop
before(async () => {
  // Long enough for a bank that writes to a slow disk; many here never answer at all.
  shop = await openShop({ env: { PAYMENTS_PROVIDER_TIMEOUT_MS: '2500' } })
  await shop.putGoods(
    { sku: 'LAMP', cents: 4_900, quantity: 10 },
    { sku: 'BOWL', cents: 2_500, quantity: 1_000 },
    { sku: 'SPOON', cents: 350, quantity: 1_000 },
    { sku: 'LAST-ONE', cents: 1_000, quantity: 3 },
    { sku: 'COUNTED', cents: 1_000, quantity: 40 },
  )
})
after(() => shop.stop())

const oneBowl = { lines: [{ sku: 'BOWL', quantity: 1 }] }

/** What the simulated provider itself says about an order: every operation that succeeded. */
async function provided(orderId: string): Promise<string[]> {
  const read = await shop.staff.payments.read({ params: { orderId } })
  return read.operations.filter((one) => one.status === 'succeeded').map((one) => one.kind)
}
function switchTo(switches: Partial<SimulatorSwitches>) {
  return shop.staff.payments.switchSimulator({ body: switches })
}
/** The stock of a SKU before and after, as how many are gone. */
async function gone(sku: string, work: () => Promise<unknown>): Promise<number> {
  const { onHand } = await shop.stockOf(sku)
  await work()
  return onHand - (await shop.stockOf(sku)).onHand
}

describe('many at once', () => {
  test('200 customers want one of 10 lamps: 10 get one and pay, 190 are told (vendure #4930, medusa #16569)', () =>
    sellTenTo200(shop, { sku: 'LAMP', cents: 4_900 }))

  test('a double click, ten times at once: one order, one capture, one answer (medusa #13301, spree #8540)', async () => {
    const cart = await shop.fillCart(oneBowl)
    const orderId = randomUUIDv7()
    let replies: Checkout[] = []
    const taken = await gone('BOWL', async () => {
      replies = await Promise.all(Array.from({ length: 10 }, () => shop.checkOut(cart, { orderId })))
      await shop.test.settle()
    })
    assert.deepEqual(new Set(replies.map((reply) => reply.status)), new Set([201]))
    assert.equal(new Set(replies.map((reply) => JSON.stringify(reply.body))).size, 1)
    assert.equal(replies[0]?.body.id, orderId)
    assert.deepEqual(await provided(orderId), ['capture'])
    assert.equal(taken, 1)
  })

  test('two tabs buy one cart with two order ids: one order (openfoodnetwork #2690, saleor #11133)', async () => {
    const cart = await shop.fillCart(oneBowl)
    const replies = await Promise.all(Array.from({ length: 6 }, () => shop.checkOut(cart)))
    const [placed, ...others] = replies.toSorted((a, b) => a.status - b.status)
    assert.deepEqual([placed?.status, ...others.map(({ status }) => status)], [201, 409, 409, 409, 409, 409])
    for (const { body } of others)
      assert.match((body as unknown as { code: string }).code, /^cart-(being-bought|ordered)$/)
    assert.deepEqual(await provided(placed?.body.id as string), ['capture'])
    const made = await shop.sql('orders')<{ id: string }>`select id from orders where cart_id = ${cart.id}`
    assert.deepEqual(made, [{ id: placed?.body.id }])
  })

  test('two lines of one SKU are one demand: never more than there is (medusa #16502, vendure #1028)', async () => {
    const lines = [
      { sku: 'LAST-ONE', quantity: 2 },
      { sku: 'LAST-ONE', quantity: 2 },
    ]
    const tooMany = await shop.buy({ lines })
    assert.equal(tooMany.status, 409)
    assert.equal(tooMany.body.code, 'out-of-stock')
    const all = await shop.buy({ lines: [lines[0], { sku: 'LAST-ONE', quantity: 1 }] as typeof lines })
    assert.equal(all.status, 201)
    assert.deepEqual(
      all.body.lines.map((line) => line.quantity),
      [3],
    )
    await shop.test.settle()
    assert.deepEqual(await shop.stockOf('LAST-ONE'), { onHand: 0, reserved: 0 })
  })

  test('staff counts while customers buy: the count holds, and nothing is sold twice', async () => {
    const buyers = Promise.all(Array.from({ length: 30 }, () => shop.buy({ lines: [{ sku: 'COUNTED', quantity: 1 }] })))
    const counts = Array.from({ length: 10 }, async (_, turn) => {
      const body = { location: 'main', kind: 'counted' as const, quantity: 20 + turn, reason: 'Stock-taking' }
      const move = shop.staff.inventory.move({
        params: { sku: 'COUNTED' },
        body,
        headers: { 'idempotency-key': randomUUID() },
      })
      // Fewer than are promised to customers cannot be counted away.
      await move.catch((error) => assert.equal(error.code, 'not-enough-stock'))
    })
    const [replies] = await Promise.all([buyers, ...counts])
    for (const { status, body } of replies) assert.ok(status === 201 || body.code === 'out-of-stock', String(status))
    await shop.isSound()
    assert.equal((await shop.stockOf('COUNTED')).reserved, 0)
  })
})

describe('every token of the simulator ends where it should', () => {
  const ends: Record<string, { status: string; kept: 'all' | 'none'; code?: string }> = {
    tok_ok: { status: 'paid', kept: 'all' },
    tok_slow: { status: 'paid', kept: 'all' },
    tok_declined: { status: 'canceled', kept: 'none', code: 'payment-declined' },
    tok_insufficient: { status: 'canceled', kept: 'none', code: 'payment-declined' },
    tok_expired_card: { status: 'canceled', kept: 'none', code: 'payment-declined' },
    tok_capture_declined: { status: 'canceled', kept: 'none', code: 'payment-declined' },
    tok_wrong_amount: { status: 'canceled', kept: 'none', code: 'payment-declined' },
    tok_timeout_after_capture: { status: 'paid', kept: 'all' },
    tok_timeout_before: { status: 'paid', kept: 'all' },
    tok_error_500_once: { status: 'paid', kept: 'all' },
    tok_nobody_knows: { status: 'canceled', kept: 'none', code: 'payment-declined' },
  }
  for (const [token, { status, kept, code }] of Object.entries(ends)) {
    test(`${token}: ${status}, ${kept === 'all' ? 'paid in full' : 'nothing kept'}`, async () => {
      const orderId = randomUUIDv7()
      const reply = await shop.buy({ ...oneBowl, token, orderId })
      if (code) {
        assert.equal(reply.status, 402)
        assert.equal(reply.body.code, code)
      } else assert.ok(reply.status === 201 || reply.status === 202, String(reply.status))
      await shop.becomes(orderId, status, 30)
      await eventually(
        'the money is where it belongs',
        async () => (await shop.keptOf(orderId)) === (kept === 'all' ? 2_990 : 0),
        30,
      )
      await eventually('the stock is where it belongs', async () => {
        const [row] = await shop.sql('inventory')<{ status: string }>`
          select status from reservation where order_id = ${orderId}`
        return row?.status === (kept === 'all' ? 'committed' : 'released')
      })
      const captures = (await provided(orderId)).filter((kind) => kind === 'capture')
      assert.ok(captures.length <= 1)
    })
  }

  test('after a decline the customer tries again with the same cart, and gets it (openfoodnetwork #3925, medusa #12184)', async () => {
    const cart = await shop.fillCart(oneBowl)
    assert.equal((await shop.checkOut(cart, { token: 'tok_declined' })).status, 402)
    assert.equal((await shop.checkOut(cart, { token: 'tok_ok' })).status, 201)
  })
})

describe('webhooks come when they like, and the end is the same', () => {
  after(() => switchTo({ webhooks: 'normal', webhookDelayMs: 2_000 }))

  const manners: Partial<SimulatorSwitches>[] = [
    { webhooks: 'before-reply' },
    { webhooks: 'late', webhookDelayMs: 700 },
    { webhooks: 'duplicate' },
    { webhooks: 'reordered' },
    { webhooks: 'lost' },
  ]
  for (const manner of manners) {
    test(`${manner.webhooks}: a card, a card whose answer is lost, a bank's page, a cancellation (pinelab #620, medusa #2948)`, async () => {
      await switchTo(manner)
      const [plain, silent, bank, undone] = await Promise.all([
        shop.buy(oneBowl),
        shop.buy({ ...oneBowl, token: 'tok_timeout_after_capture' }),
        shop.buy({ ...oneBowl, token: 'tok_3ds' }),
        shop.buy(oneBowl),
      ])
      assert.equal(plain.status, 201)
      assert.equal(bank.status, 202)
      await shop.answerBank(bank.body.nextAction?.url as string, 'approve')
      const canceled = await shop.ask('POST', `/v1/orders/${undone.body.id}/cancel`, {
        body: {},
        headers: { 'order-key': undone.body.accessKey as string, 'idempotency-key': randomUUID() },
      })
      assert.equal(canceled.status, 200)

      for (const { body } of [plain, silent, bank]) {
        await shop.becomes(body.id, 'paid', 30)
        assert.equal(await shop.keptOf(body.id), 2_990)
        assert.deepEqual(
          (await provided(body.id)).filter((kind) => kind === 'capture'),
          ['capture'],
        )
      }
      await eventually('the money is back', async () => (await shop.keptOf(undone.body.id)) === 0, 30)
      await shop.isSound()
    })
  }
})

describe('3-D Secure', () => {
  async function toTheBank(email = 'bank@example.com') {
    const { status, body } = await shop.buy({ ...oneBowl, token: 'tok_3ds', email })
    assert.equal(status, 202)
    assert.equal(body.status, 'awaiting-customer')
    return { id: body.id, accessKey: body.accessKey as string, page: body.nextAction?.url as string }
  }
  /** The time to confirm is over: as if the order were older. */
  async function passDeadline(orderId: string) {
    await shop.sql('orders')`
      update open_checkout set deadline_at = now() - interval '1 second' where order_id = ${orderId} and deadline_at is not null`
    await expireCheckouts(shop.test.running.services.get('orders')!.context)
  }
  async function reservationOf(orderId: string) {
    const [row] = await shop.sql('inventory')<{ status: string }>`
      select status from reservation where order_id = ${orderId}`
    return row?.status
  }

  test('the customer approves: paid, and sent back to the shop', async () => {
    const { id, page } = await toTheBank()
    const back = await shop.answerBank(page, 'approve')
    assert.ok(back?.startsWith(shop.url), String(back))
    await shop.becomes(id, 'paid')
    assert.equal(await shop.keptOf(id), 2_990)
  })

  test('the customer declines: canceled, and the stock goes back', async () => {
    const { id, page } = await toTheBank()
    await shop.answerBank(page, 'decline')
    await shop.becomes(id, 'canceled')
    await eventually('the stock is free', async () => (await reservationOf(id)) === 'released')
    assert.equal(await shop.keptOf(id), 0)
  })

  test('the bank itself declines after the approval: canceled', async () => {
    const { status, body } = await shop.buy({ ...oneBowl, token: 'tok_3ds_declined' })
    assert.equal(status, 202)
    await shop.answerBank(body.nextAction?.url as string, 'approve')
    await shop.becomes(body.id, 'canceled')
    await eventually('the stock is free', async () => (await reservationOf(body.id)) === 'released')
  })

  test('the browser never comes back, only the webhook tells: paid (medusa #13301)', async () => {
    const { id, page } = await toTheBank()
    // The answer is given and its redirect never followed: whatever happens now, no browser asks for it.
    await shop.answerBank(page, 'approve')
    await shop.becomes(id, 'paid')
  })

  test('nobody ever answers: expired at the deadline, stock free, and an approval later is refused or given back', async () => {
    const email = `never-${randomUUID()}@example.com`
    const { id, page } = await toTheBank(email)
    await passDeadline(id)
    await shop.becomes(id, 'canceled')
    await eventually('the stock is free', async () => {
      return ['released', 'expired'].includes((await reservationOf(id)) ?? '')
    })
    await eventually('the customer is told', async () => (await shop.mails(email)).length === 1)
    await shop.answerBank(page, 'approve').catch(() => undefined)
    await shop.isSound()
    assert.equal(await shop.keptOf(id), 0)
    assert.equal(await shop.statusOf(id), 'canceled')
  })

  test('the approval crosses the deadline: the money goes back by itself, and a mail says so (saleor #17776)', async () => {
    const email = `late-${randomUUID()}@example.com`
    const { id, page } = await toTheBank(email)
    await switchTo({ webhooks: 'late', webhookDelayMs: 1_500 })
    try {
      await shop.answerBank(page, 'approve')
      await passDeadline(id)
    } finally {
      await switchTo({ webhooks: 'normal' })
    }
    await eventually('the order has ended', async () => ['canceled', 'paid'].includes(await shop.statusOf(id)))
    await shop.isSound()
    // The first of the two has won; either way money and stock agree, which isSound has checked.
    const kept = await shop.keptOf(id)
    assert.equal(kept, (await shop.statusOf(id)) === 'paid' ? 2_990 : 0)
    await eventually('the customer is told', async () => (await shop.mails(email)).length >= 1)
  })

  test('captured money that lands on a canceled order goes back, and a mail says so', async () => {
    const email = `landed-${randomUUID()}@example.com`
    // The provider takes the money and does not answer; meanwhile the customer gives up.
    const orderId = randomUUIDv7()
    const cart = await shop.fillCart({ ...oneBowl, email })
    await switchTo({ webhooks: 'lost' })
    try {
      const buying = shop.checkOut(cart, { orderId, token: 'tok_timeout_after_capture' })
      await eventually('the provider has been asked', async () => {
        const asked = await shop.sql('payments')`select from payment_operation where order_id = ${orderId}`
        return asked.length > 0
      })
      const canceled = await shop.staff.orders.cancel({
        params: { id: orderId },
        body: {},
        headers: { 'idempotency-key': randomUUID() },
      })
      assert.equal(canceled.status, 'canceled')
      // The one who waits at the checkout is told now, or to ask again.
      const { status } = await buying
      assert.ok(status === 409 || status === 202, String(status))
    } finally {
      await switchTo({ webhooks: 'normal' })
    }
    await eventually('the provider has taken and returned it', async () => {
      const done = await provided(orderId)
      return done.includes('capture') === done.includes('refund') && (await shop.keptOf(orderId)) === 0
    })
    await shop.isSound()
    await eventually('the customer is told', async () => (await shop.mails(email)).length === 2)
    assert.deepEqual(await shop.lettersTo(email), ['order-canceled', 'order-refunded'])
    const told = (await shop.mails(email)).map((mail) => mail.text.replace(/\s+/g, ' ')).join()
    assert.match(told, /If we received a payment for it, we will refund it automatically/)
    assert.doesNotMatch(told, /not been charged/)
  })
})

describe('after the purchase', () => {
  const key = () => ({ 'idempotency-key': randomUUID() })

  test('a paid order is canceled: money back, goods back, a mail for it', async () => {
    const email = `undo-${randomUUID()}@example.com`
    let id = ''
    const taken = await gone('BOWL', async () => {
      const { body } = await shop.buy({ ...oneBowl, email })
      id = body.id
      await shop.test.settle()
      const again = await Promise.all(
        Array.from({ length: 5 }, () => shop.staff.orders.cancel({ params: { id }, body: {}, headers: key() })),
      )
      assert.deepEqual(new Set(again.map((one) => one.status)), new Set(['canceled']))
      await eventually('the money is back', async () => (await shop.keptOf(id)) === 0)
      await shop.isSound()
    })
    assert.equal(taken, 0)
    assert.deepEqual(await provided(id), ['capture', 'refund'])
    await eventually('the customer has read all', async () => (await shop.mails(email)).length === 3)
    assert.deepEqual(await shop.lettersTo(email), ['order-confirmed', 'order-canceled', 'order-refunded'])
  })

  test('parcels and refunds in parts: never more than was bought, never more than was paid (medusa #10842)', async () => {
    const { body: order } = await shop.buy({
      lines: [
        { sku: 'BOWL', quantity: 3 },
        { sku: 'SPOON', quantity: 4 },
      ],
    })
    const params = { id: order.id }
    const parcel = [
      { sku: 'BOWL', quantity: 1 },
      { sku: 'SPOON', quantity: 4 },
    ]
    const part = await shop.staff.orders.ship({ params, body: { lines: parcel }, headers: key() })
    assert.equal(part.status, 'partially-shipped')
    const more = { lines: [{ sku: 'BOWL', quantity: 3 }] }
    await refusalOf(shop.staff.orders.ship({ params, body: more, headers: key() }))
    const late = await refusalOf(shop.staff.orders.cancel({ params, body: {}, headers: key() }))
    assert.equal(late.code, 'too-late-to-cancel')
    await shop.staff.orders.refund({
      params,
      body: { lines: [{ sku: 'BOWL', quantity: 1 }], reason: 'Broken' },
      headers: key(),
    })
    const whole = await shop.staff.orders.ship({ params, body: {}, headers: key() })
    assert.equal(whole.status, 'shipped')
    const bowls = whole.lines.find((line) => line.sku === 'BOWL')
    assert.deepEqual([bowls?.shippedQuantity, bowls?.refundedQuantity], [2, 1])
    await shop.staff.orders.refund({ params, body: { reason: 'All the rest' }, headers: key() })
    await eventually('all of it is back', async () => (await shop.keptOf(order.id)) === 0)
    const over = await refusalOf(shop.staff.orders.refund({ params, body: { reason: 'Again' }, headers: key() }))
    assert.equal(over.code, 'refund-too-large')
    await shop.isSound()
  })

  test('what is refunded before it was sent is back on the shelf, and with nothing left to send the order has ended', async () => {
    const email = `unsent-${randomUUID()}@example.com`
    const buy = async () => (await shop.buy({ lines: [{ sku: 'BOWL', quantity: 2 }], email })).body.id
    const refundOne = (id: string) => {
      const body = { lines: [{ sku: 'BOWL', quantity: 1 }], reason: 'Sorry' }
      return shop.staff.orders.refund({ params: { id }, body, headers: key() })
    }
    const inPart = await gone('BOWL', async () => {
      const id = await buy()
      const parcel = { lines: [{ sku: 'BOWL', quantity: 1 }] }
      await shop.staff.orders.ship({ params: { id }, body: parcel, headers: key() })
      await refundOne(id)
      await shop.becomes(id, 'shipped')
      await shop.isSound()
    })
    assert.equal(inPart, 1)
    const asWhole = await gone('BOWL', async () => {
      const id = await buy()
      await Promise.all([refundOne(id), refundOne(id)])
      await shop.becomes(id, 'canceled')
      await shop.isSound()
      // Shipping goes back only when staff says so.
      assert.equal(await shop.keptOf(id), 490)
      await shop.staff.orders.refund({ params: { id }, body: { shipping: true, reason: 'Sorry' }, headers: key() })
      await shop.isSound()
      assert.equal(await shop.keptOf(id), 0)
    })
    const canceled = await gone('BOWL', async () => {
      const id = await buy()
      await refundOne(id)
      await shop.staff.orders.cancel({ params: { id }, body: {}, headers: key() })
      await shop.isSound()
    })
    assert.deepEqual([asWhole, canceled], [0, 0])
    await eventually('the customer has read all', async () => (await shop.mails(email)).length === 11)
    const letters = Object.groupBy(await shop.lettersTo(email), (kind) => kind)
    assert.deepEqual(
      Object.entries(letters).map(([kind, list]) => `${list?.length} ${kind}`),
      ['3 order-confirmed', '1 order-shipped', '6 order-refunded', '1 order-canceled'],
    )
  })

  test('canceled units are back on the shelf, sent ones when they came back, and the order ends with its last unit', async () => {
    const email = `units-${randomUUID()}@example.com`
    const bowl = [{ sku: 'BOWL', quantity: 1 }]
    const free = bowl.map((line) => ({ ...line, refund: { amount: 0, currency: 'EUR' } }))
    const buy = async () => {
      const { body } = await shop.buy({ lines: [{ sku: 'BOWL', quantity: 4 }], email })
      return { id: body.id }
    }
    const inPart = await gone('BOWL', async () => {
      const params = await buy()
      await shop.staff.orders.ship({ params, body: { lines: [{ sku: 'BOWL', quantity: 2 }] }, headers: key() })
      await shop.staff.orders.cancelUnits({ params, body: { lines: free, reason: 'Broken' }, headers: key() })
      for (const restock of [false, true])
        await shop.staff.orders.refund({
          params,
          body: { lines: bowl, units: 'sent', restock, reason: 'Sent back' },
          headers: key(),
        })
      await shop.isSound()
      assert.equal(await shop.statusOf(params.id), 'partially-shipped')
      await shop.staff.orders.cancelUnits({ params, body: { lines: bowl, reason: 'Broken' }, headers: key() })
      await shop.becomes(params.id, 'shipped')
      await shop.isSound()
      assert.equal(await shop.keptOf(params.id), 2_500)
    })
    assert.equal(inPart, 1, 'one was sent and has not come back')
    const asWhole = await gone('BOWL', async () => {
      const params = await buy()
      const acts = Array.from({ length: 6 }, () =>
        shop.staff.orders.cancelUnits({ params, body: { lines: free, reason: 'Broken' }, headers: key() }),
      )
      const done = await Promise.allSettled(acts)
      assert.equal(done.filter((one) => one.status === 'fulfilled').length, 4)
      await shop.becomes(params.id, 'canceled')
      await shop.isSound()
    })
    assert.equal(asWhole, 0)
    const atOnce = await gone('BOWL', async () => {
      const params = await buy()
      await Promise.allSettled([
        shop.staff.orders.cancelUnits({
          params,
          body: { lines: [{ sku: 'BOWL', quantity: 3 }], reason: 'Broken' },
          headers: key(),
        }),
        shop.staff.orders.ship({ params, body: { lines: [{ sku: 'BOWL', quantity: 3 }] }, headers: key() }),
      ])
      await shop.isSound()
      const order = await shop.staff.orders.read({ params })
      const [line] = order.lines
      assert.deepEqual([line?.shippedQuantity, line?.canceledQuantity].toSorted(), [0, 3])
      await shop.staff.orders.cancelUnits({ params, body: { lines: bowl, reason: 'Broken' }, headers: key() })
      await shop.isSound()
    })
    assert.ok(atOnce === 0 || atOnce === 3)
    await eventually('the customer has read all', async () => (await shop.lettersTo(email)).includes('units-canceled'))
  })

  test('twenty refunds at once never give back more than was paid (medusa #16681)', async () => {
    const { body: order } = await shop.buy({ lines: [{ sku: 'BOWL', quantity: 2 }] })
    const body = { amount: { amount: 1_000, currency: 'EUR' }, reason: 'Sorry' }
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => shop.staff.orders.refund({ params: { id: order.id }, body, headers: key() })),
    )
    const given = outcomes.filter((outcome) => outcome.status === 'fulfilled').length
    assert.equal(given, 5, `of ${order.totals.total.amount}`)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'refund-too-large')
    await eventually('five are back', async () => (await shop.keptOf(order.id)) === 490)
  })

  test('one refund with one key, ten times at once, is one refund (medusa #13433)', async () => {
    const { body: order } = await shop.buy(oneBowl)
    const headers = key()
    const body = { amount: { amount: 100, currency: 'EUR' }, reason: 'Sorry' }
    const ask = () => shop.staff.orders.refund({ params: { id: order.id }, body, headers })
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, ask))
    const [first, ...more] = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.refunds[0]?.id] : []))
    for (const one of outcomes) if (one.status === 'rejected') assert.equal(one.reason.code, 'idempotency-in-flight')
    assert.deepEqual(new Set([first, ...more, (await ask()).refunds[0]?.id]).size, 1)
    await eventually('it is back', async () => (await shop.keptOf(order.id)) === 2_890)
    assert.deepEqual(await provided(order.id), ['capture', 'refund'])
  })
})

describe('after all of it', () => {
  test('every promise holds', () => shop.isSound())

  test('and the payments service finds its books to be those of the provider', async () => {
    const { checked, findings } = await shop.staff.payments.reconcile({})
    assert.ok(checked > 20)
    assert.deepEqual(findings, [])
  })
})

/** Makes `count` of them, `atOnce` at a time. */
