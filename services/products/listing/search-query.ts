// Turns typed text into a search. Every word must match, the last one also half typed; words like "the" are left out beside others.
import type { Sql, Statement } from '@souk/postgres'
import { atMost } from './cursors.ts'
import { chainsOf, endOfCompound, isJoinable, joined, joinOf, longestTitle } from './search-entry.ts'
import type { SearchTable } from './search-index.ts'
import { loadStems, type Stems } from './search-languages.ts'
import { plainText, type Word, wordsIn } from './search-text.ts'

export interface Search {
  readonly table: SearchTable
  /** As it was typed. */
  readonly text: string
  /** The typed text as titles are compared. */
  readonly title: string
  readonly words: readonly SearchedWord[]
  /** The text as a SKU; undefined when it is too short to be one. */
  readonly sku?: string
}
interface SearchedWord {
  /** Lowercase, as it was typed. */
  readonly typed: string
  /** Lexemes that are the word as it was typed: in its spellings, and joined with connected neighbors. */
  readonly exact: readonly string[]
  /** Lexemes that will do, whole or as the beginning of one. */
  readonly prefixes: readonly string[]
  readonly loose: readonly string[]
  /** The same without what the word may only be the beginning of, where it is a word of the catalog itself. */
  readonly certain: readonly string[]
  /** Part of the search only while all words are like it. */
  readonly isStopWord: boolean
  /** What typing errors are looked for in; undefined for what has none, like numbers. */
  readonly correctable?: string
  /** The word alone, without neighbors. */
  readonly alone: string
  readonly shortest: string
}

const mostWords = 10
/** A text in a script without spaces has a word for every two characters. */
const mostUnspacedWords = 40
const shortestSku = 3
const longestSku = 64
/** Half-typed words: how many are looked at, and how many of them are searched, shorter ones first. */
const mostCompared = 500
const mostCompletions = 20
const noCompletions: readonly string[] = []

/** The search for a text; undefined when it has no letter and no digit. */
export async function searchFor(sql: Sql, text: string, table: SearchTable): Promise<Search | undefined> {
  const all = wordsIn(text, { most: mostUnspacedWords })
  const words = all.some((word) => word.isUnspaced) ? all : all.slice(0, mostWords)
  const last = words.at(-1)
  if (!last) return undefined
  const [stems, half] = await Promise.all([
    loadStems(sql, words, table.languages),
    completeLast(sql, words, last, table),
  ])
  const sku = joined(words)
  return {
    table,
    text,
    title: plainText(text, longestTitle),
    words: words.map((_, place) => searchedWord(words, place, stems, half)),
    sku: sku.length >= shortestSku && sku.length <= longestSku ? sku : undefined,
  }
}

/** What a half-typed word may become: whole lexemes, and beginnings of lexemes. */
interface HalfTyped {
  readonly whole: readonly string[]
  readonly prefixes: readonly string[]
  /** It is a word of the catalog as it stands. */
  readonly isKnown: boolean
}

/** What the last word may become, alone and joined with the word before: "t shi" may become tshirt. */
async function completeLast(
  sql: Sql,
  words: readonly Word[],
  last: Word,
  table: SearchTable,
): Promise<{ alone: HalfTyped; joined: HalfTyped }> {
  const before = words.at(-2)
  const joins = before ? joinOf(before, last) : []
  const isListed = table.name !== 'search_before'
  const [whole, wholeJoins] = await Promise.all([
    isListed && isPlain(last) ? findCompletions(sql, last.spellings) : noCompletions,
    isListed && joins.length > 0 ? findCompletions(sql, joins) : noCompletions,
  ])
  const isPart = last.isConnected || (before && (before.text.length === 1 || /\d/.test(before.text)))
  return {
    alone: {
      whole,
      prefixes: whole.length === 0 && hasPrefix(last) ? last.spellings : [],
      isKnown: last.spellings.some((spelling) => whole.includes(spelling)),
    },
    joined: { whole: wholeJoins, prefixes: isPart ? joins : [], isKnown: false },
  }
}

/** A word of letters, as the word list holds them. */
function isPlain(word: Word): boolean {
  return !word.isUnspaced && !/\d/.test(word.text)
}

/**
 * The words of the word list that begin like one of these. They are looked up one by one, which is seven times as fast as a prefix: for
 * that, PostgreSQL would gather the products of all lexemes that begin so.
 */
async function findCompletions(sql: Sql, beginnings: readonly string[]): Promise<string[]> {
  const rows = await sql<{ word: string }>`
    select completed.word
    from unnest(${beginnings}::text[]) as typed (word)
    cross join lateral (
      select s.word
      from search_word s
      where s.word >= typed.word collate "C" and s.word < typed.word || chr(1114111)
      ${atMost(mostCompared)}
    ) as completed
    order by length(completed.word), completed.word
    ${atMost(mostCompletions)}`
  return rows.map((row) => row.word)
}

