// Corrects a search: words that no product has are replaced by similar ones from the word list.
import type { Sql } from '@souk/postgres'
import { atMost } from './cursors.ts'
import { shortestBeginning, shortestEnd } from './search-entry.ts'
import { nameOf } from './search-index.ts'
import { loadStems } from './search-languages.ts'
import { type Search, withEnds } from './search-query.ts'
import { wordsIn } from './search-text.ts'

export interface Corrected {
  readonly search: Search
  /** The typed text with the best of the similar words in it. */
  readonly text: string
}
interface Alike {
  readonly place: number
  readonly word: string
  readonly shown: string | null
}

/** How many similar words are looked up in products, in how many of them each, and how many are searched. */
const mostAlikeCompared = 8
const mostUsesCounted = 50
const mostAlike = 3

/**
 * The same search, with words from the word list beside those that no published product has; undefined when there is nothing to
 * correct.
 */
export async function corrected(sql: Sql, search: Search): Promise<Corrected | undefined> {
  const rows = await findAlike(sql, search)
  if (rows.length === 0) return undefined
  const formsOf = ({ word, shown }: Alike) => wordsIn(shown ?? word)
  const stems = await loadStems(sql, rows.flatMap(formsOf), search.table.languages)
  const better: (string | undefined)[] = []
  const words = search.words.map((word, index) => {
    const found = rows.filter((row) => row.place === index + 1)
    const alike = found.flatMap((row) => [row.word, ...formsOf(row).flatMap((form) => withEnds(stems(form).stems))])
    better.push(found[0] && (found[0].shown ?? found[0].word))
    return {
      ...word,
      loose: [...word.loose, ...alike],
      certain: [...word.certain, ...alike],
      shortest: alike[0] ?? word.shortest,
    }
  })
  return { search: { ...search, words }, text: withBetterWords(search, better) }
}

/**
 * For each word that no published product has, the nearest that published products have; of words as near as each other, those that more
 * products have. Alike are words with common trigrams, or with the same first letter, that are few letters apart. After those that are one letter apart come the words that a compound ends with,
 * longer ones first: the Teekanne of a Porzellanteekanne.
 */
function findAlike(sql: Sql, { table, words }: Search): PromiseLike<Alike[]> {
  return sql<Alike & { [column: string]: unknown }>`
    with typed as (
      select listed.place::int, listed.word collate "C" as word, listed.query::tsquery as query
      from unnest(
        ${words.map(({ correctable }) => correctable ?? '')}::text[], ${words.map(({ alone }) => alone)}::text[]
      ) with ordinality as listed (word, query, place)
      where listed.word <> ''
    )
    select typed.place, alike.word, alike.shown
    from typed
    cross join lateral (
      select near.word, near.shown,
        rank() over (order by near.distance, used.count desc) as rank
      from (
        select s.word, s.shown, levenshtein(s.word, typed.word) as distance
        from search_word s
        where (s.word % typed.word or (s.word >= left(typed.word, 1) and s.word < chr(ascii(typed.word) + 1)))
          and levenshtein_less_equal(s.word, typed.word, 3) <= least(3, (length(typed.word) + 1) / 3)
        union all
        select s.word, s.shown, 1 + 1.0 / length(s.word)
        from search_word s
        where s.word = any(array(
          select right(typed.word, size)
          from generate_series(${shortestEnd}::integer, length(typed.word) - ${shortestBeginning}::integer) as size))
        order by distance
        ${atMost(mostAlikeCompared)}
      ) as near
      cross join lateral (
        select count(*)
        from (
          select from ${nameOf(table)} as entry
          where entry.is_published and entry.words @@ near.word::tsquery
          ${atMost(mostUsesCounted)}
        ) as entry
      ) as used
      where used.count > 0
      order by rank, similarity(near.word, typed.word) desc, near.word
      ${atMost(mostAlike)}
    ) as alike
    where alike.rank = 1 and not exists (
      select from ${nameOf(table)} as entry where entry.is_published and entry.words @@ typed.query)
    order by typed.place, similarity(alike.word, typed.word) desc, alike.word`
}

/** The typed text with better words in it, for people. */
function withBetterWords({ text, words }: Search, better: readonly (string | undefined)[]): string {
  let [rest, shown] = [text, '']
  for (const [place, { typed }] of words.entries()) {
    const start = rest.toLowerCase().indexOf(typed)
    // Typed in letters that are compared as others, such as full-width ones.
    if (start < 0) return words.map((word, index) => better[index] ?? word.typed).join(' ')
    const end = start + typed.length
    shown += rest.slice(0, start) + (better[place] ?? rest.slice(start, end))
    rest = rest.slice(end)
  }
  return shown + rest
}
