// Reads the figures of the services' databases for the metrics. Several gauges, and several who ask at once, share one reading; it is
// kept for five seconds and waited for one. A database that does not answer makes its figures missing, and never the metrics fail.
import type { Database } from '@souk/messaging'
import type { Statement } from '@souk/postgres'
import { answersSoon, withinASecond } from './database-health.ts'
import type { FigureRow, Figures } from './figures.ts'
import type { Metrics, Sample } from './metrics.ts'

const keptMs = 5_000

export interface MeasuredDatabase {
  readonly name: string
  readonly database: Database
  /** Connections of its pool. */
  readonly most: number
  readonly figures: readonly Figures[]
}
interface Reading {
  isUp: boolean
  /** Undefined when they could not be read. */
  rows: readonly FigureRow[] | undefined
}

/** Declares the figures of these databases, and gauges of their connections. */
export function measureDatabases(metrics: Metrics, databases: readonly MeasuredDatabase[]): void {
  const readers = databases.map((one) => ({ ...one, read: readerOf(one) }))
  const labels = ['service']
  const up = 'Whether the database answers; while it does not, its other figures are missing'
  metrics.gauge({ name: 'souk_database_up', help: up, labels }, () =>
    Promise.all(
      readers.map(async ({ name, read }) => ({ labels: { service: name }, value: Number((await read()).isUp) })),
    ),
  )
  const connections = 'Connections of the pool for transactions: idle, used, waited for, and the most that there may be'
  metrics.gauge({ name: 'db_client_connections', help: connections, labels: ['service', 'state'] }, async () =>
    databases.flatMap(connectionsOf),
  )

  const owners = readers.flatMap((reader) =>
    reader.figures.flatMap(({ metrics: own }) => own.map((figure) => ({ figure, ...reader }))),
  )
  for (const [name, of] of Map.groupBy(owners, ({ figure }) => figure.name)) {
    const { help, label, perService } = (of[0] as (typeof of)[number]).figure // A group has a first one.
    const names = [...(perService === false ? [] : labels), ...(label ? [label] : [])]
    metrics.gauge({ name, help, labels: names }, async () => {
      const samples = of.map(async ({ figure, name: service, read }) => samplesOf(figure, service, (await read()).rows))
      return (await Promise.all(samples)).flat()
    })
  }
}

function samplesOf(
  { name, label, values, perService }: Figures['metrics'][number],
  service: string,
  rows: readonly FigureRow[] | undefined,
): Sample[] {
  if (!rows) return []
  const own: Record<string, string> = perService === false ? {} : { service }
  const found = rows.filter((row) => row.metric === name)
  const missing = (values ?? []).filter((value) => !found.some((row) => row.label === value))
  return [...found, ...missing.map((value) => ({ label: value, value: 0 }))].map((row) => ({
    labels: label ? { ...own, [label]: row.label } : own,
    value: row.value,
  }))
}

function connectionsOf({ name, database: { pool }, most }: MeasuredDatabase): Sample[] {
  const states = {
    idle: pool.idleCount,
    used: pool.totalCount - pool.idleCount,
    pending: pool.waitingCount,
    max: most,
  }
  return Object.entries(states).map(([state, value]) => ({ labels: { service: name, state }, value }))
}

/** Returns the function that reads the figures of one database, or returns what was read just now. */
function readerOf({ database, figures }: MeasuredDatabase): () => Promise<Reading> {
  let reading: Promise<Reading> | undefined
  let readAt = 0
  /** A statement that nobody waits for any longer. No second one is put behind it. */
  let underWay = false

  function ask(): Promise<readonly FigureRow[]> {
    if (underWay) return Promise.reject(new Error('The database has not answered the last time.'))
    underWay = true
    const rows = Promise.resolve(unionOf(database, figures)).finally(() => {
      underWay = false
    })
    return withinASecond(rows)
  }
  async function read(): Promise<Reading> {
    // Missing figures are what is told of a failure; health tells more.
    const [isUp, rows] = await Promise.all([answersSoon(database), ask().catch(() => undefined)])
    return { isUp, rows }
  }
  return () => {
    const now = performance.now()
    if (!reading || now - readAt > keptMs) {
      readAt = now
      reading = read()
    }
    return reading
  }
}

function unionOf({ sql }: Database, figures: readonly Figures[]): Statement<FigureRow> {
  const [first, ...others] = figures.map(({ select }) => select(sql))
  let whole = sql<FigureRow>`${first}`
  for (const one of others) whole = sql<FigureRow>`${whole} union all ${one}`
  return whole
}
