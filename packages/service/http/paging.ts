// Keyset paging: a cursor holds the sort values of the last row of a page, so that later pages cost as much as the first.
import type { RouteDefinition } from '@souk/contracts'
import { Refusal } from './refusals.ts'

/** The cursor after a row with these sort values. Clients treat it as opaque. */
export function cursorOf(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** The `length` sort values in a cursor; undefined without a cursor. Refuses what `cursorOf` has not made (invalid-cursor). */
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
    // Not JSON: refused below.
  }
  throw new Refusal('invalid-cursor', 400, 'This cursor is not one of ours. Start again from the first page.')
}

/** True for a time in ISO 8601, in UTC and to the millisecond, that exists and that the database can hold. */
export function isTime(value: string | number | undefined): value is string {
  if (typeof value !== 'string' || value.length !== 24) return false
  const time = new Date(value)
  return time.getUTCFullYear() > 0 && time.toISOString() === value
}

/** True for a UUID in lowercase. */
export function isUuid(value: string | number | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
}

/** Makes a page of at most `limit` rows from `limit + 1` fetched ones. The last row shows whether there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number, key: (row: T) => readonly (string | number)[]) {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(key(last)) : undefined }
}
