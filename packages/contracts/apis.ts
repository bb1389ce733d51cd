// All contracts in one place, for code that needs all of them: the gateway, the API reference, tests.
import type { Api, MessageDefinition, Route } from './define.ts'
import { gatewayApi } from './gateway.ts'
import * as inventory from './inventory.ts'
import * as notifications from './notifications.ts'
import * as orders from './orders.ts'
import * as payments from './payments.ts'
import * as products from './products.ts'
import { storefrontApi } from './storefront.ts'
import * as users from './users.ts'

export const apis: readonly Api[] = [
  users.usersApi,
  products.productsApi,
  inventory.inventoryApi,
  orders.ordersApi,
  payments.paymentsApi,
  notifications.notificationsApi,
  storefrontApi,
  gatewayApi,
] as unknown as readonly Api[]

/** Every route of every service. */
export const allRoutes: readonly Route[] = apis.flatMap((api) => Object.values(api.routes))

/** Every message, by its type. */
export const allMessages: ReadonlyMap<string, MessageDefinition> = new Map(
  [users, products, inventory, orders, payments]
    .flatMap((contract) => Object.values(contract) as unknown[])
    .filter((it): it is MessageDefinition => typeof it === 'function' && 'keyField' in it)
    .map((definition) => [definition.type, definition]),
)

/** True for routes that the gateway serves to clients. */
export function isPublic(route: Route): boolean {
  return typeof route.access === 'string'
}
