// What may stand in a cursor. Clients could send anything, and the database would stumble over a time that is none.

/** A time as the database gives it, to the millisecond. */
export function isTime(value: string | number | undefined): value is string {
  if (typeof value !== 'string' || value.length !== 24) return false
  const time = new Date(value)
  return !Number.isNaN(time.getTime()) && time.toISOString() === value
}

export function isUuid(value: string | number | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
}
