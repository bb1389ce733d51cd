// The embedded broker: an append-only log in a PostgreSQL database of its own. Durable as the database is, one reader per
// group at a time (a lease with an epoch), order per key because the whole log has one order.
// Readers in the same process are woken directly, and get from memory what was appended here; those elsewhere are woken by one
// notification per appended batch, and read the log.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type Connection, columns, type Database, migrate, openDatabase } from '@souk/postgres'
import type { Envelope } from '../envelope.ts'
import { startPollingLoop, type WaitForNews } from './polling-loop.ts'
import { keepRecentAppends, type LogRow, type RecentReader } from './recent-appends.ts'
import type { Log, SerializedMessage, Subscription, Transport } from './transport.ts'

const leaseSeconds = 10
const batchSize = 200
const renewMs = (leaseSeconds * 1000) / 3
/** When a reader stores how far it has come: once a second while messages come steadily, soon when no more come. */
const storeMs = { busy: 1_000, quiet: 100 }
/** While notifications cannot be heard, readers look this often. Otherwise they look when they renew their lease. */
const deafMs = 250
const standbyMs = 500
const keptDays = 7

export async function postgresTransport({ url, log }: { url: string; log: Log }): Promise<Transport> {
  const lost = (error: Error) => log.warn({ error: String(error) }, 'The bus lost a connection.')
  const database = openDatabase({
    url,
    name: 'bus',
    connections: 2,
    sharedConnections: 6,
    plansByIndex: true,
    onError: lost,
  })
  await migrate(database, [{ component: 'bus', folder: join(import.meta.dirname, 'postgres-migrations') }])
  const housekeeping = setInterval(() => {
    forgetOld(database).catch((error) => log.warn({ error: String(error) }, 'Old messages stay on the bus.'))
  }, 3_600_000)
  housekeeping.unref()

  // The inbox forgives a cursor that a power cut set back, so its commits need not wait for the disk.
  const cursors = openDatabase({
    url,
    name: 'bus',
    sharedConnections: 1,
    connections: 1,
    waitsForDisk: false,
    onError: lost,
  })
  const self = randomUUID()
  const readers = new Set<(mustLook: boolean) => void>()
  const wakeAll = (mustLook: boolean) => {
    for (const wake of readers) wake(mustLook)
  }
  const appends = listenForAppends(database, (from) => from !== self && wakeAll(true), log)
  const lookMs = () => (appends.session() ? renewMs : deafMs)
  const recent = keepRecentAppends()
  const subscriptions = new Set<Subscription>()

  return {
    name: 'postgres',
    durability: 'power-loss',

    async publish(messages) {
      recent.keep(await append(database, messages, self), messages)
      wakeAll(false)
      return new Set(messages.map((message) => message.id))
    },

    async subscribe(group, types, deliver) {
      await database.sql`
        insert into bus_cursor (group_name, position)
        select ${group}, position from bus_head
        on conflict do nothing`
      const subscription = startPollingLoop(
        readers,
        async (isStopping, wait) => {
          const owner = appends.session()
          const lease = owner && (await claimLease(database, group, owner))
          if (!lease) {
            await wait(owner ? standbyMs : 20)
            return
          }
          try {
            await readAs(lease, isStopping, wait)
          } finally {
            await database.sql`
            update bus_cursor set lease_until = clock_timestamp() where group_name = ${group} and epoch = ${lease.epoch}`
          }
        },
        log,
        group,
      )

      async function readAs(lease: Lease, isStopping: () => boolean, wait: WaitForNews) {
        let { position } = lease
        let mustLook = true
        let stored = position
        let storedAt = Date.now()
        const reader = recent.reader()
        try {
          while (!isStopping()) {
            const step = await readOn(reader, position, types, mustLook, (batch) => whileRenewing(() => deliver(batch)))
            position = step.position
            const isAhead = position > stored
            const isDue = isAhead && Date.now() - storedAt > storeMs.busy
            const news = isDue || step.isFull ? 'here' : await wait(isAhead ? storeMs.quiet : lookMs())
            mustLook = step.isFull || news === 'elsewhere'
            // Now and then is enough: what is read again after a crash, the inbox knows.
            if (isDue || news === 'none') {
              const head = await store()
              if (head === undefined) return
              stored = position
              storedAt = Date.now()
              mustLook ||= head > position
            }
          }
          if (position > stored) await store()
        } finally {
          reader.close()
        }

        /** A slow batch keeps its lease. Where renewing fails, the next commit of the cursor finds out who reads now. */
        async function whileRenewing(work: () => Promise<void>): Promise<void> {
          const renewal = setInterval(() => {
            store().catch((error) => log.warn({ group, error: String(error) }, 'A reader could not renew its lease.'))
          }, renewMs)
          try {
            await work()
          } finally {
            clearInterval(renewal)
          }
        }

        /** Stores the position and renews the lease. Returns where the log ends, or undefined when the lease is lost. */
        async function store(): Promise<number | undefined> {
          const [row] = await cursors.sql<{ head: number }>`
            update bus_cursor
            set position = ${position}, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
            where group_name = ${group} and epoch = ${lease.epoch}
            returning (select position from bus_head) as head`
          return row?.head
        }
      }
      subscriptions.add(subscription)
      return subscription
    },

    async tail(types, listener) {
      const [head] = await database.sql<{ position: number }>`select position from bus_head`
      let position = head?.position ?? 0
      const subscription = startPollingLoop(
        readers,
        async (isStopping, wait) => {
          let mustLook = true
          const reader = recent.reader()
          try {
            while (!isStopping()) {
              const step = await readOn(reader, position, types, mustLook, (batch) => batch.forEach(listener))
              position = step.position
              mustLook = step.isFull || (await wait(lookMs())) !== 'here'
            }
          } finally {
            reader.close()
          }
        },
        log,
        'tail',
      )
      subscriptions.add(subscription)
      return subscription
    },

    async backlog() {
      const [row] = await database.sql<{ backlog: number }>`
        select coalesce(max(h.position - c.position), 0) as backlog from bus_head h, bus_cursor c`
      return row?.backlog ?? 0
    },

    async close() {
      clearInterval(housekeeping)
      await Promise.all([...subscriptions].map((subscription) => subscription.close()))
      await appends.close()
      await Promise.all([cursors.close(), database.close()])
    },
  }

  /** Takes what comes next. On its own, so that a reader who naps holds none of it in memory any more. */
  async function readOn(
    reader: RecentReader,
    position: number,
    types: readonly string[],
    mustLook: boolean,
    take: (batch: Envelope[]) => Promise<void> | void,
  ): Promise<{ position: number; isFull: boolean }> {
    let rows = reader.after(position, types, batchSize)
    if (rows.length === 0 && (mustLook || recent.isBehind(position))) rows = await read(database, position, types)
    const batch = rows.flatMap((row) => (row.envelope ? [row.envelope] : []))
    if (batch.length > 0) await take(batch)
    return { position: rows.at(-1)?.position ?? position, isFull: rows.length === batchSize }
  }
}

