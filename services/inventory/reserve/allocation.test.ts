// Who gets what, and from where.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allocate } from './allocation.ts'

const wish = (orderId: string, wanted: Record<string, number>) => ({
  orderId,
  skus: Object.keys(wanted),
  quantities: Object.values(wanted),
})
const shelf = (sku: string, location: string, available: number) => ({ sku, location, available })

test('the first come are served, each wholly or not at all', () => {
  const shelves = [shelf('tea', 'main', 3), shelf('oil', 'main', 1)]
  const [first, second, third] = allocate(
    [wish('1', { tea: 2, oil: 1 }), wish('2', { tea: 1, oil: 1 }), wish('3', { tea: 1 })],
    shelves,
  )
  assert.deepEqual(first, {
    lines: [
      { sku: 'tea', location: 'main', quantity: 2 },
      { sku: 'oil', location: 'main', quantity: 1 },
    ],
    changes: [
      { sku: 'tea', before: 3, after: 1 },
      { sku: 'oil', before: 1, after: 0 },
    ],
  })
  assert.deepEqual(second, { missing: [{ sku: 'oil', requested: 1, available: 0 }] })
  assert.deepEqual(third, {
    lines: [{ sku: 'tea', location: 'main', quantity: 1 }],
    changes: [{ sku: 'tea', before: 1, after: 0 }],
  })
  assert.equal(shelves[0]?.available, 3, 'the caller keeps its own')
})

test('one location that has all is preferred, else several by their order', () => {
  const shelves = [shelf('tea', 'main', 2), shelf('tea', 'east', 5)]
  const [whole, split] = allocate([wish('1', { tea: 3 }), wish('2', { tea: 4 })], shelves)
  assert.deepEqual(whole?.missing ?? whole?.lines, [{ sku: 'tea', location: 'east', quantity: 3 }])
  assert.deepEqual(split?.missing ?? split?.lines, [
    { sku: 'tea', location: 'east', quantity: 2 },
    { sku: 'tea', location: 'main', quantity: 2 },
  ])
})

test('what nobody has ever stocked is missing, and nobody wishing is nothing', () => {
  assert.deepEqual(allocate([wish('1', { tea: 1 })], []), [{ missing: [{ sku: 'tea', requested: 1, available: 0 }] }])
  assert.deepEqual(allocate([], [shelf('tea', 'main', 1)]), [])
})
