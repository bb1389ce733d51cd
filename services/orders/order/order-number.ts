// Reads the number of an order as people type it.

/**
 * 100042 of S-100042, s 100 042 or #100042: people copy numbers with spaces, with another dash, or without the letter. 0, which no
 * order has, when the text is not a number.
 */
export function numberIn(text: string): number {
  const plain = text.replace(/[\s\p{Pd}.#]/gu, '')
  const number = Number(/^s?(\d{1,15})$/i.exec(plain)?.[1])
  return Number.isNaN(number) ? 0 : number
}