const messageRows = columns<SerializedMessage & { place: number }>({
  event_id: ['uuid', (message) => message.id],
  place: ['bigint', (message) => message.place],
  type: ['text', (message) => message.type],
  key: ['text', (message) => message.key],
  envelope: ['json', (message) => message.json],
})

/** Appends, and resolves with the position of the last message. */
async function append(database: Database, messages: readonly SerializedMessage[], from: string): Promise<number> {
  const [row] = await database.sql<{ position: number }>`
    with head as (
      update bus_head set position = position + ${messages.length} returning position
    ), stored as (
      insert into bus_log (position, event_id, type, key, envelope)
      select head.position + message.place, message.event_id, message.type, message.key, message.envelope
      from head, ${messageRows(messages.map((message, index) => ({ ...message, place: index + 1 - messages.length })))} as message
    )
    select position from head, pg_notify('souk_bus', ${from})`
  return row?.position ?? 0
}

/** Deletes what is old and was read by every group that is still around, in batches, so that no transaction lasts. */
async function forgetOld(database: Database): Promise<void> {
  for (;;) {
    const gone = await database.sql`
      delete from bus_log
      where position in (
        select l.position from bus_log l
        where l.appended_at < clock_timestamp() - make_interval(days => ${keptDays})
          and l.position <= (
            select coalesce(min(c.position), 0) from bus_cursor c
            where c.lease_until > clock_timestamp() - interval '30 days')
        order by l.position
        limit 5000)
      returning position`
    if (gone.length === 0) return
  }
}

function read(database: Database, after: number, types: readonly string[]) {
  return database.sql<LogRow>`
    select position, case when type = any(${types}::text[]) then envelope end as envelope
    from bus_log
    where position > ${after}
    order by position
    limit ${batchSize}`
}

interface Lease {
  epoch: number
  position: number
}
/**
 * A lease is free when it ran out (its reader hangs), or at once when its reader's session is gone (its process was killed).
 */
async function claimLease(database: Database, group: string, owner: string): Promise<Lease | undefined> {
  const [lease] = await database.sql<Lease>`
    update bus_cursor
    set owner = ${owner}, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where group_name = ${group}
      and (lease_until <= clock_timestamp() or not exists (
        select from pg_stat_activity a where a.pid || ' ' || a.backend_start = bus_cursor.owner))
    returning epoch, position`
  return lease
}

/**
 * Listens for appends of other processes, and keeps doing so when the connection is lost. `session` names the connection,
 * which ends with the process: by it others see whether a reader is still alive.
 */
function listenForAppends(
  database: Database,
  heard: (from?: string) => void,
  log: Log,
): Subscription & { session(): string | undefined } {
  let stopping = false
  let session: string | undefined
  let connection: Connection | undefined
  const connect = async (): Promise<void> => {
    try {
      connection = await database.connect()
      connection.onEnd(() => {
        session = undefined
        if (stopping) return
        heard() // Readers look more often from now on.
        setTimeout(connect, 500)
      })
      await connection.listen('souk_bus', heard)
      const [own] = await connection.sql<{ session: string }>`
        select pid || ' ' || backend_start as session from pg_stat_activity where pid = pg_backend_pid()`
      session = own?.session
      heard()
    } catch (error) {
      if (stopping) return
      log.warn({ error: String(error) }, 'The bus cannot listen; it looks every quarter second instead.')
      setTimeout(connect, 2_000)
    }
  }
  const connected = connect()
  return {
    session: () => session,
    async close() {
      stopping = true
      await connected
      await connection?.close()
    },
  }
}
