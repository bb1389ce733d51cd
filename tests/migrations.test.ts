// The rules of migrations (docs/upgrades.md): each kind of mistake is found, and no migration makes one.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { lintMigration } from './migration-rules.ts'

const project = resolve(import.meta.dirname, '..')
const files = globSync('{services,packages}/**/*migrations/*.sql', {
  cwd: project,
  exclude: (name) => name.includes('node_modules'),
})

/** Applied before these rules were made, so they cannot be edited any more. No file is added here. */
const small = 'the first shops had few rows when it ran'
const appliedBefore: Record<string, string> = {
  'packages/messaging/migrations/002-keep-message-tables.sql':
    'the block sets the search path of a function that the file makes',
  'services/inventory/migrations/009-unpaid-holds.sql': small,
  'services/notifications/migrations/002-letter-limits.sql': small,
  'services/orders/migrations/002-price-versions.sql': 'a price list has as many rows as there are SKUs for sale',
  'services/orders/migrations/003-bought-carts.sql': small,
  'services/orders/migrations/004-end-settled-orders.sql': small,
  'services/orders/migrations/004-refund-parts.sql': small,
  'services/payments/migrations/002-thin-webhooks.sql': small,
  'services/products/migrations/002-search.sql': small,
  'services/users/migrations/003-passwords-links-and-sessions.sql': small,
}

test('no migration stops the shop or the release before', () => {
  assert.ok(files.length > 30, `${files.length} files`)
  const findings = files
    .filter((file) => !appliedBefore[file])
    .flatMap((file) =>
      lintMigration(readFileSync(join(project, file), 'utf8')).map(
        ({ line, sentence }) => `${file}:${line}: ${sentence}`,
      ),
    )
  assert.deepEqual(findings, [])
})

test('those that were applied before the rules are named one by one, each with its reason', () => {
  const innocent = Object.keys(appliedBefore).filter(
    (file) => lintMigration(readFileSync(join(project, file), 'utf8')).length === 0,
  )
  assert.deepEqual(innocent, [])
})

const concurrently = '-- souk: no transaction\ncreate index concurrently'
const mistakes: Record<string, RegExp> = {
  'create index by_name on good (name)': /Nobody can write to good while the index is built/,
  [`${concurrently} by_name on good (name)`]: /if not exists/,
  'create index concurrently if not exists by_name on good (name)': /begins with `-- souk: no transaction`/,
  [`${concurrently} if not exists by_name on good (name); select 1`]: /has one statement, and this one has 2/,
  'drop index by_name': /drop index concurrently if exists/,
  'alter table good add foreign key (maker) references maker (id)': /checked while nobody can write.*not valid/,
  'alter table good add constraint cheap check (price < 10)': /checked while nobody can write.*not valid/,
  'alter table good add column weight integer check (weight > 0)': /checked while nobody can use it/,
  'alter table good add column maker integer references maker (id)': /checked while nobody can use it/,
  'alter table good add constraint c check (a > 0) not valid; alter table good validate constraint c':
    /Validate it in a migration of its own/,
  'alter table good alter column name set not null': /constraint <name> not null name not valid/,
  'alter table good add constraint named not null name': /not valid/,
  'alter table good alter column price type numeric': /A new type may rewrite good/,
  'alter table good add column code uuid default gen_random_uuid()': /A value for each row rewrites good/,
  'alter table good add column at timestamptz default clock_timestamp()': /A value for each row rewrites good/,
  'alter table good add column n bigserial': /A value for each row rewrites good/,
  'alter table good add column n integer generated always as identity': /A value for each row rewrites good/,
  'alter table good add column double integer generated always as (price * 2) stored': /A value for each row rewrites/,
  'alter table good add column name text not null': /The release before inserts rows without name/,
  'alter table good rename column name to title': /A renamed thing is gone for the release before/,
  'alter table good rename to product': /A renamed thing is gone for the release before/,
  'alter table good drop column name': /Drop it one release after the last that used it/,
  'drop table good': /Drop it one release after the last that used it/,
  'drop function price_of(uuid)': /Drop it one release after the last that used it/,
  'alter table good add unique (name)': /`using index`/,
  'alter table good add primary key (id)': /`using index`/,
  'alter table good add column sku text unique': /`using index`/,
  'lock table good': /`lock table` stops all requests/,
  'truncate good': /takes the table away/,
  'vacuum full good': /takes the table away/,
  "alter type color add value 'red'; insert into good (color) values ('red')": /Use it in the next migration/,
  'update good set name = lower(name)': /in batches/,
  'with gone as (delete from good returning *) insert into old select * from gone': /in batches/,
  "do $$ begin execute 'alter table good drop column name'; end $$": /do not see what a `do` block changes/,
}

for (const [statement, sentence] of Object.entries(mistakes))
  test(`a migration is refused: ${statement.replaceAll('\n', ' ')}`, () => {
    const text = statement.startsWith('-- souk') ? statement : `-- Prices – and more.\n\n${statement};\n`
    const findings = lintMigration(text)
    assert.equal(findings.length, 1, JSON.stringify(findings))
    assert.match(findings[0]?.sentence ?? '', sentence)
    assert.equal(findings[0]?.line, statement.startsWith('-- souk') ? findings[0]?.line : 3)
  })

test('the safe ways are accepted', () => {
  for (const statement of [
    `${concurrently} if not exists by_name on good (name)`,
    '-- souk: no transaction\ndrop index concurrently if exists by_name',
    'create table maker (id integer primary key); create index on maker (id); alter table maker alter column id type bigint; drop table maker',
    'alter table good add constraint cheap check (price < 10) not valid',
    'alter table good validate constraint cheap',
    'alter table good add constraint named not null name not valid',
    'alter table good add constraint by_name unique using index by_name',
    `alter table good add column weight integer, add column color text not null default 'red'`,
    'alter table good add column at timestamptz default now()',
    `alter table good alter column name set default 'thing'`,
    `alter type color add value 'red'`,
    'create function tell() returns text language sql as $$ update good set name = $1 returning name $$',
    `comment on table good is '; lock table good; -- x'`,
    'create temporary table few (id integer); insert into pg_temp.few values (1)',
  ])
    assert.deepEqual(lintMigration(statement), [], statement)
})

test('a reason beside a statement is accepted for this statement alone, and must be given', () => {
  const drop = 'alter table good drop column name'
  const sentences = (text: string) => lintMigration(text).map(({ line }) => line)
  assert.deepEqual(sentences(`-- safe: nothing reads it since 0.3.\n${drop};\n${drop};`), [3])
  assert.deepEqual(sentences(`${drop}; -- safe: nothing reads it since 0.3.\n${drop};`), [2])
  assert.deepEqual(sentences(`alter table good\n  -- safe: nothing reads it since 0.3.\n  drop column name;`), [])
  for (const empty of ['-- safe:', '-- safe: yes', '-- unsafe: nothing reads it since 0.3.'])
    assert.deepEqual(sentences(`${empty}\n${drop};`), [2], empty)
})

test('a file that PostgreSQL cannot read is refused', () => {
  assert.throws(() => lintMigration('create tabel good ()'), /syntax error/)
})
