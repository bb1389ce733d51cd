// Turns text into the words that search compares. Products and queries both go through `wordsIn`, so that a word is found however
// it is written: capitals, accents, umlauts, full-width letters, hyphens, and scripts that put no spaces between words.

/** A word, or two neighboring characters of a script without spaces. */
export interface Word {
  /** Lowercase, with its accents: what a stemmer reads. */
  readonly text: string
  /** How it may be written: without accents, and with ä as ae. At least one. */
  readonly spellings: readonly string[]
  /** True for characters of a script that puts no spaces between words. */
  readonly isUnspaced: boolean
  /** True when no space stands between the word before and this one, as in T-Shirt. */
  readonly isConnected: boolean
}

/** Counts up when a change of this file, or of what is read of a product, makes words of before and words of now differ. Every shop then rebuilds its search. */
export const textRules = 4

/** Longer words are cut. */
const longestWord = 40

/** Soft hyphen, Arabic lengthening, joiners, byte order mark. */
const invisible = /\u00ad|\u0640|\u200d|\u2060|\ufeff/gu
/** What is typed in place of an apostrophe. Unicode calls some of these letters, and some accents on a space. */
const apostrophes = /[`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2032]/g
/** A word begins with a letter or a digit: accents that stand on none are no word. */
const token = /(?<word>[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)|(?<between>[^\p{L}\p{N}]+)/gu
const asciiText = /^[\0-\x7f]*$/
/** The same for text in ASCII: ten times as fast. */
const asciiToken = /(?<word>[a-z0-9]+)|(?<between>[^a-z0-9]+)/g
const connector = /^[-\u2010-\u2015'\u2019._/&+\u00b7\u200c]$/u
const unspacedLetter =
  '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}]'
const run = new RegExp(`(?<unspaced>(?:${unspacedLetter}\\p{M}*)+)|(?:(?!${unspacedLetter}).)+`, 'gu')
const ascii = /^[a-z0-9 ]*$/
const cluster = /.\p{M}*/gu

/**
 * The words of a text, at most `most`. A run of a script without spaces becomes its pairs of neighboring characters; with
 * `isIndexed` its last character follows alone, so that every character begins one of its words.
 */
export function wordsIn(text: string, { isIndexed = false, most = Number.POSITIVE_INFINITY } = {}): Word[] {
  const words: Word[] = []
  const clean = cleaned(text)
  let isConnected = false
  for (const { groups } of clean.matchAll(asciiText.test(clean) ? asciiToken : token)) {
    if (groups?.between !== undefined) {
      isConnected = words.length > 0 && connector.test(groups.between)
      continue
    }
    const letters = groups?.word as string
    if (ascii.test(letters)) words.push(wordOf(letters, isConnected))
    else {
      for (const part of letters.matchAll(run)) {
        if (part.groups?.unspaced !== undefined) words.push(...pairsOf(part.groups.unspaced, isIndexed))
        else words.push(wordOf(part[0], isConnected))
        isConnected = true
      }
    }
    if (words.length >= most) return words.slice(0, most)
    isConnected = false
  }
  return words
}

/** The text as it is compared as a whole: its words with one space between, in their first spelling. */
export function plainText(text: string, longest: number): string {
  const words = [...cleaned(text).matchAll(token)].flatMap(({ groups }) => groups?.word ?? [])
  return [...folded(words.join(' '))].slice(0, longest).join('').trim()
}

function cleaned(text: string): string {
  return text.replace(apostrophes, "'").normalize('NFKC').replace(invisible, '').toLowerCase()
}

function wordOf(letters: string, isConnected: boolean): Word {
  if (ascii.test(letters)) {
    const text = letters.slice(0, longestWord)
    return { text, spellings: [text], isUnspaced: false, isConnected }
  }
  const text = [...letters].slice(0, longestWord).join('').normalize('NFC')
  const spellings = [...new Set([folded(text), folded(spelledOut(text))])]
  return { text, spellings, isUnspaced: false, isConnected }
}

function pairsOf(letters: string, isIndexed: boolean): Word[] {
  const characters = folded(letters).match(cluster) ?? []
  const word = (text: string): Word => ({ text, spellings: [text], isUnspaced: true, isConnected: false })
  const last = word(characters.at(-1) ?? '')
  if (characters.length === 1) return [last]
  const pairs = characters.slice(1).map((character, place) => word(`${characters[place]}${character}`))
  return isIndexed ? [...pairs, last] : pairs
}

/** Letters that are written as two where a keyboard lacks them. */
const twoLetters: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' }

function spelledOut(text: string): string {
  return text.replace(/[äöüøå]/g, (letter) => twoLetters[letter] as string)
}

/** Letters that have no accent to take away. Arabic and Hebrew letters that look alike or change at the end of a word are one. */
const plainLetters = new Map(
  Object.entries({
    ß: 'ss',
    æ: 'ae',
    œ: 'oe',
    ø: 'o',
    đ: 'd',
    ð: 'd',
    þ: 'th',
    ł: 'l',
    ħ: 'h',
    ı: 'i',
    ŧ: 't',
    ŋ: 'n',
    ς: 'σ',
    أ: 'ا',
    إ: 'ا',
    آ: 'ا',
    ٱ: 'ا',
    ة: 'ه',
    ى: 'ي',
    ی: 'ي',
    ک: 'ك',
    ך: 'כ',
    ם: 'מ',
    ן: 'נ',
    ף: 'פ',
    ץ: 'צ',
  }),
)
/** Combining accents, Hebrew points and Arabic vowel signs. й keeps its breve: it is a letter of its own. */
const accents = /(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed]/gu
/** The zeros of other scripts' digits; the nine others follow each. */
const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0]

function folded(text: string): string {
  if (ascii.test(text)) return text
  const bare = text.replace(/./gu, (letter) => plainLetters.get(letter) ?? letter)
  return bare.normalize('NFD').replace(accents, '').normalize('NFC').replace(/./gu, plainLetter)
}

function plainLetter(letter: string): string {
  const code = letter.codePointAt(0) as number
  if (code < 0x80) return letter
  // Katakana as hiragana.
  if (code >= 0x30a1 && code <= 0x30f6) return String.fromCodePoint(code - 0x60)
  const zero = zeros.find((first) => code >= first && code < first + 10)
  return zero === undefined ? letter : String(code - zero)
}
