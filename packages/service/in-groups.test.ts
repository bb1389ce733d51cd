// Group commit: who goes together, who waits for whom, and what each is told. Without a database: only the line is tested.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as endOfTurn, setTimeout as pause } from 'node:timers/promises'
import type { Database } from '@souk/messaging'
import { type GroupOptions, inGroups } from './in-groups.ts'

const newContext = () => ({ database: {} as Database })

function openLine({ failsTogether = false, ...options }: GroupOptions<string> & { failsTogether?: boolean } = {}) {
  const calls: string[] = []
  const ask = inGroups(async (names: readonly string[], _context: { database: Database }) => {
    calls.push(names.join())
    await pause(10)
    if (names.includes('broken') || (failsTogether && names.length > 1)) throw new Error(`${names} failed`)
    return names.map((name) => `got ${name}`)
  }, options)
  const context = newContext()
  return { calls, context, ask: (name: string, from = context) => ask(name, from) }
}

test('those who ask in one turn go together, and each gets its own answer', async () => {
  const { calls, ask } = openLine()
  const answers = await Promise.all(['a', 'b', 'c'].map((name) => ask(name)))
  assert.deepEqual(answers, ['got a', 'got b', 'got c'])
  assert.deepEqual(calls, ['a,b,c'])
})

test('while a group is on its way the others wait and then go together, at most so many', async () => {
  const { calls, ask } = openLine({ most: 3 })
  const first = ask('a')
  await pause(3)
  await Promise.all([first, ...['b', 'c', 'd', 'e'].map((name) => ask(name))])
  assert.deepEqual(calls, ['a', 'b,c,d', 'e'])
})

test('two groups may be on their way at once', async () => {
  const { calls, ask } = openLine({ atOnce: 2, most: 1 })
  const asked = [ask('a'), ask('b'), ask('c')]
  await pause(5)
  assert.deepEqual(calls, ['a', 'b'])
  await Promise.all(asked)
})

test('what has a key in common does not share a group', async () => {
  const { calls, ask } = openLine({ keysOf: (name) => [name] })
  await Promise.all(['a', 'b', 'b', 'c', 'b'].map((name) => ask(name)))
  assert.deepEqual(calls, ['a,b,c', 'b', 'b'])
})

test('what fails together is tried alone, so that each gets its own error', async () => {
  const { calls, ask } = openLine({ failsTogether: true })
  const outcomes = await Promise.allSettled(['a', 'broken', 'c'].map((name) => ask(name)))
  assert.deepEqual(
    outcomes.map((it) => (it.status === 'fulfilled' ? it.value : it.reason.message)),
    ['got a', 'broken failed', 'got c'],
  )
  assert.deepEqual(calls, ['a,broken,c', 'a', 'broken', 'c'])
  assert.equal(await ask('d'), 'got d')
})

test('after a crowd, a group waits a moment for those who are just about to come', async () => {
  const { calls, ask } = openLine({ patienceMs: 20 })
  await Promise.all([ask('a'), ask('b')])
  const late = ask('c')
  await pause(2)
  await Promise.all([late, ask('d')])
  assert.deepEqual(calls, ['a,b', 'c,d'])
  await ask('e')
  const alone = ask('f')
  await pause(2)
  await Promise.all([alone, ask('g')])
  assert.deepEqual(calls.slice(2), ['e', 'f', 'g'])
})

test('when as many are there as came together lately, nobody is waited for', async () => {
  const { calls, ask } = openLine({ patienceMs: 10_000 })
  await Promise.all([ask('a'), ask('b'), ask('c')])
  const early = [ask('d'), ask('e')]
  await endOfTurn()
  await endOfTurn()
  const last = ask('f')
  await endOfTurn()
  assert.deepEqual(calls, ['a,b,c', 'd,e,f'])
  await Promise.all([...early, last])
})

test('those who go round in a group of their own are waited for now and then, and stay', async () => {
  const { calls, ask } = openLine({ patienceMs: 1_000 })
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => ask(name)))
  const early = [ask('e'), ask('f')]
  await pause(30) // Far longer than one waits for those who are just about to come.
  await Promise.all([...early, ask('g'), ask('h')])
  assert.deepEqual(calls, ['a,b,c,d', 'e,f,g,h'])
})

test('who waited in vain for the missing does not do so again soon', async () => {
  const { calls, ask } = openLine({ patienceMs: 300 })
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => ask(name)))
  await Promise.all([ask('e'), ask('f')])
  const early = [ask('g'), ask('h')]
  await pause(150)
  assert.deepEqual(calls, ['a,b,c,d', 'e,f', 'g,h'])
  await Promise.all(early)
})

test('every database has its own line', async () => {
  const { calls, ask } = openLine()
  await Promise.all([ask('a'), ask('b', newContext())])
  assert.deepEqual(calls, ['a', 'b'])
})
