// A database and two roles for each service, made once: the owner, who migrates, and the role that runs the service, which may not
// change the schema. Both may connect to this database only, so that services cannot read each other's tables.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Postgres } from './postgres.ts'
import { readSecrets, storeSecrets } from './secrets.ts'

interface Found {
  name: string
  hasOwner: boolean
  hasRunner: boolean
  hasDatabase: boolean
  isOwned: boolean
  isOpen: boolean
  mayConnect: boolean
}
interface Prepared {
  /** As the role that runs the service. It has its rights on the tables from the owner, after the migrations. */
  url: string
  ownerUrl: string
}

/**
 * Makes what is missing of these databases and their roles. The owner is named like the database: shops from before the second
 * role keep their tables as they are.
 */
export async function prepareDatabases(postgres: Postgres, names: string[]): Promise<Record<string, Prepared>> {
  for (const name of names) {
    if (!/^[a-z][a-z_]{0,40}$/.test(name)) throw new Error(`"${name}" cannot be the name of a database.`)
  }
  const secrets = readSecrets(postgres.dataFolder)
  const client = new pg.Client({ connectionString: postgres.url('postgres') })
  await client.connect()
  try {
    for (const found of await findDatabases(client, names)) {
      await prepareRole(found.name, found.hasOwner)
      await prepareRole(runnerOf(found.name), found.hasRunner)
      await prepareOne(client, found)
    }
  } finally {
    await client.end()
  }
  const urlFor = (name: string, role: string) => postgres.url(name, role, secrets[secretName(role)])
  return Object.fromEntries(
    names.map((name) => [name, { url: urlFor(name, runnerOf(name)), ownerUrl: urlFor(name, name) }]),
  )

  async function prepareRole(role: string, isThere: boolean) {
    const key = secretName(role)
    const known = secrets[key]
    if (known !== undefined && isThere) return
    const password = known ?? randomBytes(24).toString('base64url')
    await client.query(
      `${isThere ? 'alter' : 'create'} role ${pg.escapeIdentifier(role)} login password ${pg.escapeLiteral(password)}`,
    )
    if (known !== undefined) return
    // Stored after the role has it: a kill in between costs a new password, and never leaves a wrong one.
    secrets[key] = password
    storeSecrets(postgres.dataFolder, secrets)
  }
}

/** The role that runs the service of this database. */
function runnerOf(database: string) {
  return `${database}_app`
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
       owner.oid is not null as "hasOwner",
       runner.oid is not null as "hasRunner",
       d.oid is not null as "hasDatabase",
       coalesce(d.datdba = owner.oid, false) as "isOwned",
       coalesce(has_database_privilege(runner.oid, d.oid, 'connect'), false) as "mayConnect",
       has_database_privilege('public', coalesce(d.oid, template.oid), 'connect')
         or has_database_privilege('public', template.oid, 'connect') as "isOpen"
     from unnest($1::text[]) with ordinality as wanted (name, position)
     cross join (select oid from pg_database where datname = 'postgres') as template
     left join pg_roles owner on owner.rolname = wanted.name
     left join pg_roles runner on runner.rolname = wanted.name || '_app'
     left join pg_database d on d.datname = wanted.name
     order by wanted.position`,
    [names],
  )
  return answer.rows
}

/** Brings one database to what it should be, from wherever an earlier attempt ended. */
async function prepareOne(client: pg.Client, found: Found) {
  const name = pg.escapeIdentifier(found.name)
  if (!found.hasDatabase) await client.query(`create database ${name} owner ${name}`)
  else if (!found.isOwned) await client.query(`alter database ${name} owner to ${name}`)
  if (found.isOpen || !found.hasDatabase) {
    await client.query(
      [name, 'postgres', 'template1']
        .map((database) => `revoke connect, temporary on database ${database} from public`)
        .join(';\n'),
    )
  }
  if (!found.mayConnect || found.isOpen || !found.hasDatabase)
    await client.query(`grant connect on database ${name} to ${pg.escapeIdentifier(runnerOf(found.name))}`)
}

function secretName(role: string) {
  return `database ${role}`
}
