// Decides who may use a cart, and refuses a cart for which an order exists.
import type { Cart, ordersApi } from '@souk/contracts/orders'
import { type Caller, type Request, refuse } from '@souk/service'
import { maySee } from '../order/read-orders.ts'
import type { OrderOfCart } from './carts-table.ts'

type Asking = Pick<Request, 'headers' | 'caller'>
type Routes = typeof ordersApi.routes

/**
 * The id of a guest's cart is the key to it. A customer's cart exists for its owner and staff alone; so does a guest's cart that a
 * customer has bought.
 */
export function mayUse(cart: { customerId: string | null }, order: OrderOfCart | null, caller: Caller): boolean {
  const owner = cart.customerId ?? order?.customerId ?? null
  return owner === null || owner === caller.userId || caller.role === 'staff'
}

export function statusOf(order: OrderOfCart | null): Cart['status'] {
  return order === null ? 'open' : order.wasPaid ? 'ordered' : 'being-bought'
}

/** The id of the cart's order, for those who may see the order. */
export function orderIdFor(order: OrderOfCart | null, { headers, caller }: Asking, secret: string): string | undefined {
  return order && maySee(order, { headers, caller }, secret) ? order.id : undefined
}

/** Refuses to use a cart that an order exists for. */
export function refuseTaken(
  route: Routes['putCart'] | Routes['claimCart'] | Routes['checkout'],
  order: OrderOfCart,
  asking: Asking,
  secret: string,
): never {
  const more = { orderId: orderIdFor(order, asking, secret) }
  if (order.wasPaid) refuse(route, 'cart-ordered', 'This cart has been ordered. Start a new one.', more)
  refuse(
    route,
    'cart-being-bought',
    'This cart is being bought. Finish that order, or cancel it to use the cart again.',
    more,
  )
}
