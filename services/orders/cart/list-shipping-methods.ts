// GET /v1/shipping-methods. How we ship to a country, and what it costs.
import { ordersApi } from '@souk/contracts/orders'
import { handle } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { shippingMethodsFor } from './shipping.ts'

export const listShippingMethods = handle(
  ordersApi.routes.shippingMethods,
  async ({ query }, _context: OrdersContext) => ({
    items: shippingMethodsFor(query.country, query.currency ?? 'EUR', query.weightGrams ?? 0),
  }),
)
