// Pages: how many rows a statement asks for, and which values a cursor may hold. Clients can send anything, and the database would
// fail on a number that it cannot represent.
import { Verbatim } from '@souk/postgres'

/** Where the page before ended: the value sorted by, and the id. */
export type After = readonly [key: string | number, id: string] | undefined

/**
 * A limit as a part of the statement's text. The planner does not know a parameter's value and plans for a tenth of all products
 * (65 ms for a page in place of 0.5). Only for numbers from our own code.
 */
export function atMost(count: number): Verbatim {
  return new Verbatim(`limit ${Math.trunc(count)}`)
}

/** At most this many matches are counted, and pages are numbered up to there. */
export const mostCounted = 5_000

/** For one product, for a page by default and for one of the shop front. A card of a row too many costs as much as that of a row shown. */
const usualRows = [2, 21, 25]

/** Rows to fetch for a page: one of few numbers, so that there are few texts to prepare. */
export function rowsFor(limit: number): number {
  return usualRows.find((count) => count > limit) ?? 101
}

/** Rows to fetch before a page by its number can be cut out: one of few numbers, too. */
export function rowsUpTo(skip: number, limit: number): number {
  const wanted = skip + rowsFor(limit)
  return [101, 501, 2_001].find((count) => count >= wanted) ?? mostCounted + 101
}

/** Whether a cursor's value can be the key of a search (relevance.ts). */
export function isRank(value: string | number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 9_999
}
