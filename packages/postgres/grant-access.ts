// What the role that runs a service may do in its database: work with the rows, and nothing with the schema. The owner of the
// tables grants it after its migrations.
import type pg from 'pg'
import type { Database } from './database.ts'

export interface Access {
  /** The role that runs the service. */
  role: string
  /** Tables whose rows are never changed or deleted: the role may insert and read. */
  insertOnly: readonly string[]
  /** The schemas with its tables, and those of libraries (`public`). */
  schemas?: readonly string[]
}

/**
 * Grants the role what it needs and has not yet, and takes back what it must not have. Partitions are left out: they are reached
 * through their table, and rights of their own would allow what the table forbids. Changes nothing when all is right, and when the
 * role is the owner itself.
 */
export async function grantAccess({ pool }: Pick<Database, 'pool'>, access: Access): Promise<void> {
  if ((await findMissing(pool, access)).length === 0) return
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(hashtext('souk-migrations'))`) // Several processes may start at once.
    for (const statement of await findMissing(client, access)) await client.query(statement)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** The statements that bring the rights of the role to what they should be. */
async function findMissing(
  client: Pick<pg.ClientBase, 'query'>,
  { role, insertOnly, schemas = ['public'] }: Access,
): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(missing, [role, schemas, insertOnly])
  return rows.map(({ statement }) => statement)
}

const missing = `
  with relation as (
    select c.oid, c.relname, c.relkind, c.relrowsecurity
    from pg_class c
    where current_user <> $1 and c.relnamespace = any ($2::text[]::regnamespace[]) and c.relkind in ('r', 'p', 'v', 'm', 'S')
      and not c.relispartition
  ), wanted as (
    select oid, relkind, unnest(
      case
        when relkind = 'S' then array['usage']
        when relkind in ('v', 'm') or relname = 'migration' then array['select']
        when relname = any ($3::text[]) then array['select', 'insert']
        else array['select', 'insert', 'update', 'delete']
      end) as privilege
    from relation
  ), missing as (
    select oid, relkind, string_agg(privilege, ', ') as privileges
    from wanted
    where not case when relkind = 'S'
      then has_sequence_privilege($1, oid, privilege) else has_table_privilege($1, oid, privilege) end
    group by oid, relkind
  )
  select format('grant usage on schema %I to %I', name, $1::text) as statement
  from unnest($2::text[]) as name
  where not has_schema_privilege($1, name, 'usage')
  union all
  select format('grant %s on %s %s to %I',
    privileges, case relkind when 'S' then 'sequence' else 'table' end, oid::regclass, $1::text)
  from missing
  union all
  select format('revoke update, delete, truncate on table %s from %I', oid::regclass, $1::text)
  from relation
  where relname = any ($3::text[]) and (has_table_privilege($1, oid, 'update') or has_table_privilege($1, oid, 'delete'))
  union all
  -- Tables with row security (those of graphile-worker) are empty for everybody but their owner without a policy.
  select format('create policy %I on %s to %I using (true) with check (true)', 'for_' || $1, r.oid::regclass, $1::text)
  from relation r
  where r.relrowsecurity and not exists (select from pg_policy p where p.polrelid = r.oid and p.polname = 'for_' || $1)`
