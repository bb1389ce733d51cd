// Which mutants a source text yields.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mutantsOf } from './mutants.ts'

/** What stands in the mutated place, and what stood there. */
const changes = (source: string) =>
  mutantsOf(source).map(({ start, end, text }) => `${source.slice(start, end).trim()} → ${text.trim()}`)

test('a decision about stock yields each mistake that a person could make in it', () => {
  const source = `
    const lowStock = 5
    export function mayReserve(wanted: number, stock: readonly number[]): boolean {
      if (wanted > lowStock) log.warn({ wanted }, 'That is a lot.')
      count(wanted - 1)
      return stock.some((one) => one - 2 >= wanted && !closed)
    }`
  assert.deepEqual(changes(source), [
    'wanted > lowStock → true',
    'wanted > lowStock → false',
    '> → >=',
    '> → <=',
    'some → every',
    '- → +',
    '2 → 3',
    '>= → >',
    '>= → <',
    '&& → ||',
    '!closed → closed',
  ])
})

test('a method stays what it is unless people mix it up with another', () => {
  assert.deepEqual(changes('const text = key.toString(16 / Math.max(a, b))'), ['16 → 17', '/ → *', 'max → min'])
})

test('of the numbers of a comparison only the sign counts, so no mutant changes them otherwise', () => {
  assert.deepEqual(changes('lines.sort((a, b) => (a < b ? -1 : 1))'), [
    'lines.sort((a, b) => (a < b ? -1 : 1)) → ;',
    'a < b → true',
    'a < b → false',
    '< → <=',
    '< → >=',
    '-1 → 1',
  ])
})

test('a condition, a bound and a guard of a SQL statement can each be missing', () => {
  const fence = "await sql`update lease set epoch = epoch + 1 where owner = 'me' and ends_at <= now()`"
  assert.deepEqual(changes(fence), [
    `${fence} → ;`,
    '+ 1 → ',
    "owner = 'me' → true",
    'and ends_at <= now() → ',
    '<= → <',
  ])
  assert.deepEqual(
    changes(
      'const [row] = await sql<{ id: string }>`insert into inbox select 1 where not exists (x) on conflict do nothing`',
    ),
    ['not exists → exists', 'on conflict do nothing → '],
  )
  assert.deepEqual(changes('`Only units that were paid for and sent = nothing`'), [])
})
