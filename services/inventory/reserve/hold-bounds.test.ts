// What unpaid orders may hold: the bounds to the unit and to the cent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Held, mayHold, type SharedStock, unitsOf } from './hold-bounds.ts'

const network = { key: 'network:1', mostUnits: 10, mostValue: 100_00 }
const mailbox = { key: 'mailbox:1', mostUnits: 5, mostValue: 50_00 }
const plenty: SharedStock[] = [
  { sku: 'tea', available: 1_000, held: 0 },
  { sku: 'oil', available: 1_000, held: 0 },
]
const wish = (units: number, value: number) => ({
  skus: ['tea', 'oil'],
  quantities: [units - 1, 1],
  holders: [network, mailbox],
  value,
})
const held = (key: string, units: number, value: number): Held => ({ key, units, value })

test('the units of an order are those of all its lines', () => {
  assert.equal(unitsOf({ skus: ['tea', 'oil'], quantities: [2, 3] }), 5)
})

test('a holder may hold as many units and as much value as its bound, not one more', () => {
  assert.equal(mayHold(wish(5, 50_00), [], plenty, 50), true)
  assert.equal(mayHold(wish(6, 50_00), [], plenty, 50), false)
  assert.equal(mayHold(wish(5, 50_01), [], plenty, 50), false)
})

test('what a holder holds already counts, and each holder has bounds of its own', () => {
  const may = (...already: Held[]) => mayHold(wish(3, 30_00), already, plenty, 50)
  assert.equal(may(held('mailbox:1', 2, 20_00), held('network:1', 7, 70_00)), true)
  assert.equal(may(held('mailbox:1', 3, 20_00), held('network:1', 7, 70_00)), false)
  assert.equal(may(held('mailbox:1', 2, 20_01), held('network:1', 7, 70_00)), false)
  assert.equal(may(held('mailbox:1', 2, 20_00), held('network:1', 8, 70_00)), false)
  assert.equal(may(held('mailbox:1', 2, 20_00), held('network:1', 7, 70_01)), false)
  assert.equal(may(held('mailbox:2', 5, 50_00)), true)
})

test('unpaid orders share a part of each SKU, rounded down, of what can be bought and what they hold', () => {
  /** Whether an order for some tea may hold it: `available` is left while it does, others hold `others`. */
  const may = (units: number, available: number, others: number, sku = 'tea') =>
    mayHold(
      { skus: ['oil', 'tea'], quantities: [1, units], holders: [], value: 1 },
      [],
      [
        { sku: 'oil', available: 1_000, held: 0 },
        { sku, available, held: others },
      ],
      50,
    )
  // Of 10 units, 5; of 11, 5.
  assert.equal(may(2, 5, 3), true)
  assert.equal(may(3, 4, 3), false)
  assert.equal(may(3, 5, 3), false)
  assert.equal(may(3, 6, 3), true)
})

test('the last unit can be held by the first customer who wants it', () => {
  const may = (available: number, held: number) =>
    mayHold({ skus: ['tea'], quantities: [1], holders: [], value: 1 }, [], [{ sku: 'tea', available, held }], 50)
  assert.equal(may(0, 0), true)
  assert.equal(may(0, 1), false, 'another holds one of two')
})

test('one SKU that is held too much is enough to hold nothing', () => {
  const scarce = [plenty[0] as SharedStock, { sku: 'oil', available: 0, held: 1_000 }]
  assert.equal(mayHold(wish(2, 1_00), [], scarce, 50), false)
  assert.equal(mayHold(wish(2, 1_00), [], [], 50), true, 'of a SKU without stock one unit')
  assert.equal(mayHold(wish(3, 1_00), [], [], 50), false)
  assert.equal(mayHold(wish(3, 1_00), [], [], 70), false)
})
