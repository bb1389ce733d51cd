// The days on which a parcel should arrive, in words.
import type { Delivery } from '@souk/contracts/orders'
import type { Texts } from '../texts/texts.ts'

/** "2 to 4 December", or one day. */
export function daysOf({ from, to }: Delivery, t: Texts): string {
  if (from === to) return t.day(from)
  const isOneMonth = from.slice(0, 7) === to.slice(0, 7)
  return t('buy.dayRange', { from: isOneMonth ? dayOfMonth(from, t) : t.day(from), to: t.day(to) })
}

function dayOfMonth(day: string, t: Texts): string {
  return t.language === 'de' ? `${Number(day.slice(8))}.` : String(Number(day.slice(8)))
}