function searchedWord(
  words: readonly Word[],
  place: number,
  stems: Stems,
  half: { alone: HalfTyped; joined: HalfTyped },
): SearchedWord {
  const word = words[place] as Word
  const [before, next] = [words[place - 1], words[place + 1]]
  const { stems: own, isStopWord } = stems(word)
  const left = before ? joinOf(before, word) : []
  const right = next ? joinOf(word, next) : []
  const chain = chainsOf(words).find((one) => one.includes(word)) ?? []
  const whole = isJoinable(chain) ? [joined(chain)] : []
  const connected = [...(word.isConnected ? left : []), ...(next?.isConnected ? right : []), ...whole]
  const alone = next ? undefined : half.alone
  const joins = place >= words.length - 2 ? half.joined : undefined
  const [first = ''] = word.spellings
  const whatItIs = [...word.spellings, ...withEnds(own)]
  const itself = [...whatItIs, ...(alone?.whole ?? [])]
  const joinedForms = [...left, ...right, ...whole, ...(joins?.whole ?? [])]
  return {
    typed: word.text,
    exact: [...word.spellings, ...connected],
    prefixes: [...(alone?.prefixes ?? []), ...(joins?.prefixes ?? [])],
    loose: [...itself, ...joinedForms],
    certain: [...(alone?.isKnown ? whatItIs : itself), ...joinedForms],
    isStopWord,
    correctable: word.isUnspaced || first.length < 3 || /\d/.test(first) ? undefined : first,
    alone: either(alone?.prefixes ?? [], itself, ''),
    shortest: [first.replace(/([aou])e/g, '$1'), ...word.spellings, ...own].reduce((a, b) =>
      b.length < a.length ? b : a,
    ),
  }
}

/** Stems, and the words that end with one. */
export function withEnds(stems: readonly string[]): string[] {
  return stems.flatMap((stem) => [stem, endOfCompound(stem) ?? stem])
}

/** Whether a word may be the beginning of a lexeme: a lone character is, a pair of them is whole; many numbers begin with 1. */
function hasPrefix({ isUnspaced, text }: Word): boolean {
  return isUnspaced ? [...text.replace(/\p{M}/gu, '')].length === 1 : !/^\d{1,2}$/.test(text)
}

/** That a product has every word. */
export function hasWords(sql: Sql, { words, sku }: Search): Statement {
  // Digits make the beginning of a SKU; a word would begin too many.
  const isSku = sku === undefined ? '' : ` | '#${sku}'${/\d/.test(sku) ? ':*' : ''}`
  return tsquery(sql, `(${everyWord(words, ({ loose }) => loose, '')})${isSku}`)
}

/** That a product has every word in its title, its category or its attributes. */
export function hasWordsOnShelf(sql: Sql, { words }: Search): Statement {
  return tsquery(
    sql,
    everyWord(words, ({ certain }) => certain, '+'),
  )
}

/** That a title has every word. */
export function titleHasWords(sql: Sql, { words }: Search): Statement {
  return tsquery(
    sql,
    everyWord(words, ({ certain }) => certain, ''),
  )
}

/** That a title has every word, the last one perhaps still being typed. */
export function titleHasBeginnings(sql: Sql, { words }: Search): Statement {
  return tsquery(
    sql,
    everyWord(words, ({ loose }) => loose, ''),
  )
}

/**
 * For each word, a pattern of titles with it: by its shortest form, without what umlauts are spelled out with. The order within a step
 * asks these of plain titles, which takes a fraction of the time that the lexemes take.
 */
export function titlePatterns({ words }: Search): string[] {
  return askedOf(words).map(({ shortest }) => `%${shortest}%`)
}

/** That a title has every word as it was typed. */
export function titleHasExactWords(sql: Sql, { words }: Search): Statement {
  return tsquery(sql, words.map(({ exact }) => either([], exact, '=')).join(' & '))
}

/** That a product has this SKU. */
export function hasSku(sql: Sql, { sku }: Search): Statement {
  return tsquery(sql, sku === undefined ? '' : `'#${sku}'`)
}

function everyWord(
  words: readonly SearchedWord[],
  formsOf: (word: SearchedWord) => readonly string[],
  mark: string,
): string {
  return askedOf(words)
    .map((word) => either(word.prefixes, formsOf(word), mark))
    .join(' & ')
}

/** The words that are asked for: without those like "the", unless there are only such. */
function askedOf(words: readonly SearchedWord[]): readonly SearchedWord[] {
  const telling = words.filter((word) => !word.isStopWord)
  return telling.length > 0 ? telling : words
}

/** Lexemes hold letters and digits only, so that quotes around them are enough. */
function either(prefixes: readonly string[], whole: readonly string[], mark: string): string {
  const all = [
    ...prefixes.map((lexeme) => `'${mark}${lexeme}':*`),
    ...whole.filter((lexeme) => !prefixes.includes(lexeme)).map((lexeme) => `'${mark}${lexeme}'`),
  ]
  return `(${[...new Set(all)].join(' | ')})`
}

/** As a subquery, whose value the planner does not see: with it, it would read whole tables for frequent words. */
function tsquery(sql: Sql, text: string): Statement {
  return sql`(select ${text}::tsquery)`
}
