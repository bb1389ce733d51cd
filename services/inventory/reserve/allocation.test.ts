// Tests which location gives how many units to an order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allocate } from './allocation.ts'

const demand = (orderId: string, wanted: Record<string, number>) => ({
  orderId,
  skus: Object.keys(wanted),
  quantities: Object.values(wanted),
})
const stock = (sku: string, location: string, available: number) => ({ sku, location, available })

test('demands are served in their order, each wholly or not at all', () => {
  const available = [stock('tea', 'main', 3), stock('oil', 'main', 1)]
  const [first, second, third] = allocate(
    [demand('1', { tea: 2, oil: 1 }), demand('2', { tea: 1, oil: 1 }), demand('3', { tea: 1 })],
    available,
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
  assert.equal(available[0]?.available, 3, 'the list of the caller is not changed')
})

test('one location that has all units is preferred, else several give in their order', () => {
  const available = [stock('tea', 'main', 2), stock('tea', 'east', 5)]
  const [whole, split] = allocate([demand('1', { tea: 3 }), demand('2', { tea: 4 })], available)
  assert.deepEqual(whole?.missing ?? whole?.lines, [{ sku: 'tea', location: 'east', quantity: 3 }])
  assert.deepEqual(split?.missing ?? split?.lines, [
    { sku: 'tea', location: 'east', quantity: 2 },
    { sku: 'tea', location: 'main', quantity: 2 },
  ])
})

test('a SKU that was never stocked is missing, and no demand gets no allocation', () => {
  assert.deepEqual(allocate([demand('1', { tea: 1 })], []), [{ missing: [{ sku: 'tea', requested: 1, available: 0 }] }])
  assert.deepEqual(allocate([], [stock('tea', 'main', 1)]), [])
})

test('a location that has exactly what is wanted gives it alone, and an empty one gives nothing', () => {
  const lines = (quantity: number, ...available: ReturnType<typeof stock>[]) => {
    const [first] = allocate([demand('1', { tea: quantity })], available)
    return (first?.missing ? [] : (first?.lines ?? [])).map((line) => `${line.location} ${line.quantity}`)
  }
  assert.deepEqual(lines(3, stock('tea', 'main', 1), stock('tea', 'east', 3), stock('tea', 'west', 9)), ['east 3'])
  assert.deepEqual(lines(4, stock('tea', 'main', 0), stock('tea', 'east', 3), stock('tea', 'west', 2)), [
    'east 3',
    'west 1',
  ])
})

test('the lines of a split demand are in the order of their locations', () => {
  const split = (...locations: string[]) => {
    const available = locations.map((location) => stock('tea', location, 1))
    const [first] = allocate([demand('1', { tea: locations.length })], available)
    return (first?.missing ? [] : (first?.lines ?? [])).map(({ location }) => location)
  }
  assert.deepEqual(split('west', 'main', 'east'), ['east', 'main', 'west'])
  assert.deepEqual(split('east', 'main', 'west'), ['east', 'main', 'west'])
})
