// What the role that runs a service may do in its database: work with the rows, and nothing with the schema. The owner of the
// tables grants it after its migrations.
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
export async function grantAccess({ sql, pool }: Pick<Database, 'sql' | 'pool'>, access: Access): Promise<void> {
  const { role, insertOnly, schemas = ['public'] } = access
  const statements = await sql<{ statement: string }>`
    with relation as (
      select c.oid, c.relname, c.relkind, c.relrowsecurity
      from pg_class c
      where current_user <> ${role} and c.relnamespace = any (${schemas}::text[]::regnamespace[]) and c.relkind in ('r', 'p', 'v', 'm', 'S')
        and not c.relispartition
    ), wanted as (
      select oid, relkind, unnest(
        case
          when relkind = 'S' then array['usage']
          when relkind in ('v', 'm') or relname = 'migration' then array['select']
          when relname = any (${insertOnly}::text[]) then array['select', 'insert']
          else array['select', 'insert', 'update', 'delete']
        end) as privilege
      from relation
    ), missing as (
      select oid, relkind, string_agg(privilege, ', ') as privileges
      from wanted
      where not case when relkind = 'S'
        then has_sequence_privilege(${role}, oid, privilege) else has_table_privilege(${role}, oid, privilege) end
      group by oid, relkind
    )
    select format('grant usage on schema %I to %I', schema, ${role}::text) as statement
    from unnest(${schemas}::text[]) as schema
    where not has_schema_privilege(${role}, schema, 'usage')
    union all
    select format('grant %s on %s %s to %I',
      privileges, case relkind when 'S' then 'sequence' else 'table' end, oid::regclass, ${role}::text)
    from missing
    union all
    select format('revoke update, delete, truncate on table %s from %I', oid::regclass, ${role}::text)
    from relation
    where relname = any (${insertOnly}::text[])
      and (has_table_privilege(${role}, oid, 'update') or has_table_privilege(${role}, oid, 'delete'))
    union all
    -- Tables with row security (those of graphile-worker) are empty for everybody but their owner without a policy.
    select format('create policy %I on %s to %I using (true) with check (true)', 'for_' || ${role}, oid::regclass, ${role}::text)
    from relation
    where relrowsecurity and not exists (select from pg_policy p where p.polrelid = oid and p.polname = 'for_' || ${role})`
  for (const { statement } of statements) await pool.query(statement)
}
