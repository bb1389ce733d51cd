// A crowd before one SKU: who waits for whom, and what each is told.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { queueBySku } from './queue-by-sku.ts'
import { type Counter, openCounter } from './testing.ts'

let counter: Counter
before(async () => {
  counter = await openCounter()
})
after(() => counter.close())

interface Wish {
  skus: string[]
  name: string
}
function openQueue({ fails = false, mostAtOnce = 3 } = {}) {
  const calls: string[][] = []
  const call = async (names: string[], broken = false) => {
    calls.push(names)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (broken) throw new Error(`${names} failed`)
    return names.map((name) => `got ${name}`)
  }
  const ask = queueBySku<Wish, string>(
    {
      alone: async ({ name }) => (await call([name], name === 'broken'))[0] as string,
      together: (wishes) =>
        call(
          wishes.map((it) => it.name),
          fails,
        ),
    },
    (one, other) => one.name !== other.name,
    mostAtOnce,
  )
  return { calls, ask: (name: string, ...skus: string[]) => ask({ name, skus }) }
}

test('while one is served the others wait and go together, at most so many', async () => {
  const { calls, ask } = openQueue()
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => ask(name, 'x')))
  assert.deepEqual(answers, ['got a', 'got b', 'got c', 'got d', 'got e'])
  assert.deepEqual(calls, [['a'], ['b', 'c', 'd'], ['e']])
  await ask('f', 'x')
  assert.deepEqual(calls.at(-1), ['f'])
})

test('other SKUs and orders of several SKUs do not wait', async () => {
  const { calls, ask } = openQueue()
  await Promise.all([ask('a', 'x'), ask('b', 'y'), ask('c', 'x', 'y'), ask('d', 'x')])
  assert.deepEqual(calls, [['a'], ['b'], ['c'], ['d']])
})

test('the same order does not share a call with itself', async () => {
  const { calls, ask } = openQueue()
  await Promise.all([ask('a', 'x'), ask('b', 'x'), ask('b', 'x'), ask('c', 'x')])
  assert.deepEqual(calls, [['a'], ['b', 'c'], ['b']])
})

test('what fails together is tried alone, so that each gets its own error', async () => {
  const { calls, ask } = openQueue({ fails: true })
  const outcomes = await Promise.allSettled(['a', 'b', 'broken', 'c'].map((name) => ask(name, 'x')))
  assert.deepEqual(
    outcomes.map((it) => (it.status === 'fulfilled' ? it.value : it.reason.message)),
    ['got a', 'got b', 'broken failed', 'got c'],
  )
  assert.deepEqual(calls, [['a'], ['b', 'broken', 'c'], ['b'], ['broken'], ['c']])
})

test('in a crowd each order gets the answer that it would get alone', async () => {
  const sku = await counter.stocked({ main: 4, east: 5 })
  const one = [{ sku, quantity: 1 }]
  const holder = `${randomUUIDv7()}@example.com`
  const elsewhere = await counter.stocked({ main: 50 })
  for (let i = 0; i < 20; i++) await counter.reserve([{ sku: elsewhere, quantity: 1 }], { holder })
  const mine = await counter.reserve(one, { pinned: true })
  const gone = randomUUIDv7()
  await counter.release(gone)
  const code = (asked: Promise<unknown>) =>
    asked.then(
      () => 'reserved',
      (refusal) => refusal.code as string,
    )
  const wishes = [
    code(counter.reserve(one)),
    code(counter.reserve(one, { orderId: mine.orderId })),
    code(counter.reserve([{ sku, quantity: 2 }], { orderId: mine.orderId })),
    code(counter.reserve(one, { orderId: gone })),
    code(counter.reserve(one, { holder })),
    code(counter.reserve([{ sku, quantity: 100 }])),
    counter.reserve([{ sku, quantity: 6 }]).then((it) => it.lines),
    code(counter.reserve([{ sku, quantity: 2 }])),
    code(counter.reserve(one, { pinned: true, orderId: randomUUIDv7().toUpperCase() })),
    code(counter.reserve(one)),
  ]
  assert.deepEqual(await Promise.all(wishes), [
    'reserved',
    'reserved',
    'invalid-request',
    'reservation-over',
    'too-many-reservations',
    'out-of-stock',
    [
      { sku, quantity: 4, location: 'east' },
      { sku, quantity: 2, location: 'main' },
    ],
    'out-of-stock',
    'reserved',
    'out-of-stock',
  ])
  assert.equal(await counter.available(sku), 0)
  assert.deepEqual(await counter.told(sku), ['back-in-stock 9', 'stock-low 1', 'sold-out'])
  await counter.sound()
})
