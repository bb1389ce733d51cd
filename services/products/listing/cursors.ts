// Pages: how many rows a statement asks for, and what may stand in a cursor. Clients could send anything, and the database
// would stumble over a time that is none.
import { Verbatim } from '@souk/service'

/**
 * A limit as a part of the statement's text. As a parameter it would be unknown to the planner, which then prepares for a
 * tenth of all products (65 ms for a page in place of 0.5). Only for numbers from our own code.
 */
export function atMost(count: number): Verbatim {
  return new Verbatim(`limit ${Math.trunc(count)}`)
}

/** Rows to fetch for a page: one of two numbers, so that there are few texts to prepare. */
export function rowsFor(limit: number): number {
  return limit <= 20 ? 21 : 101
}

/** A time as the database gives it, to the millisecond. */
export function isTime(value: string | number | undefined): value is string {
  if (typeof value !== 'string' || value.length !== 24) return false
  const time = new Date(value)
  return !Number.isNaN(time.getTime()) && time.toISOString() === value
}

export function isUuid(value: string | number | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
}
