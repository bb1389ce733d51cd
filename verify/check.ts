// What a look at a shop is made of: its databases, read-only and patient, and how a broken promise is told.
import { openDatabase, type Sql, Verbatim } from '@souk/postgres'

export interface Finding {
  id: string
  /** What should hold. */
  statement: string
  /** Where it was looked at: a service, or several. */
  where: string
  /** How many break it, and the first few in words. */
  count: number
  details: string[]
}
/** One promise, and how to find what breaks it. */
export interface Check {
  id: string
  statement: string
  where: string
  find(shop: ShopToLookAt): Promise<Broken>
}
export interface Broken {
  count: number
  details: string[]
}
export interface ShopToLookAt {
  sql(service: string): Sql
  /** What is younger may still be on its way. Zero when nothing is. */
  graceSeconds: number
  /** The same for money, where a provider may be slow to answer. */
  moneyGraceSeconds: number
  /** The simulated provider's own journal, where there is one. */
  journal: string | undefined
}

/** On a shop that is open, what looks wrong is looked at again: it may have moved on between two of our reads. */
export const secondLookMs = 2_000
const mostDetails = 5
const longestMinutes = 10

/** Opens the databases for reading. No statement of ours may change anything, and none is cut off after five seconds. */
export async function openForLooking(databases: Readonly<Record<string, string | undefined>>) {
  const closers: (() => Promise<unknown>)[] = []
  const opened = new Map<string, Sql>()
  const close = async () => void (await Promise.all(closers.map((one) => one())))
  try {
    for (const [service, url] of Object.entries(databases)) {
      if (!url) continue
      const database = openDatabase({ url, name: 'verify', connections: 1 })
      closers.push(() => database.close())
      const connection = await database.connect()
      closers.unshift(() => connection.close())
      await connection.sql`
        select set_config('statement_timeout', ${`${longestMinutes}min`}, false),
          set_config('transaction_timeout', '0', false),
          set_config('lock_timeout', '10s', false),
          set_config('default_transaction_read_only', 'on', false)`
      opened.set(service, connection.sql)
    }
  } catch (error) {
    await close()
    throw error
  }
  const sql = (service: string) => opened.get(service) as Sql
  return { has: (service: string) => opened.has(service), sql, close }
}

/** A check whose SQL returns one row for each offense, in words (`detail`) or as the row that offends. */
export function bySql(where: string, one: { id: string; statement: string; sql: string }): Check {
  return {
    id: one.id,
    statement: one.statement,
    where,
    async find(shop) {
      const rows = await shop.sql(where)<{ count: number; broken: Record<string, unknown> }>`
        select count(*) over () as count, to_json(broken) as broken
        from (${new Verbatim(one.sql)}) as broken
        limit ${mostDetails}`
      return { count: rows[0]?.count ?? 0, details: rows.map(({ broken }) => inWords(broken)) }
    },
  }
}

function inWords(row: Record<string, unknown>): string {
  if (typeof row.detail === 'string') return row.detail
  return Object.entries(row)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

/** Gathers offenses of several kinds without keeping more than is told. */
export function tally() {
  const found = new Map<string, Broken>()
  return {
    note(id: string, detail: string) {
      const broken = found.get(id) ?? { count: 0, details: [] }
      broken.count += 1
      if (broken.details.length < mostDetails) broken.details.push(detail)
      found.set(id, broken)
    },
    of: (id: string): Broken => found.get(id) ?? { count: 0, details: [] },
  }
}

/** Keys in ascending order, a batch at a time, so that a large shop needs no more memory than a small one. */
export async function* inBatches<Row, Key>(
  read: (after: Key) => PromiseLike<Row[]>,
  keyOf: (row: Row) => Key,
  first: Key,
): AsyncGenerator<Row[]> {
  let after = first
  for (;;) {
    const rows = await read(after)
    const last = rows.at(-1)
    if (!last) return
    yield rows
    after = keyOf(last)
  }
}
export const smallestId = '00000000-0000-0000-0000-000000000000'
