// One PostgreSQL database: stand-alone statements on shared connections, transactions on pooled ones, and connections of their own.
import pg from 'pg'
import { crashpoint } from './crashpoint.ts'
import { connected, queryOn, watchConnection } from './lost-connections.ts'
import { workObserver } from './observe-work.ts'
import { type Accompaniment, oneStatement } from './one-statement.ts'
import { clientSettings, type SessionOptions } from './session-options.ts'
import { corkForThisTick, openSharedConnections } from './shared-connections.ts'
import { type Row, type Sql, type Statement, sqlOn } from './sql.ts'

/** What may happen inside a transaction. */
export interface Transaction {
  sql: Sql
  /** Runs last, in one round trip with the commit; for statements whose rows are not needed. */
  withCommit(statement: Statement): void
  /** Runs after the commit, never when it fails. For wake-ups only: a crash in between loses it. */
  afterCommit(action: () => void): void
}

export interface Database {
  /** Each statement commits by itself. */
  sql: Sql
  /**
   * Runs `work` in one transaction and commits, or rolls back and throws what it threw. Throws DatabaseUnavailable when the
   * connection is lost; when that happens during the commit, the transaction may have taken effect.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** One statement with its accompaniment: one commit, one round trip. Resolves with the rows of the statement. */
  commit<R = Row>(statement: Statement<R>, accompaniment?: Accompaniment): Promise<R[]>
  /** A connection of its own, outside the pool: for locks and listening. */
  connect(): Promise<Connection>
  /** For libraries that bring their own SQL (jobs, authentication). */
  readonly pool: pg.Pool
  readonly url: string
  close(): Promise<void>
}

export interface Connection {
  sql: Sql
  /** Calls `listener` with the payload of each notification on the channel. */
  listen(channel: string, listener: (payload: string | undefined) => void): Promise<void>
  /** Calls `listener` once when the connection is lost or closed. */
  onEnd(listener: () => void): void
  close(): Promise<void>
}

export interface DatabaseOptions extends SessionOptions {
  /** Connections for transactions (10). */
  connections?: number
  /** Connections that stand-alone statements share (3). */
  sharedConnections?: number
  /** How long a connection of the pool may take to come about, in milliseconds (2,000). */
  connectMs?: number
  onError?: (error: Error) => void
  /** Told of each statement and commit, how long its caller waited for it. */
  onStatement?: (milliseconds: number) => void
}

/**
 * Opens a database. Connections are made when they are first needed. Statements and transactions throw DatabaseUnavailable while
 * there are none; `onError` is called when one is lost.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const settings = clientSettings(options)
  const onError = (error: Error) => options.onError?.(error)
  const pool = new pg.Pool({
    ...settings,
    max: options.connections ?? 10,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: options.connectMs ?? 2_000,
  })
  pool.on('error', onError)
  // Also the listener without which an 'error' event of a connection in use would end the process.
  pool.on('connect', watchConnection)
  const shared = openSharedConnections(settings, options.sharedConnections ?? 3, onError)
  const sql = sqlOn(() => shared, options.onStatement)

  return {
    sql,
    pool,
    url: options.url,
    transaction(work) {
      const run = () => runTransaction(pool, options, work)
      return workObserver()?.transaction(run) ?? run()
    },
    async commit<R>(statement: Statement<R>, accompaniment: Accompaniment = {}) {
      crashpoint(`${options.name}.before-commit`)
      const rows = await oneStatement(sql, statement, accompaniment)
      crashpoint(`${options.name}.after-commit`)
      return rows
    },
    connect: () => connect(settings, onError),
    async close() {
      await Promise.all([shared.close(), pool.end()])
    },
  }
}

async function runTransaction<T>(
  pool: pg.Pool,
  { name, onStatement }: DatabaseOptions,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const client = await connected(pool.connect())
  let broken: Error | undefined
  const last: Statement[] = []
  const after: (() => void)[] = []
  const statements = {
    query(config: pg.QueryArrayConfig) {
      corkForThisTick(client)
      return queryOn(client, config)
    },
  }
  const sql = sqlOn(() => statements, onStatement)
  try {
    corkForThisTick(client)
    const begun = queryOn(client, 'begin')
    begun.catch(() => undefined) // The first statement fails with the same error.
    const result = await work({
      sql,
      withCommit: (statement) => void last.push(statement),
      afterCommit: (action) => void after.push(action),
    })
    const stored = last.map((statement) => sql`${statement}`.then(() => undefined))
    crashpoint(`${name}.before-commit`)
    corkForThisTick(client)
    const started = performance.now()
    const [ended] = await Promise.all([queryOn(client, 'commit'), begun, ...stored])
    onStatement?.(performance.now() - started)
    if (ended.command !== 'COMMIT') throw new Error('The transaction was rolled back by the database.')
    crashpoint(`${name}.after-commit`)
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
}

async function connect(settings: pg.ClientConfig, onError: (error: Error) => void): Promise<Connection> {
  const client = new pg.Client(settings)
  let closed = false
  client.on('error', onError)
  watchConnection(client)
  await connected(client.connect())
  const statements = { query: (config: pg.QueryArrayConfig) => queryOn(client, config) }
  return {
    sql: sqlOn(() => statements),
    async listen(channel, listener) {
      client.on('notification', ({ payload }) => listener(payload))
      await queryOn(client, `listen ${channel}`)
    },
    onEnd(listener) {
      client.once('end', listener)
    },
    async close() {
      if (closed) return
      closed = true
      await client.end()
    },
  }
}
