// GET /v1/shipping-methods. How we ship to a country, what it costs, and when a parcel arrives that is ordered now.
import { ordersApi } from '@souk/contracts/orders'
import { handle } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { deliveryOf, shippingMethodsFor } from './shipping.ts'

export const listShippingMethods = handle(
  ordersApi.routes.shippingMethods,
  async ({ query }, { now }: OrdersContext) => {
    const { country, currency = 'EUR', weightGrams = 0 } = query
    const methods = shippingMethodsFor(country, currency, weightGrams)
    return { items: methods.map((method) => ({ ...method, delivery: deliveryOf(method.id, country, now()) })) }
  },
)
