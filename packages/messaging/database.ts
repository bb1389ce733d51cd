// A service's own PostgreSQL: connections, transactions and commits. This and lanes.ts are the only files that import the
// driver.
import type { Message } from '@souk/contracts'
import pg from 'pg'
import { crashpoint } from './crashpoint.ts'
import { type Envelope, envelopeOf, type Origin } from './envelope.ts'
import { corkForNow, openLanes } from './lanes.ts'
import { columns, json, type Row, type Sql, type Statement, sqlOn, together } from './statements.ts'
import type { Trace } from './trace.ts'

/** What may happen inside a transaction. `send` exists only here, so that nobody can forget the outbox. */
export interface Transaction {
  sql: Sql
  /** Stores messages in the outbox; they leave after the commit, in this order, and only if it succeeds. */
  send(...messages: Message[]): void
  /** Runs last, in one round trip with the commit; for statements whose answer nobody needs. */
  withCommit(statement: Statement): void
  /** Runs after the commit, never when it fails. For wake-ups only: a crash in between loses it. */
  afterCommit(action: () => void): void
  /**
   * Does `work` once, just before the commit, with all items that were gathered for it: one statement for a whole batch
   * of messages, whose row locks are taken last and in one order.
   */
  gather<T>(work: Gathered<T>, item: T): void
}
export type Gathered<T> = (items: readonly T[], transaction: Transaction) => Promise<void>

export interface Database {
  sql: Sql
  /** Runs `work` in one transaction and commits, or rolls back and throws what it threw. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, origin?: Origin): Promise<T>
  /** One statement, one commit, one round trip. */
  commit<R = Row>(statement: Statement<R>, more: Together, origin?: Origin): Promise<R[]>
  /** A connection of its own, outside the pool: for locks and listening. */
  connect(): Promise<Connection>
  /** For libraries that bring their own SQL (jobs, authentication). */
  readonly pool: pg.Pool
  readonly url: string
  close(): Promise<void>
}
/** What happens together with a statement, in one snapshot and one commit. */
export interface Together {
  /** Rows that the statements may read as `given`. */
  given?: Statement
  /** Further statements. They may read what the first one returned as `changed`. */
  also?: Statement[]
  /** Messages that leave if, and only if, the statement returned a row. */
  send?: Message[]
  /** Messages that leave if, and only if, the statement returned a row with this `id` (a UUID). */
  sendFor?: readonly { id: string; messages: readonly Message[]; trace: Trace }[]
}
export interface Connection {
  sql: Sql
  /** `heard` is told the payload of each notification. */
  listen(channel: string, heard: (payload: string | undefined) => void): Promise<void>
  /** Called once when the connection is lost or closed. */
  onEnd(ended: () => void): void
  close(): Promise<void>
}

export interface DatabaseOptions {
  url: string
  /** Where messages come from, as in their `source`. */
  service: string
  /** Connections for transactions (10). */
  connections?: number
  /** Connections that stand-alone statements share (3). */
  lanes?: number
  /** False only for what may be forgotten by a power cut: its commits do not wait for the disk (true). */
  waitsForDisk?: boolean
  /**
   * True where every statement has its index: a plan that is made while a table is small reads all of it, and is kept while
   * the table grows to thousands of rows, until its statistics come (false).
   */
  plansByIndex?: boolean
  onCommitted?: () => void
  onError?: (error: Error) => void
}

// int8 as a number: ids and cents stay far below 2^53. Times as ISO text, ready for JSON.
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === 20) return Number
    if (oid === 1184) return isoTime
    return pg.types.getTypeParser(oid, format as 'text')
  },
} as pg.CustomTypesConfig

