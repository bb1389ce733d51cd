// A service's own PostgreSQL: statements as tagged templates, transactions, and nothing else. This is the only file that
// imports the driver. Statements are prepared under a name the first time they run (measured: 12–18 µs of our CPU each).
import { createHash } from 'node:crypto'
import type { Message } from '@souk/contracts'
import pg from 'pg'
import { crashpoint } from './crashpoint.ts'
import { type Envelope, envelopeOf, type Origin } from './envelope.ts'
import { openLanes } from './lanes.ts'

export type Row = Record<string, unknown>

/** A statement that has not run yet. Awaiting it runs it; inside another template it becomes a part of that one. */
export interface Statement<R = Row> extends PromiseLike<R[]> {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}
export type Sql = <R = Row>(strings: TemplateStringsArray, ...values: unknown[]) => Statement<R>

/** What may happen inside a transaction. `send` exists only here, so that nobody can forget the outbox. */
export interface Transaction {
  sql: Sql
  /** Stores messages in the outbox; they leave after the commit, in this order, and only if it succeeds. */
  send(...messages: Message[]): void
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
  /**
   * One statement, one commit, one round trip. The messages leave if, and only if, the statement returns a row.
   * `also` are further statements of the same snapshot; they may read the first one's rows as `changed`.
   */
  commit<R = Row>(
    statement: Statement<R>,
    together: { also?: Statement[]; send?: Message[] },
    origin?: Origin,
  ): Promise<R[]>
  /** A connection of its own, outside the pool: for locks and listening. */
  connect(): Promise<Connection>
  /** For libraries that bring their own SQL (jobs, authentication). */
  readonly pool: pg.Pool
  readonly url: string
  close(): Promise<void>
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

/** JSON for a json or jsonb parameter; needed for arrays, which the driver would send as PostgreSQL arrays. */
export function json(value: unknown): string {
  return JSON.stringify(value)
}

export function openDatabase(options: DatabaseOptions): Database {
  const settings = {
    connectionString: options.url,
    types,
    application_name: options.service,
    keepAlive: true,
    options: `-c timezone=UTC${options.waitsForDisk === false ? ' -c synchronous_commit=off' : ''}`,
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
      const after: (() => void)[] = []
      const gathered = new Map<Gathered<never>, unknown[]>()
      const transaction: Transaction = {
        sql: sqlOn(() => client),
        send: (...sent) => void messages.push(...sent.map((message) => envelopeOf(message, options.service, origin))),
        afterCommit: (action) => void after.push(action),
        gather(work, item) {
          const items = gathered.get(work)
          if (items) items.push(item)
          else gathered.set(work, [item])
        },
      }
      try {
        const begun = client.query('begin')
        begun.catch(() => undefined) // The first statement fails with the same error.
        const result = await work(transaction)
        for (const [work, items] of gathered) await work(items as never[], transaction)
        const stored =
          messages.length > 0 ? sqlOn(() => client)`${storeMessages(messages)}`.then(() => undefined) : undefined
        crashpoint(`${options.service}.before-commit`)
        const [ended] = await Promise.all([client.query('commit'), stored, begun])
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
    async commit<R>(
      statement: Statement<R>,
      { also = [], send = [] }: { also?: Statement[]; send?: Message[] },
      origin?: Origin,
    ) {
      const envelopes = send.map((message) => envelopeOf(message, options.service, origin))
      let whole = sql`with changed as (${statement})`
      also.forEach((more, index) => {
        whole = sql`${whole}, ${new Verbatim(`also_${index}`)} as (${more})`
      })
      if (envelopes.length > 0)
        whole = sql`${whole}, sent as (${storeMessages(envelopes)} where exists (select from changed))`
      crashpoint(`${options.service}.before-commit`)
      const rows = await sql<R>`${whole} select * from changed`
      crashpoint(`${options.service}.after-commit`)
      if (rows.length > 0) committed(envelopes.length)
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

  function storeMessages(envelopes: Envelope[]): Statement {
    return sql`insert into outbox (event_id, type, key, envelope)
      select (one ->> 'id')::uuid, one ->> 'type', one ->> 'subject', one
      from json_array_elements(${json(envelopes)}::json) with ordinality as list (one, place)`
  }
}

type Runner = { query(config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult> }

/** Text that goes into a statement as it is. Only for names from our own code. */
export class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function sqlOn(runner: () => unknown): Sql {
  return <R>(strings: TemplateStringsArray, ...values: unknown[]): Statement<R> => {
    const statement: Statement<R> = {
      strings,
      values,
      then: (done, failed) => run<R>(runner() as Runner, statement).then(done, failed),
    }
    return statement
  }
}

interface Prepared {
  text: string
  name: string | undefined
}
const prepared = new Map<string, Prepared>()
const whole = new WeakMap<readonly string[], Prepared>()
/** A search builds many texts; past this many, they are no longer kept prepared. */
const mostPrepared = 2_000

async function run<R>(runner: Runner, statement: Statement<unknown>): Promise<R[]> {
  let { values } = statement
  let plan = values.some(isPart) ? undefined : whole.get(statement.strings)
  if (!plan) {
    const flat: unknown[] = []
    const text = textOf(statement, flat)
    plan = prepared.get(text) ?? prepare(text)
    if (flat.length === values.length && !values.some(isPart)) whole.set(statement.strings, plan)
    values = flat
  }
  const result = await runner.query({
    text: plan.text,
    name: plan.name,
    values: values as unknown[],
    rowMode: 'array',
  } as pg.QueryArrayConfig)
  return rowsOf<R>(result)
}

function prepare(text: string): Prepared {
  const name = prepared.size < mostPrepared ? createHash('sha1').update(text).digest('base64url') : undefined
  const plan = { text, name }
  if (name) prepared.set(text, plan)
  return plan
}

function isPart(value: unknown): value is Statement | Verbatim {
  return (
    value instanceof Verbatim ||
    (typeof value === 'object' && value !== null && 'strings' in value && 'values' in value)
  )
}

function textOf(statement: Statement<unknown>, flat: unknown[]): string {
  let text = statement.strings[0] ?? ''
  statement.values.forEach((value, index) => {
    if (value instanceof Verbatim) text += value.text
    else if (isPart(value)) text += textOf(value as Statement, flat)
    else text += `$${flat.push(value === undefined ? null : value)}`
    text += statement.strings[index + 1]
  })
  return text
}

const camelNames = new Map<string, string>()
function camel(name: string): string {
  let known = camelNames.get(name)
  if (known === undefined) {
    known = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    camelNames.set(name, known)
  }
  return known
}

function rowsOf<R>(result: pg.QueryArrayResult): R[] {
  const names = result.fields.map((field) => camel(field.name))
  return result.rows.map((values) => {
    const row: Row = {}
    for (let i = 0; i < names.length; i++) row[names[i] as string] = values[i]
    return row as R
  })
}

/** Joins statements with a text from our own code, as in `join(conditions, ' and ')`. */
export function join(statements: readonly Statement[], between: string): Statement {
  const strings = statements.length === 0 ? [''] : ['', ...statements.slice(1).map(() => between), '']
  return { strings, values: statements, then: neverAlone }
}
const neverAlone: Statement['then'] = () => {
  throw new Error('A joined list is part of a statement; it does not run by itself.')
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
