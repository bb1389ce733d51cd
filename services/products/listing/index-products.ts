// Writes the search entries of products, and adds their words to the word list. Every writer of products, categories included, calls
// it last in its transaction.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { json, type Sql } from '@souk/postgres'
import {
  entryOf,
  type KnownWord,
  knownWordsOf,
  type Searchable,
  type SearchWords,
  wordsOfProduct,
} from './search-entry.ts'
import { nameOf, readSearchIndex, type SearchTable, shareIndexLock } from './search-index.ts'
import { loadStems } from './search-languages.ts'

/** More of a description than this is not read. */
const mostCharacters = 10_000
/** Long texts are read in turns, so that other requests need not wait. */
const charactersPerTurn = 100_000

/** Stores the search entries of these products in the table that searches read, and in the one that is being filled. */
export async function indexProducts(sql: Sql, ids: readonly string[]): Promise<void> {
  const [, { live, building, generation }, products] = await Promise.all([
    shareIndexLock(sql),
    readSearchIndex(sql),
    readSearchable(sql, ids),
  ])
  const tables = [live, building].filter((table) => table !== undefined)
  await storeEntries(sql, products, tables, generation)
}

/** The products as they are now in this transaction. */
export function readSearchable(sql: Sql, ids: readonly string[]): PromiseLike<Searchable[]> {
  return sql<Searchable & { [column: string]: unknown }>`
    select p.id, p.title, left(p.description, ${mostCharacters}) as description,
      concat_ws(' | ', c.title, (
        select string_agg(attribute.value, ' | ')
        from jsonb_each_text(p.attributes) as attribute), array_to_string(p.keywords, ' | ')) as shelf,
      coalesce(parent.title, '') as hall,
      array(select v.sku from variant v where v.product_id = p.id order by v.position)::text[] as skus,
      coalesce((
        select json_agg(json_build_object('title', t.title, 'description', left(t.description, ${mostCharacters}),
          'hall', coalesce(parent.translations -> t.language ->> 'title', ''),
          'shelf', concat_ws(' | ', c.translations -> t.language ->> 'title', (
            select string_agg(t.words ->> attribute.value, ' | ')
            from jsonb_each_text(p.attributes) as attribute), array_to_string(t.keywords, ' | '))))
        from product_text t
        where t.product_id = p.id), '[]') as translations
    from product p
    left join category c on c.id = p.category_id
    left join category parent on parent.id = c.parent_id
    where p.id = any(${ids}::uuid[])`
}

/** Stores the entries of products in these tables. A shop from before has no table yet, only its old search columns. */
export async function storeEntries(
  sql: Sql,
  products: readonly Searchable[],
  tables: readonly SearchTable[],
  generation: number,
): Promise<void> {
  const analyzed = await analyzeAll(products)
  for (const table of tables) if (table.name !== 'search_before') await storeIn(sql, analyzed, table)
  await addKnownWords(
    sql,
    analyzed.flatMap(([, texts]) => texts.flatMap(knownWordsOf)),
    generation,
  )
}

type Analyzed = readonly [product: Searchable, texts: readonly SearchWords[]][]

async function analyzeAll(products: readonly Searchable[]): Promise<Analyzed> {
  const analyzed: [Searchable, readonly SearchWords[]][] = []
  let characters = 0
  for (const product of products) {
    analyzed.push([product, wordsOfProduct(product)])
    for (const { shelf, description } of [product, ...product.translations])
      characters += shelf.length + (description?.length ?? 0)
    if (characters < charactersPerTurn) continue
    characters = 0
    await nextTurn()
  }
  return analyzed
}

async function storeIn(sql: Sql, analyzed: Analyzed, table: SearchTable): Promise<void> {
  const words = analyzed.flatMap(([, texts]) =>
    texts.flatMap(({ title, shelf, hall, description }) => [...title, ...shelf, ...hall, ...description]),
  )
  const stems = await loadStems(sql, words, table.languages)
  const entries = analyzed.map(([product, texts]) => ({ id: product.id, ...entryOf(product, texts, stems) }))
  await sql`
    insert into ${nameOf(table)} as entry (
      id, is_published, category_id, created_at, sort_title, title, tags, lowest, title_words, words)
    select p.id, p.status = 'published', p.category_id, p.created_at, p.sort_title, made.title, p.tags,
      (
        select coalesce(jsonb_object_agg(price.currency, price.lowest), '{}')
        from product_price price
        where price.product_id = p.id),
      array_to_tsvector(made."titleWords"), array_to_tsvector(made.words)
    from jsonb_to_recordset(${json(entries)}::jsonb) as made (id uuid, title text, "titleWords" text[], words text[])
    join product p on p.id = made.id
    on conflict (id) do update
    set is_published = excluded.is_published, category_id = excluded.category_id, created_at = excluded.created_at,
      sort_title = excluded.sort_title, title = excluded.title, tags = excluded.tags, lowest = excluded.lowest,
      title_words = excluded.title_words, words = excluded.words`
}

/** In alphabetical order, so that two imports cannot deadlock. */
async function addKnownWords(sql: Sql, words: readonly KnownWord[], generation: number): Promise<void> {
  await sql`
    insert into search_word as known (word, shown, generation)
    select fresh.word, fresh.shown, ${generation}::integer
    from (
      select listed.word collate "C" as word, max(listed.shown collate "C") as shown
      from unnest(${words.map(({ word }) => word)}::text[], ${words.map(({ shown }) => shown)}::text[])
        as listed (word, shown)
      group by 1
    ) as fresh
    where not exists (
      select from search_word s
      where s.word = fresh.word and s.generation >= ${generation}::integer)
    order by fresh.word
    on conflict (word) do update
    set generation = greatest(known.generation, excluded.generation), shown = excluded.shown`
}