/** PostgreSQL's "2026-11-22 10:00:00.123456+00" as "2026-11-22T10:00:00.123Z". Sessions run in UTC. */
function isoTime(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, 19)}${text[19] === '.' ? text.slice(19, -3).slice(0, 4).padEnd(4, '0') : '.000'}Z`
}

/** What every session asks of the server, as one string of options. */
const patience = [
  // Nobody waits forever (RELIABILITY 6.8). A migration or a report that needs longer says so itself.
  '-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s -c transaction_timeout=15s',
  // A machine that vanishes says no farewell. Its locks, the relay's among them, must not outlive it by hours.
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=10s',
].join(' ')

/** The same patience for a library that opens its own connections. */
export function urlWithPatience(url: string): string {
  const patient = new URL(url)
  patient.searchParams.set('options', patience)
  return patient.href
}

export function openDatabase(options: DatabaseOptions): Database {
  const settings = {
    connectionString: options.url,
    types,
    application_name: options.service,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: [
      '-c timezone=UTC',
      patience,
      ...(options.waitsForDisk === false ? ['-c synchronous_commit=off'] : []),
      ...(options.plansByIndex
        ? ['-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan']
        : []),
    ].join(' '),
    pipeline: true,
  } as pg.PoolConfig
  const pool = new pg.Pool({
    ...settings,
    max: options.connections ?? 10,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 2_000,
  })
  pool.on('error', (error) => options.onError?.(error))

  const lanes = openLanes(settings, options.lanes ?? 3, (error) => options.onError?.(error))
  const sql = sqlOn(() => lanes)
  const committed = (count: number) => count > 0 && options.onCommitted?.()

  return {
    sql,
    pool,
    url: options.url,
    async transaction(work, origin) {
      const client = await pool.connect()
      let broken: Error | undefined
      const messages: Envelope[] = []
      const last: Statement[] = []
      const after: (() => void)[] = []
      const gathered = new Map<Gathered<never>, unknown[]>()
      const clientSql = sqlOn(() => {
        corkForNow(client)
        return client
      })
      const transaction: Transaction = {
        sql: clientSql,
        send: (...sent) => void messages.push(...sent.map((message) => envelopeOf(message, options.service, origin))),
        withCommit: (statement) => void last.push(statement),
        afterCommit: (action) => void after.push(action),
        gather(work, item) {
          const items = gathered.get(work)
          if (items) items.push(item)
          else gathered.set(work, [item])
        },
      }
      try {
        corkForNow(client)
        const begun = client.query('begin')
        begun.catch(() => undefined) // The first statement fails with the same error.
        const result = await work(transaction)
        for (const [work, items] of gathered) await work(items as never[], transaction)
        if (messages.length > 0) last.push(storeMessages(messages.map((envelope) => ({ envelope }))))
        const stored = last.map((statement) => clientSql`${statement}`.then(() => undefined))
        crashpoint(`${options.service}.before-commit`)
        corkForNow(client)
        const [ended] = await Promise.all([client.query('commit'), begun, ...stored])
        if (ended.command !== 'COMMIT') throw new Error('The transaction was rolled back by the database.')
        crashpoint(`${options.service}.after-commit`)
        committed(messages.length)
        for (const action of after) action()
        return result
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => {
          broken = failure
        })
        throw error
      } finally {
        client.release(broken)
      }
    },
    async commit<R>(statement: Statement<R>, { given, also = [], send = [], sendFor = [] }: Together, origin?: Origin) {
      const parcels = [
        ...send.map((message) => ({ envelope: envelopeOf(message, options.service, origin) })),
        ...sendFor.flatMap(({ id, messages, trace }) =>
          messages.map((message) => ({ of: id, envelope: envelopeOf(message, options.service, { trace }) })),
        ),
      ]
      let whole = together(sql, statement, also, given)
      if (parcels.length > 0) {
        const isCaused = sql`coalesce(of in (select id from changed), exists (select from changed))`
        whole = sql`${whole}, sent as (${storeMessages(parcels)} where ${sendFor.length > 0 ? isCaused : sql`exists (select from changed)`})`
      }
      crashpoint(`${options.service}.before-commit`)
      const rows = await sql<R>`${whole} select * from changed`
      crashpoint(`${options.service}.after-commit`)
      if (rows.length > 0) committed(parcels.length)
      return rows
    },
    async connect() {
      const client = new pg.Client(settings)
      let closed = false
      client.on('error', (error) => options.onError?.(error))
      await client.connect()
      return {
        sql: sqlOn(() => client),
        async listen(channel, heard) {
          client.on('notification', ({ payload }) => heard(payload))
          await client.query(`listen ${channel}`)
        },
        onEnd(ended) {
          client.once('end', ended)
        },
        async close() {
          if (closed) return
          closed = true
          await client.end()
        },
      }
    },
    async close() {
      await Promise.all([lanes.close(), pool.end()])
    },
  }
}

interface Parcel {
  /** The row that it depends on. */
  of?: string
  envelope: Envelope
}
const parcelRows = columns<Parcel>({
  event_id: ['uuid', ({ envelope }) => envelope.id],
  of: ['uuid', ({ of }) => of],
  type: ['text', ({ envelope }) => envelope.type],
  key: ['text', ({ envelope }) => envelope.subject],
  envelope: ['json', ({ envelope }) => json(envelope)],
})
/** May be followed by a condition. */
function storeMessages(parcels: readonly Parcel[]): Statement {
  return sqlOn(() => undefined)`
    insert into outbox (event_id, type, key, envelope)
    select event_id, type, key, envelope
    from ${parcelRows(parcels)} as parcel`
}

/** The SQLSTATE of a database error, or undefined. https://www.postgresql.org/docs/18/errcodes-appendix.html */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}
/** True when a unique constraint (of that name, if given) refused a row. */
export function isDuplicate(error: unknown, constraint?: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && (!constraint || error.constraint === constraint)
}
/** True when the same work may succeed if it is simply done again: deadlock, serialization, lock timeout. */
export function isRetriable(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(sqlState(error) ?? '')
}
