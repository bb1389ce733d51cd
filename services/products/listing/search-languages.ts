// The languages of a shop, and the stems of its words: by PostgreSQL's Snowball dictionaries, each for words of its script.
import type { Sql } from '@souk/postgres'
import { LRUCache } from 'lru-cache'
import type { Word } from './search-text.ts'

const scripts = {
  arabic: 'Arabic',
  armenian: 'Armenian',
  greek: 'Greek',
  hindi: 'Devanagari',
  nepali: 'Devanagari',
  russian: 'Cyrillic',
  tamil: 'Tamil',
  yiddish: 'Hebrew',
} as const
const latin = [
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'estonian',
  'finnish',
  'french',
  'german',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'norwegian',
  'portuguese',
  'romanian',
  'serbian',
  'spanish',
  'swedish',
  'turkish',
] as const

const languages: ReadonlyMap<string, RegExp> = new Map([
  ...latin.map((name) => [name, /\p{Script=Latin}/u] as const),
  ...Object.entries(scripts).map(([name, script]) => [name, new RegExp(`\\p{Script=${script}}`, 'u')] as const),
])
const languageNames: readonly string[] = [...languages.keys()].sort()

/** A setting: names of languages, separated by commas. */
export function languageList(about: string, fallback: readonly string[]) {
  return {
    about: `${about} (${languageNames.join(', ')})`,
    fallback,
    read(value: string): readonly string[] | Error {
      const names = [...new Set(value.split(',').map((name) => name.trim().toLowerCase()))]
      const unknown = names.find((name) => !languages.has(name))
      return unknown === undefined ? names : new Error(`must name languages, and "${unknown}" is none of them`)
    },
  }
}

/** What the languages of a shop make of a word. */
export interface Stemmed {
  readonly stems: readonly string[]
  /** A word like "the", which says nothing where other words do. */
  readonly isStopWord: boolean
}
export type Stems = (word: Word) => Stemmed

const nothing: Stemmed = { stems: [], isStopWord: false }
/** By language and form of a word; an empty stem marks a stop word. */
const known = new LRUCache<string, string>({ max: 50_000 })

/** Looks up the stems of words, in one statement for those that are asked for the first time. */
export async function loadStems(sql: Sql, words: readonly Word[], shopLanguages: readonly string[]): Promise<Stems> {
  const wanted = new Set<string>()
  const stems = new Map<string, string>()
  // A batch of products has each word many times.
  const keysByText = new Map<string, readonly string[]>()
  for (const word of words) {
    if (keysByText.has(word.text)) continue
    const keys = keysOf(word, shopLanguages)
    keysByText.set(word.text, keys)
    for (const key of keys) {
      if (stems.has(key) || wanted.has(key)) continue
      const stem = known.get(key)
      if (stem === undefined) wanted.add(key)
      else stems.set(key, stem)
    }
  }
  if (wanted.size > 0) {
    for (const [key, stem] of await stemAll(sql, [...wanted])) {
      stems.set(key, stem)
      known.set(key, stem)
    }
  }
  const byText = new Map<string, Stemmed>()
  for (const [text, keys] of keysByText) {
    const found = keys.map((key) => stems.get(key) ?? '')
    byText.set(text, { stems: [...new Set(found.filter((stem) => stem !== ''))], isStopWord: found.includes('') })
  }
  return (word) => byText.get(word.text) ?? nothing
}

/** One for each language of the word's script and each form of the word. */
function keysOf(word: Word, shopLanguages: readonly string[]): string[] {
  if (word.isUnspaced) return []
  const forms = new Set([word.text, ...word.spellings])
  return shopLanguages
    .filter((language) => languages.get(language)?.test(word.text))
    .flatMap((language) => [...forms].map((form) => `${language} ${form}`))
}

async function stemAll(sql: Sql, keys: readonly string[]): Promise<[key: string, stem: string][]> {
  const rows = await sql<{ key: string; stem: string }>`
    select wanted.key,
      coalesce((ts_lexize((split_part(wanted.key, ' ', 1) || '_stem')::regdictionary, split_part(wanted.key, ' ', 2)))[1], '')
        as stem
    from unnest(${keys}::text[]) as wanted (key)`
  return rows.map(({ key, stem }) => [key, stem])
}
