// POST /v1/orders/find. A guest who has lost the link in the mail finds the order by its number and e-mail address. Both are easy to
// guess, so wrong pairs are counted, of each network, mailbox and number.
import { ordersApi } from '@souk/contracts/orders'
import { clientNetwork, handle, mailboxOf, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { accessKeyOf } from './access-key.ts'
import { bucketOf, countAttempt, hourlyAndDaily, refuseToWait, uncountAttempt } from './count-attempts.ts'
import { numberIn } from './order-number.ts'

const route = ordersApi.routes.find
/** Wrong pairs an hour, and a day. */
const ofOne = [10, 20] as const
const ofNetwork = [20, 60] as const

export interface Pair {
  number: string
  email: string
}

export const findByNumber = handle(route, async ({ body, ip }, context: OrdersContext) => {
  const found = await findByPair(body, ip, context)
  if ('waitSeconds' in found) refuseToWait(found.waitSeconds)
  if (!('id' in found)) {
    return refuse(route, 'order-not-found', 'We know no order with this number and this e-mail address. Check both.')
  }
  return { id: found.id, accessKey: accessKeyOf(found.id, context.settings.accessKeySecret) }
})

/**
 * The order that has this number and was placed with this address. Nothing is looked up, right or wrong, when too many wrong pairs
 * came before; then it says how long to wait. A wrong number and a wrong address take the same statements.
 */
export async function findByPair(
  { number, email }: Pair,
  ip: string,
  context: OrdersContext,
): Promise<{ id: string } | { waitSeconds: number } | { isWrong: true }> {
  const parsed = numberIn(number)
  const limits = [
    ...hourlyAndDaily(bucketOf('find from', clientNetwork(ip), context), ...ofNetwork),
    ...hourlyAndDaily(bucketOf('find for', mailboxOf(email), context), ...ofOne),
    ...(parsed > 0 ? hourlyAndDaily(bucketOf('find number', String(parsed), context), ...ofOne) : []),
  ]
  const waitSeconds = await countAttempt(limits, context)
  if (waitSeconds > 0) return { waitSeconds }
  const [order] = await context.sql<{ id: string }>`
    select id from orders where number = ${parsed} and lower(email) = lower(${email})`
  if (!order) return { isWrong: true }
  await uncountAttempt(limits, context)
  return order
}
