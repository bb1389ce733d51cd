// Human text, cleaned and checked: what names, titles, reasons and descriptions may hold (contracts/text.ts says where each kind
// is used).

/** The text as it is stored, or what is wrong with it, as the end of a sentence that begins with the field's name. */
export type Read = { text: string } | { wrong: string }

const plainLine = /^[!-~](?:[ -~]*[!-~])?$/

/** Reads a text of one line, or of several. Trims it and brings it into NFC; an empty text is left empty. */
export function readText(given: string, mayHaveLines: boolean): Read {
  if (plainLine.test(given)) return { text: given }
  const text = (mayHaveLines ? given.replaceAll('\r\n', '\n') : given).normalize('NFC')
  const wrong = wrongCharacter(text, mayHaveLines)
  if (wrong !== undefined) return { wrong }
  const trimmed = text.trim()
  return trimmed === '' || isVisible(trimmed) ? { text: trimmed } : { wrong: 'must hold a character that can be seen' }
}

/** What somebody searches for: nothing is refused, because nothing is stored. */
export function readSearch(given: string): string {
  const seen = given
    .normalize('NFC')
    .replace(unseen, (one, place, text) => (isNeeded(one, place, text) ? one : isGap(one) ? ' ' : ''))
  return seen.replace(/\s+/gu, ' ').trim()
}

/** Characters that turn the direction of the text around them (UAX #9). */
const turning = /\p{Bidi_Control}/u
/**
 * Control characters, format characters, everything else that is drawn as nothing, noncharacters, and the separators of lines and
 * paragraphs. Not the format characters of Arabic, Syriac and Kaithi that are drawn around numbers.
 */
const unseen =
  /(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029]/gu
/** Letters and marks of scripts that are written without joiners: there a joiner only makes two texts that look the same. */
const unjoined =
  /[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Han}\p{scx=Hangul}\p{scx=Hiragana}\p{scx=Katakana}\p{ASCII}]/u
const emojiEnd = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u
const emojiStart = /\p{Extended_Pictographic}/u
const letterOrMark = /[\p{L}\p{M}]/u
const variable = /[\p{Emoji}\p{S}\p{P}\p{M}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Myanmar}]/u
/** The flag of a part of a country: a black flag and a code in tag characters. */
const flag = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{2,6}\u{e007f}/uy
const longestFlag = 16

/** Whether writing needs an unseen character at its place: joiners in scripts that join and between emoji, selectors, flags. */
function isNeeded(one: string, place: number, text: string): boolean {
  const code = one.codePointAt(0) as number
  const before = characterBefore(text, place)
  if (before === '') return false
  const isJoiner = code === 0x200c || code === 0x200d
  if (isJoiner && letterOrMark.test(before) && !unjoined.test(before)) return true
  if (code === 0x200d) return emojiEnd.test(before) && emojiStart.test(text.slice(place + 1, place + 3))
  if (code >= 0xfe00 && code <= 0xfe0f) return variable.test(before) && !/[\ufe00-\ufe0f]/.test(before)
  if (code >= 0xe0100 && code <= 0xe01ef) return /\p{scx=Han}/u.test(before)
  if (code >= 0x180b && code <= 0x180f) return /\p{scx=Mongolian}/u.test(before)
  return code >= 0xe0020 && code <= 0xe007f && isInFlag(place, text)
}

function characterBefore(text: string, place: number): string {
  const isPair = place > 1 && /[\udc00-\udfff]/.test(text[place - 1] as string)
  return text.slice(Math.max(0, place - (isPair ? 2 : 1)), place)
}

function isInFlag(place: number, text: string): boolean {
  const start = text.lastIndexOf('\u{1f3f4}', place)
  if (start < 0 || place - start > longestFlag) return false
  flag.lastIndex = start
  return flag.test(text) && place < flag.lastIndex
}

/** Line breaks, tabs and the like stand between words; other unseen characters stand inside them. */
function isGap(one: string): boolean {
  return /[\p{Cc}\p{Z}]/u.test(one)
}

function wrongCharacter(text: string, mayHaveLines: boolean): string | undefined {
  const found = firstWrong(text, mayHaveLines)
  if (found === undefined) return undefined
  const code = `U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
  if (turning.test(found)) return `must not hold a character that changes the direction of text (${code})`
  if (/[\n\r\u2028\u2029]/.test(found) && !mayHaveLines) return `must be one line, without line breaks (${code})`
  if (/\p{Cc}/u.test(found)) return `must not hold a control character (${code})`
  return `must not hold a character that nobody can see (${code})`
}

function firstWrong(text: string, mayHaveLines: boolean): string | undefined {
  for (const { 0: one, index } of text.matchAll(unseen)) {
    if (!(mayHaveLines && one === '\n') && !isNeeded(one, index, text)) return one
  }
  return undefined
}

/** U+2800 is a Braille cell without dots. */
function isVisible(text: string): boolean {
  return /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u.test(text)
}
