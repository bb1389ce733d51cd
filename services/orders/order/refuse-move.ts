// Refuses what the state of an order does not allow. Every such refusal names the state, in its sentence and as `orderStatus`
// (the problem's own `status` is the HTTP status, RFC 9457).
import type { RefusalOf, RouteDefinition } from '@souk/contracts'
import { refuse } from '@souk/service'
import type { Order } from './order.ts'

/** `why` continues the sentence "This order is paid: ...". */
export function refuseMove<R extends RouteDefinition>(
  route: R,
  { status }: Pick<Order, 'status'>,
  code: RefusalOf<R>,
  why: string,
  more: Record<string, unknown> = {},
): never {
  refuse(route, code, `This order is ${status}: ${why}`, { orderStatus: status, ...more })
}
