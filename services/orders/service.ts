// The orders service: what was bought. Everything it does, on one page.
import { join } from 'node:path'
import { ordersApi } from '@souk/contracts/orders'
import { defineService, every, makeTokenBuckets } from '@souk/service'
import { LRUCache } from 'lru-cache'
import { putCart, readCart, readMyCart } from './cart/carts.ts'
import { claimCart } from './cart/claim-cart.ts'
import { forgetCarts } from './cart/forget-carts.ts'
import { listShippingMethods } from './cart/list-shipping-methods.ts'
import { forgetPrices, rememberPrices } from './cart/price-list.ts'
import { makePricedCartCache } from './cart/priced-cart-cache.ts'
import { makeStockHints } from './cart/stock-hints.ts'
import { checkInvariants, invariantsOfOrders } from './check-invariants.ts'
import { advanceOnMessages } from './checkout/advance-on-messages.ts'
import { checkout } from './checkout/checkout.ts'
import { expireCheckouts } from './checkout/expire-checkouts.ts'
import { resumeCheckouts } from './checkout/resume-checkouts.ts'
import { calls, type Resources, settings } from './context.ts'
import { orderFigures, orderMetrics } from './metrics.ts'
import { adoptGuestOrders } from './order/adopt-guest-orders.ts'
import { cancel } from './order/cancel.ts'
import { cancelUnits } from './order/cancel-units.ts'
import { forgetAttempts } from './order/count-attempts.ts'
import { findByNumber } from './order/find-order.ts'
import { listOrders, readOrder, readTimeline } from './order/read-orders.ts'
import { refund } from './order/refund.ts'
import { ship } from './order/ship.ts'
import { closeWithdrawal } from './withdrawal/close-withdrawal.ts'
import { listWithdrawals } from './withdrawal/list-withdrawals.ts'
import { withdraw } from './withdrawal/withdraw.ts'

export const orders = defineService({
  name: 'orders',
  api: ordersApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  insertOnly: ['order_event'],
  plansByIndex: true,
  open: async ({ settings: chosen }) => ({
    resources: {
      stockHints: makeStockHints(),
      pricedCarts: makePricedCartCache(),
      newCarts: makeTokenBuckets(chosen.newCarts),
      forgottenCarts: { until: undefined },
      runningCheckouts: new Map(),
      paidOrders: new LRUCache({ max: 5_000 }),
    } satisfies Resources,
  }),
  routes: {
    putCart,
    readCart,
    readMyCart,
    claimCart,
    shippingMethods: listShippingMethods,
    checkout,
    list: listOrders,
    read: readOrder,
    find: findByNumber,
    withdraw,
    listWithdrawals,
    closeWithdrawal,
    timeline: readTimeline,
    cancel,
    cancelUnits,
    ship,
    refund,
  },
  reacts: [rememberPrices, forgetPrices, ...advanceOnMessages, adoptGuestOrders],
  metrics: orderMetrics,
  figures: [orderFigures, invariantsOfOrders],
  schedules: [
    checkInvariants,
    every(1, 'resume checkouts', resumeCheckouts),
    every(1, 'expire checkouts', expireCheckouts),
    every(600, 'forget carts', forgetCarts),
    every(600, 'forget attempts', forgetAttempts),
  ],
})
