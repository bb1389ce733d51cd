// Turns typed text into a search: every word must match, the last as a prefix; unknown words are replaced by similar catalog
// words.
import type { Sql, Statement } from '@souk/postgres'

/** For each word that was typed, the words that will do. */
export type Search = readonly (readonly string[])[]

const mostWords = 10

/** The search for a text; undefined when it has no letter and no digit. */
export function searchFor(text: string): Search | undefined {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]{1,40}/gu)
  return words ? words.slice(0, mostWords).map((word) => [word]) : undefined
}

/** The tsquery of a search. */
export function tsquery(sql: Sql, search: Search): Statement {
  const text = (groups: Search, mark: string) =>
    groups.map((words) => `(${words.map((word) => `'${word}'${mark}`).join(' | ')})`).join(' & ')
  const last = text(search.slice(-1), ':*')
  // Both readings of the last word: the stem of the whole word, and the beginning of a word.
  const stem = sql`to_tsquery('catalogue', ${last})`
  const lastWord = sql`${stem} || to_tsquery('catalogue_words', ${last})`
  if (search.length === 1) return sql`(select ${lastWord})`
  // A last word like "for" asks for nothing, once there are others.
  return sql`(
    select to_tsquery('catalogue', ${text(search.slice(0, -1), '')})
      && case when numnode(${stem}) = 0 then ''::tsquery else ${lastWord} end)`
}

/**
 * The same search, with words from the catalog beside those that it does not know; undefined when there is nothing to
 * correct. Alike are words with common trigrams, or with the same first letter, that are few letters apart.
 */
export async function corrected(sql: Sql, search: Search): Promise<Search | undefined> {
  const rows = await sql<{ place: number; word: string }>`
    with typed as (
      select place::int, plain_title(word) as word
      from unnest(${search.map((words) => words[0])}::text[]) with ordinality as list (word, place)
    )
    select typed.place, alike.word
    from typed
    cross join lateral (
      select known.word
      from (
        select s.word from search_word s where s.word % typed.word
        union
        select s.word from search_word s
        where s.word >= left(typed.word, 1) and s.word < chr(ascii(typed.word) + 1)
      ) as known
      where levenshtein_less_equal(known.word, typed.word, 3) <= least(3, (length(typed.word) + 1) / 3)
      order by levenshtein(known.word, typed.word), similarity(known.word, typed.word) desc, known.word
      limit 3
    ) as alike
    where length(typed.word) >= 3
      and typed.word !~ '[0-9]'
      and not exists (select from search_word s where s.word = typed.word)`
  if (rows.length === 0) return undefined
  return search.map((words, index) => [
    ...words,
    ...rows.filter((row) => row.place === index + 1).map((row) => row.word),
  ])
}
