// A database and a role of its own for each service, made once. A role may connect to its own database only, so that
// services cannot read each other's tables by mistake, here no more than in production.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Postgres } from './postgres.ts'
import { readSecrets, storeSecrets } from './secrets.ts'

interface Found {
  name: string
  hasRole: boolean
  hasDatabase: boolean
  isOwner: boolean
  isOpen: boolean
}

export async function prepareDatabases(postgres: Postgres, names: string[]): Promise<Record<string, { url: string }>> {
  for (const name of names) {
    if (!/^[a-z][a-z_]{0,40}$/.test(name)) throw new Error(`"${name}" cannot be the name of a database.`)
  }
  const secrets = readSecrets(postgres.dataFolder)
  const client = new pg.Client({ connectionString: postgres.url('postgres') })
  await client.connect()
  try {
    for (const found of await findDatabases(client, names)) {
      const key = secretName(found.name)
      const password = secrets[key] ?? randomBytes(24).toString('base64url')
      await prepareOne(client, found, secrets[key] === undefined || !found.hasRole ? password : undefined)
      // Stored after the role has it: a kill in between costs a new password, and never leaves a wrong one.
      if (secrets[key] === undefined) {
        secrets[key] = password
        storeSecrets(postgres.dataFolder, secrets)
      }
    }
  } finally {
    await client.end()
  }
  return Object.fromEntries(names.map((name) => [name, { url: postgres.url(name, name, secrets[secretName(name)]) }]))
}

/** Writes all that PostgreSQL holds in memory to its files. A new shop has thousands of them, and a stop would wait for the disk. */
export async function writeOut(postgres: Postgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url('postgres') })
  await client.connect()
  try {
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

async function findDatabases(client: pg.Client, names: string[]): Promise<Found[]> {
  const answer = await client.query<Found>(
    `select
       wanted.name,
       r.oid is not null as "hasRole",
       d.oid is not null as "hasDatabase",
       coalesce(d.datdba = r.oid, false) as "isOwner",
       has_database_privilege('public', coalesce(d.oid, template.oid), 'connect')
         or has_database_privilege('public', template.oid, 'connect') as "isOpen"
     from unnest($1::text[]) with ordinality as wanted (name, position)
     cross join (select oid from pg_database where datname = 'postgres') as template
     left join pg_roles r on r.rolname = wanted.name
     left join pg_database d on d.datname = wanted.name
     order by wanted.position`,
    [names],
  )
  return answer.rows
}

/** Brings one database to what it should be, from wherever an earlier attempt ended. */
async function prepareOne(client: pg.Client, found: Found, newPassword: string | undefined) {
  const name = pg.escapeIdentifier(found.name)
  if (newPassword !== undefined)
    await client.query(
      `${found.hasRole ? 'alter' : 'create'} role ${name} login password ${pg.escapeLiteral(newPassword)}`,
    )
  if (!found.hasDatabase) await client.query(`create database ${name} owner ${name}`)
  else if (!found.isOwner) await client.query(`alter database ${name} owner to ${name}`)
  if (found.isOpen || !found.hasDatabase) {
    await client.query(
      [name, 'postgres', 'template1']
        .map((database) => `revoke connect, temporary on database ${database} from public`)
        .join(';\n'),
    )
  }
}

function secretName(database: string) {
  return `database ${database}`
}
