// All of Souk's services, for those who run the whole shop in one process.
import type { AnyService } from '@souk/service'
import { gateway } from './gateway/service.ts'
import { inventory } from './inventory/service.ts'
import { notifications } from './notifications/service.ts'
import { orders } from './orders/service.ts'
import { payments } from './payments/service.ts'
import { products } from './products/service.ts'
import { storefront } from './storefront/service.ts'
import { users } from './users/service.ts'

export const allServices: readonly AnyService[] = [
  users,
  products,
  inventory,
  payments,
  orders,
  notifications,
  storefront,
  gateway,
]
