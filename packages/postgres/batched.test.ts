// Group commit: which items share a batch, how long a batch waits, and what each requester is told. The database is an empty object:
// only the queue is tested.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as endOfTurn, setTimeout as pause } from 'node:timers/promises'
import { type BatchOptions, batched } from './batched.ts'

const newContext = () => ({ database: {} })
type Context = ReturnType<typeof newContext>
type Options = Partial<BatchOptions<string, string, Context>> & { failsTogether?: boolean }

function openQueue({ failsTogether = false, ...options }: Options = {}) {
  const writes: string[] = []
  const ask = batched<string, string, Context>({
    key: (name) => name,
    keyOf: (row) => row.slice('wrote '.length),
    async write(names) {
      writes.push(names.join())
      await pause(10)
      if (names.includes('broken') || (failsTogether && names.length > 1)) throw new Error(`${names} failed`)
      return names.filter((name) => name !== 'refused').map((name) => `wrote ${name}`)
    },
    ...options,
  })
  const context = newContext()
  return { writes, context, ask: (name: string, from = context) => ask(name, from) }
}

test('items of one turn share a batch, and each gets its own row', async () => {
  const { writes, ask } = openQueue()
  const answers = await Promise.all(['a', 'b', 'c'].map((name) => ask(name)))
  assert.deepEqual(answers, ['wrote a', 'wrote b', 'wrote c'])
  assert.deepEqual(writes, ['a,b,c'])
})

test('items that come while a batch is under way share the next batches, up to the limit', async () => {
  const { writes, ask } = openQueue({ most: 3 })
  const first = ask('a')
  await pause(3)
  await Promise.all([first, ...['b', 'c', 'd', 'e'].map((name) => ask(name))])
  assert.deepEqual(writes, ['a', 'b,c,d', 'e'])
})

test('two batches may be under way at once', async () => {
  const { writes, ask } = openQueue({ atOnce: 2, most: 1 })
  const asked = [ask('a'), ask('b'), ask('c')]
  await pause(5)
  assert.deepEqual(writes, ['a', 'b'])
  await Promise.all(asked)
})

test('items with one key do not share a batch', async () => {
  const { writes, ask } = openQueue()
  await Promise.all(['a', 'b', 'b', 'c', 'b'].map((name) => ask(name)))
  assert.deepEqual(writes, ['a,b,c', 'b', 'b'])
})

test('items that conflict over something else do not share a batch either', async () => {
  const { writes, ask } = openQueue({ conflicts: (name) => [name.slice(0, 1)] })
  await Promise.all(['a1', 'b1', 'a2', 'b2'].map((name) => ask(name)))
  assert.deepEqual(writes, ['a1,b1', 'a2,b2'])
})

test('an item for which the database returned no row is answered with none', async () => {
  const { ask } = openQueue()
  assert.deepEqual(await Promise.all(['a', 'refused', 'c'].map((name) => ask(name))), ['wrote a', undefined, 'wrote c'])
})

test('the items of a failed batch are written alone, so that each gets its own error', async () => {
  const { writes, ask } = openQueue({ failsTogether: true })
  const outcomes = await Promise.allSettled(['a', 'broken', 'c'].map((name) => ask(name)))
  assert.deepEqual(
    outcomes.map((it) => (it.status === 'fulfilled' ? it.value : it.reason.message)),
    ['wrote a', 'broken failed', 'wrote c'],
  )
  assert.deepEqual(writes, ['a,broken,c', 'a', 'broken', 'c'])
  assert.equal(await ask('d'), 'wrote d')
})

test('under load, a batch waits a moment for further items', async () => {
  const { writes, ask } = openQueue({ waitMs: 20 })
  await Promise.all([ask('a'), ask('b')])
  const late = ask('c')
  await pause(2)
  await Promise.all([late, ask('d')])
  assert.deepEqual(writes, ['a,b', 'c,d'])
  await ask('e')
  const alone = ask('f')
  await pause(2)
  await Promise.all([alone, ask('g')])
  assert.deepEqual(writes.slice(2), ['e', 'f', 'g'])
})

test('a batch leaves at once when it holds as many items as came together lately', async () => {
  const { writes, ask } = openQueue({ waitMs: 10_000 })
  await Promise.all([ask('a'), ask('b'), ask('c')])
  const early = [ask('d'), ask('e')]
  await endOfTurn()
  await endOfTurn()
  const last = ask('f')
  await endOfTurn()
  assert.deepEqual(writes, ['a,b,c', 'd,e,f'])
  await Promise.all([...early, last])
})

test('two batches become one when the wait now and then is long enough for both', async () => {
  const { writes, ask } = openQueue({ waitMs: 1_000 })
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => ask(name)))
  const early = [ask('e'), ask('f')]
  await pause(30) // Far longer than the usual wait.
  await Promise.all([...early, ask('g'), ask('h')])
  assert.deepEqual(writes, ['a,b,c,d', 'e,f,g,h'])
})

test('a batch that waited in vain is not repeated soon', async () => {
  const { writes, ask } = openQueue({ waitMs: 300 })
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => ask(name)))
  await Promise.all([ask('e'), ask('f')])
  const early = [ask('g'), ask('h')]
  await pause(150)
  assert.deepEqual(writes, ['a,b,c,d', 'e,f', 'g,h'])
  await Promise.all(early)
})

test('every database has a queue of its own', async () => {
  const { writes, ask } = openQueue()
  await Promise.all([ask('a'), ask('b', newContext())])
  assert.deepEqual(writes, ['a', 'b'])
})
