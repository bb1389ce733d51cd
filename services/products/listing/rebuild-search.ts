// Builds the search data anew beside the running search, batch by batch, and then switches to it. It runs by itself after an upgrade
// that reads text in another way, and by `npm run reindex` when the languages have changed.
import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from '@souk/postgres'
import { every, type Transaction } from '@souk/service'
import { clearCaches, type ProductsContext } from '../context.ts'
import { readSearchable, storeEntries } from './index-products.ts'
import { readSearchIndex, takeIndexLock } from './search-index.ts'
import { textRules } from './search-text.ts'

const batchSize = 200
/** Searches ask which table is in use at least this often. The table that was in use before stays as it is for longer. */
export const indexKeptSeconds = 1
const restSeconds = 5
const firstId = '00000000-0000-0000-0000-000000000000'

interface Rebuilder {
  readonly sql: Sql
  transaction<T>(work: (transaction: { sql: Sql } & Partial<Transaction>) => Promise<T>): Promise<T>
}

/** After an upgrade: builds anew what an older version has made. A stop leaves the rest to the next start. */
export const rebuildSearch = every<ProductsContext>(30, 'rebuild-search', async (context, stopping) => {
  const { rules, live, building } = await readSearchIndex(context.sql)
  if (live.languages.join() !== context.settings.languages.join())
    context.log.warn(
      { languages: live.languages },
      'PRODUCTS_LANGUAGES has changed. Searches use the former languages until `npm run reindex` has run.',
    )
  if (rules >= textRules && !building) return
  if (!building) await beginRebuild(context, context.settings.languages)
  while (!stopping.aborted && (await rebuildBatch(context))) {}
  clearCaches(context)
})

/** Builds the whole search data anew, with stems of these languages. Resolves with the number of products. */
export async function rebuildAll(
  rebuilder: Rebuilder,
  languages: readonly string[],
  onProgress: (done: number, all: number) => void = () => undefined,
): Promise<number> {
  await beginRebuild(rebuilder, languages)
  const [{ all = 0 } = {}] = await rebuilder.sql<{ all: number }>`select count(*) as all from product`
  let done = 0
  for (let count = await rebuildBatch(rebuilder); count; count = await rebuildBatch(rebuilder)) {
    done += count
    onProgress(Math.min(done, all), all)
  }
  return done
}

/** Begins to fill the table that is not in use. A rebuild that was interrupted, or still runs elsewhere, begins from the start. */
export async function beginRebuild({ transaction }: Rebuilder, languages: readonly string[]): Promise<void> {
  while (!(await transaction(({ sql }) => beginNow(sql, languages)))) await pause(500)
}

/** False while a search that read the row just before the last switch may still read the table of before. */
async function beginNow(sql: Sql, languages: readonly string[]): Promise<boolean> {
  await takeIndexLock(sql)
  const [row] = await sql<{ building: string }>`
    update search_index
    set building = case live when 'search_a' then 'search_b' else 'search_a' end,
      building_rules = ${textRules}, building_languages = ${languages}::text[], built_until = ${firstId},
      generation = generation + 1
    where switched_at < clock_timestamp() - make_interval(secs => ${restSeconds})
    returning building`
  if (!row) return false
  await sql`select empty_search_table(${row.building})`
  return true
}

/**
 * Fills in the next products, and after the last one switches searches over. Resolves with how many it was, or with 0 when the
 * rebuild has ended. Several may run at once: each takes the row first.
 */
async function rebuildBatch({ transaction }: Rebuilder): Promise<number> {
  return transaction(async ({ sql }) => {
    const [row] = await sql<{ builtUntil: string }>`
      select built_until from search_index where building is not null for update`
    if (!row) return 0
    const { building, generation } = await readSearchIndex(sql)
    // Locked before they are read: a change that comes later writes its entry itself, after this one.
    const locked = await sql<{ id: string }>`
      select id from product where id > ${row.builtUntil} order by id limit ${batchSize} for no key update`
    const ids = locked.map(({ id }) => id)
    if (ids.length === 0) {
      await switchOver(sql)
      return 0
    }
    await storeEntries(sql, await readSearchable(sql, ids), building ? [building] : [], generation)
    await sql`update search_index set built_until = ${ids.at(-1)}`
    return ids.length
  })
}

async function switchOver(sql: Sql): Promise<void> {
  await Promise.all([
    sql`
      update search_index
      set live = building, rules = building_rules, languages = building_languages, switched_at = clock_timestamp(),
        building = null, building_rules = null, building_languages = null, built_until = null`,
    sql`delete from search_word where generation < (select generation from search_index)`,
  ])
}
