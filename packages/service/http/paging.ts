// Keyset paging: a cursor holds the sort values of the last row of a page, so that later pages cost as much as the first.
import type { RouteDefinition } from '@souk/contracts'
import { Refusal } from './problems.ts'

/** The cursor after a row: opaque to clients. */
export function cursorOf(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** The values in a cursor; undefined without one. Refuses what we did not make (invalid-cursor). */
export function readCursor(
  _route: RouteDefinition,
  cursor: string | undefined,
  length: number,
): (string | number)[] | undefined {
  if (cursor === undefined) return undefined
  try {
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const fits =
      Array.isArray(values) &&
      values.length === length &&
      values.every((it) => (typeof it === 'string' && !it.includes('\0')) || Number.isFinite(it))
    if (fits) return values
  } catch {
    // Not JSON: refused below, like everything else that is not ours.
  }
  throw new Refusal('invalid-cursor', 400, 'This cursor is not one of ours. Start again from the first page.')
}

/** A time in a cursor, to the millisecond: a day that there was, in a year that the database knows. */
export function isTime(value: string | number | undefined): value is string {
  if (typeof value !== 'string' || value.length !== 24) return false
  const time = new Date(value)
  return time.getUTCFullYear() > 0 && time.toISOString() === value
}

export function isUuid(value: string | number | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
}

/** Cuts `limit + 1` fetched rows to a page. */
export function pageOf<T>(rows: readonly T[], limit: number, key: (row: T) => readonly (string | number)[]) {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(key(last)) : undefined }
}
