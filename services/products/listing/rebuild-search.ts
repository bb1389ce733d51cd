// Builds the search data anew beside the running search, batch by batch, and then switches to it. It runs by itself after an upgrade
// that reads text in another way, and by `npm run reindex` when the languages have changed.
import { setTimeout as pause } from 'node:timers/promises'
import { isContention, isTransient, type Sql } from '@souk/postgres'
import { every } from '@souk/service'
import { clearCaches, type ProductsContext } from '../context.ts'
import { readSearchable, storeEntries } from './index-products.ts'
import { readSearchIndex, takeIndexLock } from './search-index.ts'
import { textRules } from './search-text.ts'

const batchSize = 200
/** Searches ask which table is in use at least this often. The table that was in use before stays as it is for longer. */
export const indexKeptSeconds = 1
const restSeconds = 5
/** A rebuild that has stood still for this long was interrupted, and the shop goes on with it. */
const interruptedSeconds = 30
/** How often a batch is tried that met other work on its products. */
const mostTries = 20
const firstId = '00000000-0000-0000-0000-000000000000'

interface Rebuilder {
  readonly sql: Sql
  transaction<T>(work: (transaction: { sql: Sql }) => Promise<T>): Promise<T>
}

/** After an upgrade, or an interrupted `npm run reindex`: builds the rest. A stop leaves it to the next start. */
export const rebuildSearch = every<ProductsContext>(5, 'rebuild-search', async (context, stopping) => {
  const { sql, settings } = context
  if (!(await isLeftToDo(sql))) return
  const { building } = await readSearchIndex(sql)
  if (!building && (await begin(context, settings.languages, { isForced: false })) !== 'begun') return
  while (!stopping.aborted && (await nextBatch(context))) {}
  clearCaches(context)
})

async function isLeftToDo(sql: Sql): Promise<boolean> {
  const [row] = await sql`
    select from search_index
    where case when building is null then rules < ${textRules}
      else built_at < clock_timestamp() - make_interval(secs => ${interruptedSeconds}) end`
  return row !== undefined
}

/**
 * Builds the whole search data anew, with stems of these languages; a rebuild that runs elsewhere begins again. Resolves with the
 * number of products.
 */
export async function rebuildAll(
  rebuilder: Rebuilder,
  languages: readonly string[],
  onProgress: (done: number, all: number) => void = () => undefined,
): Promise<number> {
  while ((await begin(rebuilder, languages, { isForced: true })) !== 'begun') await pause(500)
  const [{ all = 0 } = {}] = await rebuilder.sql<{ all: number }>`select count(*) as all from product`
  let done = 0
  for (let count = await nextBatch(rebuilder); count; count = await nextBatch(rebuilder)) {
    done += count
    onProgress(Math.min(done, all), all)
  }
  return done
}

type Begun = 'begun' | 'too-soon' | 'runs'

/** Begins to fill the table that is not in use. */
function begin(
  { transaction }: Rebuilder,
  languages: readonly string[],
  { isForced }: { isForced: boolean },
): Promise<Begun> {
  return transaction(async ({ sql }) => {
    await takeIndexLock(sql)
    // A search that read the row just before the last switch may still read the table of before.
    const [row] = await sql<{ isTooSoon: boolean; runs: boolean }>`
      select switched_at > clock_timestamp() - make_interval(secs => ${restSeconds}) as is_too_soon,
        building is not null as runs
      from search_index
      for update`
    if (row?.isTooSoon) return 'too-soon'
    if (row?.runs && !isForced) return 'runs'
    const [begun] = await sql<{ building: string }>`
      update search_index
      set building = case live when 'search_a' then 'search_b' else 'search_a' end, building_rules = ${textRules},
        building_languages = ${languages}::text[], built_until = ${firstId}, built_at = clock_timestamp(),
        generation = generation + 1
      returning building`
    await sql`select empty_search_table(${begun?.building})`
    return 'begun'
  })
}

/** Fills in the next products; tries again when they are locked for too long. Resolves with their number, 0 at the end. */
async function nextBatch(rebuilder: Rebuilder): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await rebuilder.transaction(({ sql }) => fillBatch(sql))
    } catch (error) {
      if (tries === mostTries || !(isContention(error) || isTransient(error))) throw error
      await pause(500)
    }
  }
}

/** After the last product it switches searches over. Several may run at once: each takes the row first. */
async function fillBatch(sql: Sql): Promise<number> {
  const [row] = await sql<{ builtUntil: string }>`
    select built_until from search_index where building is not null for update`
  const { building, generation } = await readSearchIndex(sql)
  if (!row || !building) return 0
  // Locked before they are read: a change that comes later writes its entry itself, after this one.
  const locked = await sql<{ id: string }>`
    select id from product where id > ${row.builtUntil} order by id limit ${batchSize} for no key update`
  const ids = locked.map(({ id }) => id)
  if (ids.length === 0) await switchOver(sql)
  else {
    await storeEntries(sql, await readSearchable(sql, ids), [building], generation)
    await sql`update search_index set built_until = ${ids.at(-1)}, built_at = clock_timestamp()`
  }
  return ids.length
}

async function switchOver(sql: Sql): Promise<void> {
  await Promise.all([
    sql`
      update search_index
      set live = building, rules = building_rules, languages = building_languages, switched_at = clock_timestamp(),
        building = null, building_rules = null, building_languages = null, built_until = null, built_at = null`,
    sql`delete from search_word where generation < (select generation from search_index)`,
  ])
}
