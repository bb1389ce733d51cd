// What search stores of a product: lexemes of its title, and of everything that can be searched.
import type { Stems } from './search-languages.ts'
import { plainText, type Word, wordsIn } from './search-text.ts'

/** What a product is found by. */
export interface Searchable extends SearchableTexts {
  readonly id: string
  readonly skus: readonly string[]
  /** The same texts in other languages. */
  readonly translations: readonly SearchableTexts[]
}
export interface SearchableTexts {
  readonly title: string
  /** The title of its category, the values of its attributes, and its keywords. */
  readonly shelf: string
  /** The title of the category above: a word there says less of the product. */
  readonly hall: string
  readonly description: string | null
}
export interface SearchWords {
  readonly title: readonly Word[]
  readonly shelf: readonly Word[]
  readonly hall: readonly Word[]
  readonly description: readonly Word[]
}
export interface SearchEntry {
  readonly title: string
  readonly titleWords: readonly string[]
  readonly words: readonly string[]
}

/** Of a longer description only this many words are searched. */
const mostOfDescription = 1_000
const mostOfShelf = 500
export const longestTitle = 100
const longestChain = 6
/** Letters of the two parts of a compound, at least. */
export const shortestBeginning = 3
export const shortestEnd = 4

/** The words of its original texts, and of each translation. */
export function wordsOfProduct({ translations, ...original }: Searchable): readonly SearchWords[] {
  return [original, ...translations].map(({ title, shelf, hall, description }) => ({
    title: wordsIn(title, { isIndexed: true }),
    shelf: wordsIn(shelf, { isIndexed: true, most: mostOfShelf }),
    hall: wordsIn(hall, { isIndexed: true }),
    description: wordsIn(description ?? '', { isIndexed: true, most: mostOfDescription }),
  }))
}

/** The lexemes of a product; which mark stands for what is told in migration 005, and '~' stands before the end of a compound. */
export function entryOf(product: Searchable, texts: readonly SearchWords[], stems: Stems): SearchEntry {
  const found = (words: readonly Word[], isEveryPair: boolean) => [
    ...lexemesOf(words, stems),
    ...joinsOf(words, { isEveryPair }),
  ]
  const ofTitle = texts.flatMap(({ title }) => found(title, true))
  const ofShelf = texts.flatMap(({ shelf }) => found(shelf, false))
  const ofOthers = texts.flatMap(({ hall, description }) => [...found(hall, false), ...found(description, false)])
  const endsOfTitle = texts.flatMap(({ title }) => endsOf(title, stems))
  const endsOfShelf = texts.flatMap(({ shelf }) => endsOf(shelf, stems))
  const asTyped = texts.flatMap(({ title }) => [
    ...title.flatMap((word) => word.spellings),
    ...joinsOf(title, { isEveryPair: false }),
  ])
  return {
    title: plainText(product.title, longestTitle),
    titleWords: unique([...ofTitle, ...endsOfTitle, ...asTyped.map((lexeme) => `=${lexeme}`)]),
    words: unique([
      ...ofTitle,
      ...ofShelf,
      ...ofOthers,
      ...endsOfShelf,
      ...[...ofTitle, ...endsOfTitle, ...ofShelf].map((lexeme) => `+${lexeme}`),
      ...endsOfTitle,
      ...product.skus.map((sku) => `#${joined(wordsIn(sku))}`),
    ]),
  }
}

export interface KnownWord {
  readonly word: string
  /** As it is written, with accents. */
  readonly shown: string
}

/** The words of a product that typing errors are compared with. */
export function knownWordsOf({ title, shelf, hall }: SearchWords): KnownWord[] {
  return [...title, ...shelf, ...hall]
    .filter((word) => !word.isUnspaced)
    .flatMap(({ text, spellings }) => spellings.map((word) => ({ word, shown: text })))
    .filter(({ word }) => word.length >= 3 && !/\d/.test(word))
}

/** Words as one, each in its first spelling. */
export function joined(words: readonly Word[]): string {
  return words.map((word) => word.spellings[0]).join('')
}

/** Two neighbors as one word, in their first and in their last spellings: "teapot" of "Tea Pot". */
export function joinOf(left: Word, right: Word): string[] {
  if (left.isUnspaced || right.isUnspaced) return []
  return unique([0, -1].map((place) => `${left.spellings.at(place)}${right.spellings.at(place)}`))
}

/** From each word on, the connected words: [T, Shirt] of "T-Shirt blue". */
export function chainsOf(words: readonly Word[]): Word[][] {
  const chains: Word[][] = []
  for (const word of words) {
    if (word.isConnected && chains.length > 0) chains.at(-1)?.push(word)
    else chains.push([word])
  }
  return chains
}

/** Whether connected words are also found as one. Two are a pair already, and many are no name. */
export function isJoinable(chain: readonly Word[]): boolean {
  return chain.length > 2 && chain.length <= longestChain && !chain.some((word) => word.isUnspaced)
}

/**
 * A word as the end of a compound: a Teekanne is a Kanne. Undefined for short words, by which many others end without being of their kind.
 */
export function endOfCompound(stem: string): string | undefined {
  return stem.length >= shortestEnd ? `~${stem}` : undefined
}

/** Everything that long words could be compounds of. Which ends are words is not known; nobody searches for the others. */
function endsOf(words: readonly Word[], stems: Stems): string[] {
  return words.flatMap((word) =>
    stems(word).stems.flatMap((stem) =>
      Array.from(
        { length: Math.max(0, stem.length - shortestEnd - shortestBeginning + 1) },
        (_, place) => `~${stem.slice(shortestBeginning + place)}`,
      ),
    ),
  )
}

function lexemesOf(words: readonly Word[], stems: Stems): string[] {
  return words.flatMap((word) => [...word.spellings, ...stems(word).stems])
}

function joinsOf(words: readonly Word[], { isEveryPair }: { isEveryPair: boolean }): string[] {
  const pairs = words.slice(1).flatMap((word, place) => {
    const before = words[place] as Word
    return isEveryPair || word.isConnected ? joinOf(before, word) : []
  })
  const chains = chainsOf(words).filter(isJoinable)
  return [...pairs, ...chains.map(joined)]
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)]
}
