// What a process remembers of its own appends: whoever reads here gets it, and nothing is kept longer than somebody needs it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { keepRecentAppends } from './recent-appends.ts'

const messages = (count: number, type = 'a') =>
  Array.from({ length: count }, () => ({ id: randomUUID(), type, key: 'k', json: JSON.stringify({ type }) }))
const positions = (rows: readonly { position: number }[]) => rows.map((row) => row.position)

test('a reader gets what comes right behind it, and other types only as a position', () => {
  const fresh = keepRecentAppends()
  const reader = fresh.reader()
  fresh.keep(3, messages(3))
  fresh.keep(4, messages(1, 'b'))
  const rows = reader.after(1, ['a'], 10)
  assert.deepEqual(positions(rows), [2, 3, 4])
  assert.deepEqual(
    rows.map((row) => row.envelope?.type),
    ['a', 'a', undefined],
  )
  assert.deepEqual(positions(reader.after(1, ['a'], 2)), [2, 3])
  assert.equal(fresh.isBehind(3), true)
  assert.equal(fresh.isBehind(4), false)
})

test('behind a gap there is nothing: another process may have appended there', () => {
  const fresh = keepRecentAppends()
  const reader = fresh.reader()
  fresh.keep(3, messages(1))
  assert.deepEqual(reader.after(1, ['a'], 10), [])
  assert.equal(fresh.isBehind(1), true)
})

test('what all readers have passed is forgotten, and not before', () => {
  const fresh = keepRecentAppends()
  const [quick, slow] = [fresh.reader(), fresh.reader()]
  slow.after(0, ['a'], 10)
  fresh.keep(3, messages(3))
  assert.deepEqual(positions(quick.after(0, ['a'], 10)), [1, 2, 3])
  assert.deepEqual(quick.after(3, ['a'], 10), [])
  assert.deepEqual(positions(slow.after(0, ['a'], 10)), [1, 2, 3], 'the slow one has not passed them')
  assert.deepEqual(positions(slow.after(2, ['a'], 10)), [3])
  assert.deepEqual(quick.after(1, ['a'], 10), [], 'both have passed the second')
  slow.close()
  quick.after(3, ['a'], 10)
  assert.deepEqual(quick.after(2, ['a'], 10), [], 'a reader that has gone keeps nothing')
})

test('a reader that hangs makes nobody remember more than some hundred', () => {
  const fresh = keepRecentAppends()
  const hangs = fresh.reader()
  hangs.after(0, ['a'], 10)
  fresh.keep(400, messages(400))
  fresh.keep(800, messages(400))
  assert.deepEqual(hangs.after(0, ['a'], 10), [])
  assert.equal(fresh.reader().after(550, ['a'], 1_000).length, 250)
})
