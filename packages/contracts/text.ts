// The schemas of texts in requests. People type Line, Lines and SearchText; programs make Opaque. Requests are cleaned and checked by
// the keyword x-text (packages/service/http/text-keyword.ts). Replies and messages, which may hold older texts, are not.
import { Type } from 'typebox'

interface TextOptions {
  minLength?: number
  maxLength: number
  description?: string
  pattern?: string
  /** For the API reference, where the name of the field says too little. */
  examples?: readonly string[]
}

/**
 * A human text on one line: a name, a title, a reason. It is stored in Unicode's form NFC, without spaces at its ends. Refused
 * are control characters, characters that change the direction of text, and characters that nobody sees. With `minLength: 1` it
 * must not be empty; without, an empty text is taken.
 */
export function Line(options: TextOptions) {
  return Type.String({ ...options, 'x-text': 'line' })
}
/** A human text that may have line breaks: a description, a note. They are stored as LF. */
export function Lines(options: TextOptions) {
  return Type.String({ ...options, 'x-text': 'lines' })
}
/** What somebody searches for. Nothing is refused: characters that no stored text has become spaces or are left out. */
export function SearchText(options: TextOptions) {
  return Type.String({ ...options, 'x-text': 'search' })
}
/** A list's filter by e-mail address. Its domain is read as in Email; another text is treated as SearchText. */
export function EmailFilter(options: TextOptions) {
  return Type.String({ ...options, 'x-text': 'email-filter' })
}
/** A text that a program has made (a cursor, a token, the id of a shipping method): visible ASCII characters, taken as they are. */
export function Opaque(options: TextOptions) {
  return Type.String({ ...options, 'x-text': 'opaque' })
}
/** A password: every character counts, so it is taken as it is. */
export function Secret(options: TextOptions) {
  return Type.String({ ...options, 'x-text': 'secret' })
}
/** A link that letters and pages show: an absolute https URL, stored as `new URL(text).href`. */
export function Link(options: TextOptions) {
  return Type.String({ ...options, 'x-text': 'link' })
}
/** Texts by name, both typed by people ({ "Größe": "M" }). */
export function Texts(name: TextOptions, value: TextOptions, options: Record<string, unknown> = {}) {
  return Type.Record(Type.String(), Line(value), { ...options, 'x-names': name.maxLength })
}
