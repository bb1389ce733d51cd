// The period of withdrawal: 14 days from the day on which the last parcel arrives. Carriers do not tell us when that is, so the last
// day counts on which it should have arrived; the customer never loses a day. A period that would end on a weekend ends on Monday
// (sections 355, 356 and 193 of the German civil code). Pure functions.
import type { Order } from '@souk/contracts/orders'
import { atWorkingDay, dayText, shopDay, workingDaysAfter } from '../cart/delivery-days.ts'
import { transitDays } from '../cart/shipping.ts'

const periodDays = 14

type Sent = Pick<Order, 'status' | 'shippingAddress'> & {
  shipments: readonly { shippedAt: string }[]
  shippingMethod: { id: string }
}

/** The last day of the period. Undefined while something is still to be sent: the period has not begun. */
export function withdrawalEnd(order: Sent): string | undefined {
  const end = lastDay(order)
  return end === undefined ? undefined : dayText(end)
}

/** True when the period had ended at this time. */
export function isLate(order: Sent, at: Date): boolean {
  const end = lastDay(order)
  return end !== undefined && shopDay(at) > end
}

function lastDay({ status, shipments, shippingMethod, shippingAddress }: Sent): number | undefined {
  if (status !== 'shipped' || shipments.length === 0) return undefined
  const sent = Math.max(...shipments.map(({ shippedAt }) => shopDay(new Date(shippedAt))))
  const [, latest] = transitDays(shippingMethod.id, shippingAddress.country) ?? [0, 0]
  return atWorkingDay(workingDaysAfter(sent, latest) + periodDays)
}
