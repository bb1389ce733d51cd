// `npm run migrate`: brings the databases of all services and of the bus, or of those named, to the schema of this version, as the
// owners of their tables. A fleet runs it before a roll-out. `--check` says what is missing and changes nothing.
import { parseArgs } from 'node:util'
import { openDatabase } from '@souk/messaging'
import { findMissingInBus, migrateBus } from '@souk/messaging/transports/postgres'
import type { MigrateOptions } from '@souk/postgres'
import { findMissingInSchema, migrateAll, prepareAsOwner } from '@souk/service/run/prepare-schema'
import { allServices } from '../services/all-services.ts'
import { databaseNames, dataFolderIn, findRunningShop, openMachine } from './machine.ts'
import { readProcessEnvironment } from './process-environment.ts'

interface Target {
  /** As the role that runs the service. */
  url: string
  ownerUrl: string
}
interface Targets {
  of(name: string): Target
  close(): Promise<void>
}

const env = readProcessEnvironment()
const wanted = readWords()
if (!wanted)
  stopWith(
    `Usage: npm run migrate [-- [--check] [NAME ...]]\n         NAME: ${databaseNames.join(', ')}; all without one`,
  )
const targets = await findTargets(wanted.names).catch((error) => stopWith(error.message))
for (const name of wanted.names) {
  try {
    await (wanted.isCheck ? check : migrateOne)(name, targets.of(name))
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${name}: ${(error as Error).message}\n`)
  }
}
await targets.close()

async function migrateOne(name: string, { url, ownerUrl }: Target): Promise<void> {
  const options: MigrateOptions = {
    onGivingWay: (migration, tries) => say(name, `${migration} waits for transactions of the shop (${tries})`),
  }
  const applied = await withDatabase(name, url, (database) => {
    const service = serviceOf(name)
    if (!service) return migrateBus(database, ownerUrl, options)
    if (ownerUrl === url) return migrateAll(service, database, options)
    return prepareAsOwner(service, database, ownerUrl, options)
  })
  for (const migration of applied) say(name, `applied ${migration}`)
  if (applied.length === 0) say(name, 'nothing was missing')
}

async function check(name: string, { ownerUrl }: Target): Promise<void> {
  const service = serviceOf(name)
  const missing = await withDatabase(name, ownerUrl, (database) =>
    service ? findMissingInSchema(service, database) : findMissingInBus(database),
  )
  if (missing.length > 0) process.exitCode = 1
  say(name, missing.length > 0 ? `lacks ${missing.join(', ')}` : 'nothing is missing')
}

async function withDatabase<T>(
  name: string,
  url: string,
  work: (database: ReturnType<typeof openDatabase>) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ url, service: name, connections: 1, sharedConnections: 1, connectMs: 20_000 })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/**
 * Databases named by <NAME>_MIGRATIONS_URL and <NAME>_DATABASE_URL (BUS_URL for a bus in PostgreSQL), or those of the shop on this data
 * folder, which is opened for as long as this takes. Throws when only some of those wanted are named.
 */
async function findTargets(names: readonly string[]): Promise<Targets> {
  const close = async () => undefined
  const given = names.filter((name) => isGiven(name))
  if (given.length === names.length) return { of: (name) => givenTarget(name) as Target, close }
  if (given.length > 0) {
    const rest = names.filter((name) => !given.includes(name)).map((name) => `${name.toUpperCase()}_DATABASE_URL`)
    throw new Error(`Set ${rest.join(', ')}, too, or name the databases that are meant: npm run migrate -- ${given[0]}`)
  }
  const dataFolder = dataFolderIn(env)
  const shop = findRunningShop(dataFolder) ?? (await openMachine({ dataFolder, env }))
  return {
    of: (name) => ({ url: shop.databases[name] as string, ownerUrl: shop.owners[name] as string }),
    close: 'stop' in shop ? shop.stop : close,
  }
}

function isGiven(name: string): boolean {
  return givenTarget(name) !== undefined
}

/** Undefined when no variable names this database. Throws when the role that runs the service is not known: it gets its rights here. */
function givenTarget(name: string): Target | undefined {
  const prefix = name.toUpperCase()
  const ownerUrl = env[`${prefix}_MIGRATIONS_URL`]
  const url = env[`${prefix}_DATABASE_URL`] || (name === 'bus' ? env.BUS_URL : undefined)
  if (ownerUrl && !url)
    throw new Error(`Set ${prefix}_DATABASE_URL beside ${prefix}_MIGRATIONS_URL: its role gets its rights here.`)
  return url ? { url, ownerUrl: ownerUrl || url } : undefined
}

function serviceOf(name: string) {
  return allServices.find((service) => service.name === name)
}

/** Undefined when the words make no sense. A bus that is no PostgreSQL database has nothing to migrate. */
function readWords(): { names: string[]; isCheck: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { check: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (positionals.some((name) => !databaseNames.includes(name))) return undefined
    const isElsewhere = env.BUS_URL && !/^postgres(ql)?:/.test(env.BUS_URL)
    const all = databaseNames.filter((name) => name !== 'bus' || !isElsewhere)
    return { names: positionals.length > 0 ? [...new Set(positionals)] : all, isCheck: values.check }
  } catch {
    return undefined
  }
}

function say(name: string, what: string): void {
  process.stdout.write(`${name}: ${what}\n`)
}

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
