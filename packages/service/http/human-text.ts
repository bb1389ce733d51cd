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
  const text = given.normalize('NFC')
  const allowed = allowedPlaces(text)
  const seen = text.replace(unseen, (one, place) => (allowed.has(place) ? one : /[\p{Cc}\p{Z}]/u.test(one) ? ' ' : ''))
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
/** Letters of scripts that are written without joiners; after them a joiner only makes two texts that look the same. */
const unjoined =
  '\\p{scx=Latin}\\p{scx=Greek}\\p{scx=Cyrillic}\\p{scx=Han}\\p{scx=Hangul}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{ASCII}'
/** Unseen characters where writing needs them: joiners in scripts that join and between emoji, variation selectors, flags. */
const allowedUnseen = new RegExp(
  [
    '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})',
    `(?<=(?![${unjoined}])[\\p{L}\\p{M}])[\\u200c\\u200d]`,
    '(?<=[\\p{Emoji}\\p{S}\\p{P}\\p{M}\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Myanmar}])[\\ufe00-\\ufe0f]',
    '(?<=\\p{scx=Han})[\\u{e0100}-\\u{e01ef}]',
    '(?<=\\p{scx=Mongolian})[\\u180b-\\u180f]',
    '(?<=\\u{1f3f4})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{2,6}\\u{e007f}',
  ].join('|'),
  'gu',
)

function wrongCharacter(text: string, mayHaveLines: boolean): string | undefined {
  const allowed = allowedPlaces(text)
  const found = [...text.matchAll(unseen)].find(
    ({ 0: one, index }) => !allowed.has(index) && !(mayHaveLines && one === '\n'),
  )?.[0]
  if (found === undefined) return undefined
  const code = `U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
  if (turning.test(found)) return `must not hold a character that changes the direction of text (${code})`
  if (/[\n\r\u2028\u2029]/.test(found) && !mayHaveLines) return `must be one line, without line breaks (${code})`
  if (/\p{Cc}/u.test(found)) return `must not hold a control character (${code})`
  return `must not hold a character that nobody can see (${code})`
}

/** Where unseen characters stand that writing needs. */
function allowedPlaces(text: string): ReadonlySet<number> {
  const places = new Set<number>()
  for (const { 0: found, index } of text.matchAll(allowedUnseen)) {
    for (let place = index; place < index + found.length; place++) places.add(place)
  }
  return places
}

/** U+2800 is a Braille cell without dots. */
function isVisible(text: string): boolean {
  return /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u.test(text)
}
