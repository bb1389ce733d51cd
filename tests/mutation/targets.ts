// The files in which decisions about stock, money and messages are made, and the tests that must notice when one of them changes.

export interface Target {
  file: string
  /** From fast to slow: a mutant is dead when one of them fails. */
  tests: string[]
  /** Mutants that change nothing that anybody can see, as `the line → the line`, with the reason. */
  equivalent?: Record<string, string>
}

const refundTests = ['services/orders/order/refund.test.ts']
const sagaTests = ['services/orders/checkout/checkout-saga.test.ts']

export const targets: readonly Target[] = [
  { file: 'services/orders/checkout/checkout-saga.ts', tests: sagaTests },
  { file: 'services/orders/checkout/placing-steps.ts', tests: sagaTests },
  { file: 'services/orders/checkout/after-purchase-steps.ts', tests: sagaTests },
  { file: 'services/orders/order/refund.ts', tests: [...refundTests, 'services/orders/order/after-purchase.test.ts'] },
  {
    file: 'services/orders/order/cancel-units.ts',
    tests: [...refundTests, 'services/orders/order/cancel-units.test.ts'],
  },
  { file: 'services/orders/order/money-back.ts', tests: refundTests },
  { file: 'services/orders/order/money-left.ts', tests: [...refundTests, ...sagaTests] },
  { file: 'services/orders/order/new-refund.ts', tests: [...refundTests, ...sagaTests] },
  {
    file: 'services/orders/order/order.ts',
    tests: ['services/orders/order/order.test.ts', ...refundTests, ...sagaTests],
  },
  { file: 'services/orders/cart/totals.ts', tests: ['services/orders/cart/totals.test.ts'] },
  {
    file: 'services/orders/cart/tax.ts',
    tests: ['services/orders/cart/tax.test.ts', 'services/orders/cart/totals.test.ts'],
  },
  { file: 'services/payments/payment/payment-state.ts', tests: ['services/payments/payment/payment-state.test.ts'] },
  { file: 'services/inventory/reserve/allocation.ts', tests: ['services/inventory/reserve/allocation.test.ts'] },
  { file: 'services/inventory/reserve/hold-bounds.ts', tests: ['services/inventory/reserve/hold-bounds.test.ts'] },
  { file: 'packages/service/calls/service-token.ts', tests: ['packages/service/calls/service-token.test.ts'] },
  {
    file: 'packages/service/calls/service-keys.ts',
    tests: ['packages/service/calls/service-keys.test.ts', 'packages/service/calls/service-token.test.ts'],
  },
  { file: 'packages/messaging/consumer.ts', tests: ['packages/messaging/consumer.test.ts'] },
  { file: 'packages/messaging/message-handler.ts', tests: ['packages/messaging/consumer.test.ts'] },
  { file: 'packages/messaging/transports/bus-lease.ts', tests: ['packages/messaging/transports/bus-lease.test.ts'] },
]
