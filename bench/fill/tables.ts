// Indexes and keys of tables that are filled: dropped before, and made again after, which takes a tenth of the time.
import type pg from 'pg'

/** Drops them, and notes in bench_fill.later how they are made again. A table without any left stays as it is. */
export async function dropIndexes(client: pg.Client, tables: readonly string[]): Promise<void> {
  await client.query('begin')
  const constraints = await client.query(
    `select conrelid::regclass::text as "table", conname as name, contype as kind, pg_get_constraintdef(oid) as definition
     from pg_constraint
     where contype in ('p', 'u', 'f') and conparentid = 0
       and (conrelid = any($1::regclass[]) or contype = 'f' and confrelid = any($1::regclass[]))
     order by contype`,
    [tables],
  )
  for (const { table, name, kind, definition } of constraints.rows) {
    await later(client, kind === 'f' ? 3 : 1, `alter table ${table} add constraint "${name}" ${definition}`)
    await client.query(`alter table ${table} drop constraint "${name}"`)
  }
  const indexes = await client.query(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
     from pg_index
     where indrelid = any($1::regclass[])`,
    [tables],
  )
  for (const { name, definition } of indexes.rows) {
    await later(client, 2, definition)
    await client.query(`drop index ${name}`)
  }
  await client.query('commit')
}

function later(client: pg.Client, place: number, statement: string) {
  return client.query('insert into bench_fill.later (place, statement) values ($1, $2)', [place, statement])
}

/** Makes what was dropped; each in a transaction of its own, so that an interrupted run continues. */
export async function makeIndexes(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select id, statement from bench_fill.later order by place, id')
  for (const { id, statement } of rows) {
    await client.query('begin')
    await client.query(statement)
    await client.query('delete from bench_fill.later where id = $1', [id])
    await client.query('commit')
  }
}
