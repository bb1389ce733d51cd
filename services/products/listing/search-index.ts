// Which search table is in use. Searches read one table; while a rebuild fills the other, products are written to both.
import { type Sql, Verbatim } from '@souk/postgres'
import { textRules } from './search-text.ts'

/** A table of search entries, and the languages of its stems. */
export interface SearchTable {
  readonly name: string
  readonly languages: readonly string[]
}
export interface SearchIndex {
  readonly live: SearchTable
  readonly building?: SearchTable
  /** The number of the rebuild that runs, or else of the last one. */
  readonly generation: number
}

interface Row {
  live: string
  languages: string[]
  building: string | null
  buildingLanguages: string[] | null
  generation: number
}

export async function readSearchIndex(sql: Sql): Promise<SearchIndex> {
  const [row] = await sql<Row>`
    select live, languages, building, building_languages, generation from search_index`
  if (!row) throw new Error('The table search_index has lost its row.')
  const { live, languages, building, buildingLanguages, generation } = row
  return {
    live: { name: live, languages },
    building: building === null ? undefined : { name: building, languages: buildingLanguages ?? [] },
    generation,
  }
}

/** Gives a new shop the languages of its settings, without a rebuild. Resolves with the index as it is now. */
export async function prepareSearchIndex(sql: Sql, languages: readonly string[]): Promise<SearchIndex> {
  await sql`
    update search_index
    set rules = ${textRules}, languages = ${languages}::text[]
    where rules = 0 and live <> 'search_before'`
  return readSearchIndex(sql)
}

/**
 * The lock that writers of products share. A rebuild takes it alone for a moment when it begins, so that every writer either has
 * committed before or writes to the new table too.
 */
export async function shareIndexLock(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtext('search-index'))`
}
export async function takeIndexLock(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('search-index'))`
}

/** The table's name as a part of a statement. */
export function nameOf({ name }: SearchTable): Verbatim {
  return new Verbatim(name)
}
