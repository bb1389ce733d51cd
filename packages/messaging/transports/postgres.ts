// The embedded broker: an append-only log in a PostgreSQL database of its own. Durable as the database is, one reader per
// group at a time (a lease with an epoch), order per key because the whole log has one order.
// Readers in the process that appends are woken directly and get the messages from memory. Those in other processes are woken by one
// notification per appended batch and read the log.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import {
  type Database,
  findMissingMigrations,
  grantAccess,
  type MigrateOptions,
  migrate,
  openDatabase,
  requireNothingMissing,
} from '@souk/postgres'
import { addGroups } from './bus-lease.ts'
import { listenForAppends } from './bus-listener.ts'
import { append, backlog, deleteOld } from './bus-log.ts'
import { type Bus, startGroupReader, startTail } from './bus-readers.ts'
import { leaveOutOversized } from './oversized.ts'
import type { Waker } from './polling-loop.ts'
import { keepRecentAppends } from './recent-appends.ts'
import type { Subscription, Transport, TransportOptions } from './transport.ts'

const deleteEveryMs = 3_600_000
const migrations = [{ component: 'bus', folder: join(import.meta.dirname, 'postgres-migrations') }]

/** Opens the bus at a postgres:// URL and migrates it. Throws when the database cannot be reached. */
export async function postgresTransport(options: TransportOptions): Promise<Transport> {
  const { log, groups = new Map() } = options
  const { database, cursors } = await openDatabases(options)
  const { sql } = database
  if (groups.size > 0) await addGroups([...groups.keys()], sql)
  const self = randomUUID()
  const wakers = new Set<Waker>()
  const wakeAll = (mustRead: boolean) => {
    for (const wake of wakers) wake(mustRead)
  }
  const listener = listenForAppends(database, (from) => from !== self && wakeAll(true), log)
  const recent = keepRecentAppends()
  const withoutOversized = leaveOutOversized(log)
  const bus: Bus = { database, cursors, listener, recent, wakers, log }
  const subscriptions = new Set<Subscription>()
  const deletion = setInterval(() => {
    deleteOld(sql).catch((error) => log.warn({ error: String(error) }, 'Old messages stay on the bus.'))
  }, deleteEveryMs)
  deletion.unref()

  return {
    name: 'postgres',
    features: { isShared: true, spreadsGroups: false, hasOneOrder: true },
    durability: 'power-loss',
    durabilityReason: 'PostgreSQL confirms a message when it is on the disk (synchronous_commit = on).',
    isConnected: () => listener.session() !== undefined,
    async publish(messages) {
      const accepted = withoutOversized(messages)
      if (accepted.length === 0) return new Set()
      try {
        recent.keep(await append(accepted, self, sql), accepted)
      } catch (error) {
        log.warn({ error: String(error) }, 'The bus does not store messages now; they are published again.')
        return new Set()
      }
      wakeAll(false)
      return new Set(accepted.map((message) => message.id))
    },
    async subscribe(group, types, deliver) {
      await addGroups([group], sql)
      const subscription = startGroupReader(bus, group, types, deliver)
      subscriptions.add(subscription)
      return subscription
    },
    async tail(types, listener) {
      const subscription = await startTail(bus, types, listener)
      subscriptions.add(subscription)
      return subscription
    },
    backlog: () => backlog(sql),
    async close() {
      clearInterval(deletion)
      await Promise.all([...subscriptions].map((subscription) => subscription.close()))
      await listener.close()
      await Promise.all([cursors.close(), database.close()])
    },
  }
}

async function openDatabases({
  url,
  ownerUrl,
  migrates,
  log,
}: TransportOptions): Promise<Pick<Bus, 'database' | 'cursors'>> {
  const onError = (error: Error) => log.warn({ error: String(error) }, 'The bus lost a connection.')
  const common = { url, name: 'bus', onError }
  const database = openDatabase({ ...common, connections: 2, sharedConnections: 6, plansByIndex: true })
  try {
    if (migrates === false) await requireNothingMissing('bus', findMissingInBus(database))
    else await migrateBus(database, ownerUrl)
  } catch (error) {
    await database.close()
    throw error
  }
  // A position that a power cut set back does no harm, because the inbox knows what was handled.
  const cursors = openDatabase({ ...common, connections: 1, sharedConnections: 1, waitsForDisk: false })
  return { database, cursors }
}

/** The names of the migrations that this database lacks. */
export function findMissingInBus(database: Pick<Database, 'sql'>): Promise<string[]> {
  return findMissingMigrations(database, migrations)
}

/**
 * Migrates the bus as its owner, who grants the role of `database` what it needs; without one, as that role. Returns the names of the
 * migrations that were applied. Old messages are deleted by the role that works with the log, so no table is insert-only.
 */
export async function migrateBus(
  database: Database,
  ownerUrl: string | undefined,
  options?: MigrateOptions,
): Promise<string[]> {
  if (ownerUrl === undefined || ownerUrl === database.url) return migrate(database, migrations, options)
  const owner = openDatabase({ url: ownerUrl, name: 'bus', connections: 1, sharedConnections: 1 })
  try {
    const applied = await migrate(owner, migrations, options)
    const [session] = await database.sql<{ role: string }>`select current_user as role`
    await grantAccess(owner, { role: session?.role as string, insertOnly: [] }) // A select without a table has one row.
    return applied
  } finally {
    await owner.close()
  }
}
