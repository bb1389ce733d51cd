// What spans tell of a statement: operations and tables, never values or the names inside the statement.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summaryOf } from './statement-summary.ts'

const statements: [text: string, summary: string, table?: string][] = [
  ['select id from orders where id = $1', 'select orders', 'orders'],
  ['insert into outbox (id) select id from unnest($1::uuid[]) as message (id)', 'insert outbox', 'outbox'],
  ['insert into carts (id) values ($1) on conflict (id) do update set version = 2', 'insert carts', 'carts'],
  ['select a from stock join product on true for update of stock', 'select stock, product'],
  [
    'with gone as (delete from outbox where id = 1 returning *), moved as (insert into outbox_sent select * from gone) select 1 from gone',
    'delete outbox; insert outbox_sent',
  ],
  ["select 'from secret' from note where x is distinct from y -- from nowhere", 'select note', 'note'],
  ['commit', 'commit'],
  ["select pg_notify('a', $1)", 'select'],
]

for (const [text, summary, table] of statements) {
  test(`a statement is summed up as ${summary}: ${text.slice(0, 40)}`, () => {
    const found = summaryOf(text)
    assert.deepEqual([found.summary, found.table], [summary, table])
  })
}
