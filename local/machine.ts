// What the shop stands on when it runs on one machine: the embedded PostgreSQL, a database per service, generated secrets.
// While it is open, running.json in the data folder tells other commands (verify, seed, a single service) how to reach it.
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { integer, readSettings } from '@souk/service'
import { closeToOthers } from './close-to-others.ts'
import { prepareDatabases, writeOut } from './databases.ts'
import { findFolderOwner } from './folder-lock.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { secretOf } from './secrets.ts'

export const databaseNames = ['users', 'products', 'inventory', 'orders', 'payments', 'notifications', 'bus']

export const machineSpec = {
  postgresPort: integer('where PostgreSQL listens', 54320, { min: 0, max: 65535 }),
}

export interface Machine {
  dataFolder: string
  /** Where PostgreSQL keeps the data; outside of the data folder where its user cannot reach that. */
  databaseFolder: string
  /** The database `postgres`, as the superuser. */
  superuserUrl: string
  /** By the name of the service, and of the bus: as the role that runs it. */
  databases: Record<string, string>
  /** The same as the owner of the tables, who migrates. */
  owners: Record<string, string>
  /** Environment for the services: what was given, with generated secrets where nothing was. */
  env: Record<string, string | undefined>
  staffPassword: string
  /** The keys of service tokens are derived from it. No service knows it. */
  keySecret: string
  /** Tells other commands where the shop is; called when it is ready. `more`: what only a shop of several processes has. */
  announce(publicUrl: string, operationsUrl: string | undefined, more?: RunningApart): void
  /** Makes the next stop short, after much was stored. */
  writeOut(): Promise<void>
  stop(): Promise<void>
}
interface RunningApart {
  /** <NAME>_URL of the services. */
  addresses?: Record<string, string>
  /** Who knows it may restart the processes. */
  restartKey?: string
}
export interface RunningShop extends RunningApart {
  publicUrl: string
  operationsUrl?: string
  databases: Record<string, string>
  owners: Record<string, string>
  /** What its services were started with: generated secrets, and the broker. */
  env: Record<string, string>
  staffPassword: string
  keySecret: string
}

export function dataFolderIn(env: Record<string, string | undefined>): string {
  return resolve(env.SOUK_DATA || join(import.meta.dirname, '..', '.souk'))
}

/** Is there while a shop runs, and after it was killed. */
export function runningFile(dataFolder: string): string {
  return join(dataFolder, 'running.json')
}

export async function openMachine(options: {
  dataFolder: string
  env: Record<string, string | undefined>
  durable?: boolean
  say?: (sentence: string) => void
}): Promise<Machine> {
  const { dataFolder, env } = options
  const { postgresPort } = readSettings({ souk: machineSpec }, env).souk
  const postgres: Postgres = await startPostgres({
    dataFolder,
    port: postgresPort,
    durable: options.durable,
    onProgress: options.say,
  })
  const file = runningFile(dataFolder)
  try {
    closeToOthers(dataFolder)
    const prepared = await prepareDatabases(postgres, databaseNames)
    const urlsOf = (kind: 'url' | 'ownerUrl') =>
      Object.fromEntries(databaseNames.map((name) => [name, prepared[name]?.[kind] as string]))
    const [databases, owners] = [urlsOf('url'), urlsOf('ownerUrl')]
    const secret = (name: string) => secretOf(dataFolder, name, () => randomBytes(32).toString('base64url'))
    const generated = {
      SOUK_SHARED_SECRET: env.SOUK_SHARED_SECRET || secret('shared'),
      PAYMENTS_SIMULATOR_SECRET: env.PAYMENTS_SIMULATOR_SECRET || secret('simulator'),
      PAYMENTS_SIMULATOR_FOLDER: env.PAYMENTS_SIMULATOR_FOLDER || join(dataFolder, 'simulator'),
    }
    const keySecret = secret('service-keys')
    const staffPassword =
      env.SOUK_STAFF_PASSWORD || secretOf(dataFolder, 'staff-password', () => randomBytes(12).toString('base64url'))
    return {
      dataFolder,
      databaseFolder: postgres.folder,
      superuserUrl: postgres.url('postgres'),
      databases,
      owners,
      staffPassword,
      keySecret,
      env: { ...env, ...generated },
      announce(publicUrl, operationsUrl, more) {
        const shop: RunningShop = {
          ...more,
          publicUrl,
          operationsUrl,
          databases,
          owners,
          env: { ...busSettingsIn(env), ...generated },
          staffPassword,
          keySecret,
        }
        writeFileSync(file, JSON.stringify(shop, null, 2), { mode: 0o600 })
      },
      writeOut: () => writeOut(postgres),
      async stop() {
        rmSync(file, { force: true })
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/**
 * Databases for a command to work on: those named by <NAME>_DATABASE_URL, or those of the shop on this data folder. One that does
 * not run is opened for as long as the command takes, as the owner of its tables: it may have no other role yet. `asOwner`: for
 * commands that change the schema, as the owner in every case (<NAME>_MIGRATIONS_URL). Returns also the environment with the settings
 * of that shop, such as its broker.
 */
export async function openDatabases(
  names: readonly string[],
  env: Record<string, string | undefined>,
  { asOwner = false }: { asOwner?: boolean } = {},
): Promise<{ databases: Record<string, string>; env: Record<string, string | undefined>; close(): Promise<void> }> {
  const close = async () => undefined
  const variables = asOwner ? ['MIGRATIONS_URL', 'DATABASE_URL'] : ['DATABASE_URL']
  const given = Object.fromEntries(
    names.map((name) => [name, variables.map((one) => env[`${name.toUpperCase()}_${one}`]).find(Boolean) ?? '']),
  )
  if (names.every((name) => given[name])) return { databases: given, env, close }
  const dataFolder = dataFolderIn(env)
  const shop = findRunningShop(dataFolder)
  if (shop) return { databases: asOwner ? shop.owners : shop.databases, env: { ...shop.env, ...env }, close }
  const machine = await openMachine({ dataFolder, env })
  return { databases: machine.owners, env, close: machine.stop }
}

/** The variables of a broker that BUS_URL names; none for the embedded one. */
function busSettingsIn(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value && /^BUS_(URL|TLS_\w+)$/.test(name) ? [[name, value]] : [])),
  )
}

/** The shop that runs on this data folder now, or undefined. */
export function findRunningShop(dataFolder: string): RunningShop | undefined {
  if (findFolderOwner(dataFolder) === undefined) return undefined
  try {
    return JSON.parse(readFileSync(runningFile(dataFolder), 'utf8')) as RunningShop
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // It is still starting.
    throw error
  }
}
