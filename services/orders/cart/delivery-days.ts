// When a parcel should arrive. Carriers work from Monday to Friday. Public holidays are not left out, neither ours nor those of the
// destination: around one of them a parcel may come a day later.
import type { Delivery } from '@souk/contracts/orders'

/** Working days from the day on which the carrier takes the parcel: at the earliest, and at the latest. */
export type TransitDays = readonly [earliest: number, latest: number]

/** What is ordered before this hour of a working day, on the shop's own clock, leaves on that day. */
const cutOff = { hour: 14, timeZone: 'Europe/Berlin' }
const dayMs = 86_400_000
const minuteMs = 60_000

const shopClock = new Intl.DateTimeFormat('en-CA', {
  timeZone: cutOff.timeZone,
  dateStyle: 'short',
})
const shopHour = new Intl.DateTimeFormat('en', { timeZone: cutOff.timeZone, hour: 'numeric', hourCycle: 'h23' })

/** The first and the last day on which a parcel should arrive that is ordered at this time. */
export function deliveryDays([earliest, latest]: TransitDays, at: Date): Delivery {
  const leaves = dayOfLeaving(at)
  return { from: dayText(workingDaysAfter(leaves, earliest)), to: dayText(workingDaysAfter(leaves, latest)) }
}

/** The day on which something happened, on the shop's own clock, as a number of days since 1970. */
export function shopDay(at: Date): number {
  return Math.floor(Date.parse(shopClock.format(at)) / dayMs)
}

/** Formatting a time costs some microseconds, and a cart is priced often, so the last answer is kept for its minute. */
let known = { minute: Number.NaN, leaves: 0 }
function dayOfLeaving(at: Date): number {
  const minute = Math.floor(at.getTime() / minuteMs)
  if (minute !== known.minute) {
    const today = shopDay(at)
    const isInTime = Number(shopHour.format(at)) < cutOff.hour
    known = { minute, leaves: isWorkingDay(today) && isInTime ? today : workingDaysAfter(today, 1) }
  }
  return known.leaves
}

/** The nth working day after a day. */
export function workingDaysAfter(day: number, count: number): number {
  let [reached, left] = [day, count]
  while (left > 0) {
    reached += 1
    if (isWorkingDay(reached)) left -= 1
  }
  return reached
}

/** The day itself, or the next working day. */
export function atWorkingDay(day: number): number {
  return isWorkingDay(day) ? day : workingDaysAfter(day, 1)
}

/** The first of January 1970 was a Thursday. */
function isWorkingDay(day: number): boolean {
  const weekday = (day + 4) % 7
  return weekday !== 0 && weekday !== 6
}

/** 2026-12-02. */
export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}
