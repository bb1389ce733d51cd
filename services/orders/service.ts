// The orders service: what was bought. Everything it does, on one page.
import { join } from 'node:path'
import { ordersApi } from '@souk/contracts/orders'
import { defineService, every } from '@souk/service'
import { cancel } from './cancel.ts'
import { forgetCarts, listShippingMethods, putCart, readCart } from './carts.ts'
import { checkout } from './checkout.ts'
import { calls, type Resources, settings } from './context.ts'
import { expireCheckouts } from './expire-checkouts.ts'
import { hearPayments } from './hear-payments.ts'
import { forgetPrices, rememberPrices } from './price-list.ts'
import { makePricedCarts } from './priced-carts.ts'
import { listOrders, readOrder, readTimeline } from './read-orders.ts'
import { refund } from './refund.ts'
import { resumeCheckouts } from './resume-checkouts.ts'
import { ship } from './ship.ts'
import { makeStockHints } from './stock-hints.ts'

export const orders = defineService({
  name: 'orders',
  api: ordersApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  plansByIndex: true,
  open: async () => {
    const pricedCarts = makePricedCarts()
    return {
      resources: {
        stockHints: makeStockHints(),
        pricedCarts,
        driving: new Map(),
        placed: new Set(),
      } satisfies Resources,
    }
  },
  routes: {
    putCart,
    readCart,
    shippingMethods: listShippingMethods,
    checkout,
    list: listOrders,
    read: readOrder,
    timeline: readTimeline,
    cancel,
    ship,
    refund,
  },
  reacts: [rememberPrices, forgetPrices, ...hearPayments],
  schedules: [
    every(1, 'resume checkouts', resumeCheckouts),
    every(1, 'expire checkouts', expireCheckouts),
    every(600, 'forget carts', forgetCarts),
  ],
})
