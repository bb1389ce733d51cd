// Tests the invariants themselves: they hold after random concurrent work, and each finds the row that breaks it.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Message } from '@souk/contracts'
import { HoldStock, type StockLine } from '@souk/contracts/inventory'
import type { Sql } from '@souk/postgres'
import { canceled, openInventory, placed, refunded, type TestInventory } from './fixture.ts'
import { findProblems, invariants } from './invariants.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

/** A pseudorandom generator: the same numbers for the same seed. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

for (const seed of [1, 2, 3]) {
  test(`after random work on all sides at once, the ledger adds up to the stock (seed ${seed})`, async () => {
    const roll = random(seed)
    const skus = await Promise.all(Array.from({ length: 4 }, () => inventory.stocked({ main: 15, east: 10 })))
    const orders: { orderId: string; lines: StockLine[] }[] = []
    const newOrder = () => {
      const lines = Array.from({ length: 1 + roll(3) }, () => ({ sku: skus[roll(4)] as string, quantity: 1 + roll(3) }))
      const order = { orderId: randomUUIDv7(), lines }
      orders.push(order)
      return order
    }
    const someOrder = () => orders[roll(orders.length)] ?? newOrder()
    const publish = (message: Message) =>
      inventory.shop.database('inventory').transaction(async ({ send }) => send(message))
    const actions = [
      () => inventory.reserve(...reserveArguments(newOrder(), { pinned: roll(2) === 0 })),
      () => inventory.reserve(...reserveArguments(newOrder(), { expiresAt: inventory.inSeconds(roll(20) / 100) })),
      () => inventory.reserve(...reserveArguments(someOrder(), {})),
      () => inventory.release(someOrder().orderId),
      () => inventory.pin(someOrder().orderId),
      () => inventory.hold(someOrder().orderId, { network: 'a', until: inventory.inSeconds(roll(20) / 100) }),
      () => inventory.hold(someOrder().orderId, { mailbox: 'b', until: inventory.inSeconds(60) }),
      () => publish(HoldStock({ orderId: someOrder().orderId, until: inventory.inSeconds(0.05) })),
      () => publish(placed(...idAndLines(someOrder()))),
      () => publish(canceled(...idAndLines(someOrder()), true)),
      () => {
        const { orderId, lines } = someOrder()
        return publish(refunded(orderId, lines.slice(0, 1)))
      },
      () =>
        inventory.move(
          skus[roll(4)] as string,
          ['received', 'damaged', 'adjusted', 'returned'][roll(4)] as string,
          1 + roll(3),
        ),
      () => inventory.move(skus[roll(4)] as string, 'counted', roll(12), roll(2) === 0 ? 'main' : 'east'),
      () => inventory.expireNow(),
    ]
    for (let wave = 0; wave < 12; wave++) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 25 }, () => (actions[roll(actions.length)] as () => Promise<unknown>)()),
      )
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.ok(outcome.reason.status < 500, String(outcome.reason))
      }
      await inventory.assertInvariants()
    }
    await inventory.shop.settle()
    await inventory.assertInvariants()
    await inventory.receive(...orders.map((order) => canceled(order.orderId, order.lines, true)))
    for (const sku of skus) {
      for (const location of ['main', 'east']) assert.equal((await inventory.level(sku, location))?.reserved, 0)
    }
    await inventory.assertInvariants()
  })
}
type Order = { orderId: string; lines: StockLine[] }
const idAndLines = ({ orderId, lines }: Order) => [orderId, lines] as const
const reserveArguments = ({ orderId, lines }: Order, more: object) => [lines, { orderId, ...more }] as const

test('the ledger is append-only', async () => {
  for (const statement of [
    inventory.sql`update stock_movement set on_hand_change = 1`,
    inventory.sql`delete from stock_movement`,
    inventory.sql`truncate stock_movement`,
  ]) {
    await assert.rejects(Promise.resolve(statement), /append-only/)
  }
})

test('each invariant finds what breaks it', async () => {
  const sku = await inventory.stocked({ main: 9 })
  const lines = [{ sku, quantity: 2 }]
  const [held, sold] = [await inventory.reserve(lines), await inventory.reserve(lines, { pinned: true })]
  await inventory.receive(placed(sold.orderId, lines))
  type Damage = (sql: Sql) => PromiseLike<unknown>
  const breaks: Record<string, { damage: Damage; says: RegExp }> = {
    I1: {
      damage: (sql) => sql`update stock set reserved = on_hand + 1 where sku = ${sku}`,
      says: /7 on hand, 8 reserved/,
    },
    I2: {
      damage: (sql) => sql`update stock set on_hand = on_hand + 1 where sku = ${sku}`,
      says: /stock 8\/2, ledger 7\/2/,
    },
    I3: {
      damage: (sql) => sql`
        update reservation set status = 'released', expires_at = null where order_id = ${held.orderId}`,
      says: /2 reserved, {2}in reservations/,
    },
    I4: {
      damage: (sql) => sql`update reservation_line set quantity = 3 where order_id = ${sold.orderId}`,
      says: /ledger says 2 sold, reservations 3/,
    },
    I6: {
      damage: (sql) => sql`
        insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
        values (${sku}, 'main', 'reserved', 0, 2, ${held.orderId}, 'again')`,
      says: /reserved of .* at main, 2 times/,
    },
    I7: {
      damage: (sql) => sql`delete from reservation_line where order_id = ${held.orderId}`,
      says: /active, without lines/,
    },
    I9: {
      damage: (sql) => sql`
        update reservation set expires_at = clock_timestamp() - interval '2 minutes' where order_id = ${held.orderId}`,
      says: /expired at/,
    },
    I10: {
      damage: (sql) => sql`
        update reservation
        set held_by = '{network:a}', held_units = 2, held_value = 0, held_currency = 'EUR',
          held_most_units = '{1}', held_most_value = '{0}'
        where order_id = ${held.orderId}`,
      says: /network:a holds 2 of at most 1 units/,
    },
  }
  assert.deepEqual(
    Object.keys(breaks),
    invariants.map((it) => it.id),
  )
  await inventory.assertInvariants()
  for (const [id, { damage, says }] of Object.entries(breaks)) {
    const problems = await afterDamage(damage)
    const found = problems.find((problem) => problem.id === id)
    assert.match(found?.detail ?? '', says, `${id}: ${JSON.stringify(problems)}`)
  }
  await inventory.assertInvariants()
})

/** Returns what is found when the constraints are gone and a row is broken; then rolls everything back. */
async function afterDamage(damage: (sql: Sql) => PromiseLike<unknown>) {
  let problems: Awaited<ReturnType<typeof findProblems>> = []
  const rollback = new Error('Roll back.')
  await assert.rejects(
    inventory.shop.database('inventory').transaction(async ({ sql }) => {
      await sql`alter table stock drop constraint stock_is_enough`
      await sql`drop index stock_movement_cause`
      await damage(sql)
      problems = await findProblems(sql)
      throw rollback
    }),
    rollback,
  )
  return problems
}
