// What a statement is made of: lists as rows of parameters, conditions that are joined, documents.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createDatabase, dropDatabase } from './fixture.ts'
import { columns, type Database, isContention, join, json, openDatabase } from './index.ts'

let url: string
let database: Database
before(async () => {
  url = await createDatabase()
  database = openDatabase({ url, name: 'inventory', sharedConnections: 1 })
})
after(async () => {
  await database.close()
  await dropDatabase(url)
})

interface Line {
  sku: string
  quantity: number
  note?: string
}
const lineRows = columns<Line>({
  sku: ['text', (line) => line.sku],
  quantity: ['integer', (line) => line.quantity],
  note: ['json', (line) => json(line.note && { text: line.note })],
})
const read = (lines: readonly Line[]) =>
  database.sql<{
    sku: string
    quantity: number
    note: unknown
  }>`select * from ${lineRows(lines)} as line order by quantity`

test('a list comes out as it went in, whatever its length, and nothing is null', async () => {
  assert.deepEqual(await read([]), [])
  for (const length of [1, 2, 3, 8, 17]) {
    const lines = Array.from({ length }, (_, quantity) => ({ sku: `CUP-${quantity}`, quantity }))
    assert.deepEqual(
      await read(lines),
      lines.map((line) => ({ ...line, note: null })),
    )
  }
  assert.deepEqual(await read([{ sku: `'"\\`, quantity: 1, note: '"' }]), [
    { sku: `'"\\`, quantity: 1, note: { text: '"' } },
  ])
})

test('lists of like length, and conditions joined anew, are one prepared statement', async () => {
  const { sql } = database
  for (const length of [5, 6, 7, 8]) await read(Array.from({ length }, (_, quantity) => ({ sku: 'CUP', quantity })))
  // More often than there is room for prepared statements: each of these must find the first one.
  for (let most = 0; most < 2_100; most++) {
    const conditions = [sql`number < ${most}`, sql`number > ${0}`]
    await sql`select number as joined from generate_series(0, 9) as number where ${join(conditions, ' and ')}`
  }
  await sql`select 'still prepared' as last`
  const prepared = await sql<{ statement: string }>`select statement from pg_prepared_statements`
  const count = (pattern: RegExp) => prepared.filter(({ statement }) => pattern.test(statement)).length
  assert.deepEqual([count(/\$24\)\) as item/), count(/number as joined/), count(/still prepared/)], [1, 1, 1])
})

test('a list that one statement cannot take is refused, not cut off', () => {
  const lines = (count: number) => Array.from({ length: count }, () => ({ sku: 'CUP', quantity: 1 }))
  assert.doesNotThrow(() => lineRows(lines(16_384)))
  assert.throws(() => lineRows(lines(16_385)), /too long/)
})

test('a NUL is refused where it is stored; what only looks like one is not', () => {
  assert.throws(() => json({ name: 'a\0b' }), /NUL/)
  assert.equal(json({ name: 'a\\u0000' }), '{"name":"a\\\\u0000"}')
  assert.equal(json(undefined), null)
})

test('a statement with * goes on when a migration adds a column: by itself at once, in a transaction the next time', async () => {
  const { sql } = database
  await sql`create table shelf (id integer)`
  await sql`insert into shelf values (1)`
  const readAll = (on: typeof sql) => on`select * from shelf`
  const readInTransaction = () =>
    database.transaction(async ({ sql: inside }) => await inside`select * from shelf for update`)
  await readAll(sql)
  await readInTransaction()
  await sql`alter table shelf add column room text`
  const after = [{ id: 1, room: null }]
  assert.deepEqual(await Promise.all([readAll(sql), readAll(sql)]), [after, after])
  await assert.rejects(readInTransaction, isContention)
  assert.deepEqual(await readInTransaction(), after)
})
