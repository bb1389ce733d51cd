// What every session asks of the server when it connects: time limits, keep-alive, and how it commits and plans.
import pg from 'pg'

const timeouts = [
  // No statement and no lock waits forever (docs/reliability.md). A migration or a report that needs longer raises its own limit.
  '-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s -c transaction_timeout=15s',
  // A machine that vanishes closes no connection. Its locks, the relay's among them, must not outlive it by hours.
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=10s',
].join(' ')

/** The URL with the same time limits, for a library that opens its own connections. */
export function urlWithTimeouts(url: string): string {
  const limited = new URL(url)
  limited.searchParams.set('options', timeouts)
  return limited.href
}

export interface SessionOptions {
  url: string
  /** Shown by PostgreSQL as the application's name. */
  name: string
  /** False only for what a power cut may undo: its commits do not wait for the disk (true). */
  waitsForDisk?: boolean
  /**
   * True where every statement has an index: a plan that is made while a table is small reads the whole table, and PostgreSQL
   * keeps it while the table grows to thousands of rows, until it gathers statistics (false).
   */
  plansByIndex?: boolean
}

/** The driver's settings for connections with these options. */
export function clientSettings(options: SessionOptions): pg.ClientConfig {
  return {
    connectionString: options.url,
    types,
    application_name: options.name,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: [
      '-c timezone=UTC',
      timeouts,
      ...(options.waitsForDisk === false ? ['-c synchronous_commit=off'] : []),
      ...(options.plansByIndex
        ? ['-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan']
        : []),
    ].join(' '),
    pipeline: true,
  } as pg.ClientConfig // The driver's types do not know `pipeline`.
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
