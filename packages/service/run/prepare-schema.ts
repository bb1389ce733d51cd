// Brings a service's database to the schema that its code needs, as the owner of the tables, and lets the role that runs the service
// work with them. Without an owner of its own, the role that runs the service is the owner. In a fleet `npm run migrate` does all this, and
// services only check.
import { type Database, insertOnlyMessageTables, messagingMigrations, openDatabase } from '@souk/messaging'
import {
  findMissingMigrations,
  grantAccess,
  type MigrateOptions,
  migrate,
  requireNothingMissing,
  sqlState,
} from '@souk/postgres'
import { hasJobs, prepareJobs } from '../work/run-jobs.ts'
import type { AnyService } from './define-service.ts'
import { WrongSettings } from './settings.ts'

/**
 * `database`: opened as the service works with it. Throws WrongSettings when a migration is missing and its role may not make it, and
 * MissingMigrations when this process only checks (`migrates: false`).
 */
export async function prepareSchema(
  definition: AnyService,
  database: Database,
  { ownerUrl, migrates }: { ownerUrl: string | undefined; migrates: boolean },
): Promise<void> {
  if (!migrates) return requireNothingMissing(definition.name, findMissingInSchema(definition, database))
  if (ownerUrl !== undefined && ownerUrl !== database.url)
    return void (await prepareAsOwner(definition, database, ownerUrl))
  try {
    await migrateAll(definition, database)
  } catch (error) {
    if (!isForbidden(error)) throw error
    const variable = definition.name.toUpperCase()
    throw new WrongSettings(
      `The database of ${definition.name} lacks migrations, and the role of ${variable}_DATABASE_URL may not make them. Set ${variable}_MIGRATIONS_URL to the owner of its tables, in this process or in one that starts before.`,
    )
  }
}

/**
 * Migrates as the owner, and grants the role of `database` what it needs to run the service. Returns the names of the migrations that
 * were applied.
 */
export async function prepareAsOwner(
  definition: AnyService,
  database: Database,
  ownerUrl: string,
  options?: MigrateOptions,
): Promise<string[]> {
  const owner = openDatabase({
    url: ownerUrl,
    service: definition.name,
    connections: 1,
    sharedConnections: 1,
    connectMs: 20_000, // At a first start all services migrate at once. Nobody waits for an answer yet.
  })
  try {
    const applied = await migrateAll(definition, owner, options)
    const [session] = await database.sql<{ role: string }>`select current_user as role`
    await grantServiceAccess(definition, owner, session?.role as string) // A select without a table has one row.
    return applied
  } finally {
    await owner.close()
  }
}

/** Lets a role run a service on this database. */
export function grantServiceAccess(definition: AnyService, owner: Database, role: string): Promise<void> {
  return grantAccess(owner, {
    role,
    insertOnly: [...insertOnlyMessageTables, ...(definition.insertOnly ?? [])],
    schemas: ['public', ...(definition.jobs?.length ? ['graphile_worker'] : [])],
  })
}

/** Migrates the tables of messages, of the service and of its jobs. Returns the names of the migrations that were applied. */
export async function migrateAll(definition: AnyService, owner: Database, options?: MigrateOptions): Promise<string[]> {
  const applied = await migrate(owner, foldersOf(definition), options)
  if (definition.jobs?.length) await prepareJobs(owner)
  return applied
}

/** The names of the migrations that this database of a service lacks. */
export async function findMissingInSchema(definition: AnyService, database: Database): Promise<string[]> {
  const missing = await findMissingMigrations(database, foldersOf(definition))
  if (!definition.jobs?.length || (await hasJobs(database))) return missing
  return [...missing, 'the tables of its jobs']
}

function foldersOf(definition: AnyService) {
  // Only services with a database come here.
  return [messagingMigrations, { component: definition.name, folder: definition.migrations as string }]
}

function isForbidden(error: unknown): boolean {
  return sqlState(error) === '42501' || (error instanceof Error && sqlState(error.cause) === '42501')
}
