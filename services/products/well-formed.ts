// JSON can say half a character ("\ud800"), which no database column can hold. It becomes the replacement character.

/** The same value, with every text in it well formed. */
export function wellFormed<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'string' ? one.toWellFormed() : one)))
}
