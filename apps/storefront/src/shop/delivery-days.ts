// The days on which a parcel should arrive, in words.
import type { Delivery } from '@souk/contracts/orders'
import type { Texts } from '../texts/texts.ts'

/** "2 to 4 December", or one day. */
export function daysOf({ from, to }: Delivery, t: Texts): string {
  if (from === to) return t.day(from)
  const isOneMonth = from.slice(0, 7) === to.slice(0, 7)
  return t('buy.dayRange', {
    from: isOneMonth ? t('buy.dayOfMonth', { day: Number(from.slice(8, 10)) }) : t.day(from),
    to: t.day(to),
  })
}
