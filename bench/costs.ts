// `npm run bench -- --costs`: what one purchase and one page view cost, of everything that can run out: processor time of each process,
// statements, commits, flushes, WAL, rows, messages. A shop with a process for each service on the embedded PostgreSQL.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { findRunningShop } from '../local/machine.ts'
import { removeDataFolder } from '../local/postgres-home.ts'
import { readSecrets } from '../local/secrets.ts'
import { openShop, purchases, type Shop } from './apart.ts'
import { measure } from './load.ts'
import { cpuSecondsOf } from './processes.ts'
import { cells, print, say } from './report.ts'

const seconds = 20
/** V8 compiles functions again after 3,000 calls; until then a purchase costs up to three times as much. */
const warmUpSeconds = 30
/** PostgreSQL's sessions report what they did after this long. */
const reportedAfterMs = 12_000
const senders = ['orders', 'payments', 'inventory', 'products', 'users'] as const

interface Counters {
  statements: number
  commits: number
  walBytes: number
  flushes: number
  rowsWritten: number
  rowsRead: number
  messages: number
  messageBytes: number
  cpu: Record<string, number>
}

/** Measures and prints. The data folder is thrown away. */
export async function benchCosts(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-bench-'))
  let shop: Shop | undefined
  try {
    shop = await openShop(folder, ['--apart'])
    await query(folder, 'bus', `alter system set shared_preload_libraries = 'pg_stat_statements'`)
    await shop.stop()
    shop = await openShop(folder, ['--apart'])
    await query(folder, 'bus', 'create extension if not exists pg_stat_statements')
    await purchases(shop, warmUpSeconds)
    await picturesArePainted(folder)
    await costOf('purchase', folder, shop, (one) => purchases(one, seconds))
    await costOf('page view, from the cache', folder, shop, (one) => views(one, () => '/v1/products?limit=20'))
    await costOf('page view, not in the cache', folder, shop, (one) =>
      views(one, (shopper, turn) => `/v1/products?limit=20&minPrice=${shopper * 100_000 + turn}`),
    )
  } finally {
    await shop?.stop()
    removeDataFolder(folder)
  }
  print()
}

/** The demo's pictures get their sizes after the first start, which is not the cost of a purchase. */
async function picturesArePainted(folder: string): Promise<void> {
  const waiting = `select count(*)::integer as count from picture where status = 'processing'`
  while ((await query(folder, 'products', waiting))[0]?.count !== 0) await pause(1_000)
}

async function costOf(
  what: string,
  folder: string,
  shop: Shop,
  work: (shop: Shop) => Promise<{ perSecond: number; counted: number }>,
): Promise<void> {
  await pause(reportedAfterMs)
  const before = await read(folder)
  const began = performance.now()
  const { perSecond, counted } = await work(shop)
  await pause(reportedAfterMs)
  const after = await read(folder)
  const elapsed = (performance.now() - began) / 1000
  say(`${counted} of ${what}, ${perSecond.toFixed(0)} per second; idle shares are within ${elapsed.toFixed(0)} s`)
  for (const name of Object.keys(after) as (keyof Counters)[]) {
    if (name === 'cpu') continue
    cells(what, '', ((after[name] - before[name]) / counted).toFixed(1), '', '', '', name)
  }
  for (const [name, cpu] of Object.entries(after.cpu))
    cells(
      what,
      '',
      (((cpu - (before.cpu[name] ?? 0)) * 1000) / counted).toFixed(3),
      '',
      '',
      '',
      `ms of processor: ${name}`,
    )
}

/** `counted` includes the warm-up, because everything else that is counted does. */
async function views(shop: Shop, path: (shopper: number, turn: number) => string) {
  let counted = 0
  const { perSecond } = await measure(32, seconds / 2, async (shopper, turn) => {
    const { status } = await shop.client.get(path(shopper, turn))
    counted += 1
    return status === 200
  })
  return { perSecond, counted }
}

async function read(folder: string): Promise<Counters> {
  const [counters] = await query(folder, 'bus', countersOfAll)
  const sent = await Promise.all(senders.map((name) => query(folder, name, countersOfMessages)))
  const sum = (name: string) => sent.reduce((total, [row]) => total + Number(row?.[name]), 0)
  return {
    ...(Object.fromEntries(
      Object.entries(counters ?? {}).map(([name, value]) => [name, Number(value)]),
    ) as unknown as Counters),
    messages: sum('messages'),
    messageBytes: sum('bytes'),
    cpu: cpuSecondsOf(folder),
  }
}

const countersOfAll = `
  select
    coalesce((select sum(calls) from pg_stat_statements), 0) as "statements",
    (select sum(xact_commit) from pg_stat_database) as "commits",
    (select wal_bytes from pg_stat_wal) as "walBytes",
    (select sum(fsyncs) from pg_stat_io where object = 'wal') as "flushes",
    (select sum(tup_inserted + tup_updated + tup_deleted) from pg_stat_database) as "rowsWritten",
    (select sum(tup_fetched) from pg_stat_database) as "rowsRead"`
const countersOfMessages = `select count(*) as messages, coalesce(sum(length(envelope::text)), 0) as bytes from outbox_sent`

async function query(folder: string, database: string, statement: string): Promise<Record<string, unknown>[]> {
  const url = new URL(findRunningShop(folder)?.owners[database] as string)
  url.username = 'postgres'
  url.password = readSecrets(folder).postgres as string
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
