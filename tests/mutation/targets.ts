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
  {
    file: 'services/orders/checkout/after-purchase-steps.ts',
    tests: sagaTests,
    equivalent: {
      'return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2)) → return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 3))':
        'A number format always has digits: the type checker asks for the default.',
    },
  },
  { file: 'services/orders/order/refund.ts', tests: [...refundTests, 'services/orders/order/after-purchase.test.ts'] },
  {
    file: 'services/orders/order/cancel-units.ts',
    tests: [...refundTests, 'services/orders/order/cancel-units.test.ts'],
  },
  { file: 'services/orders/order/money-back.ts', tests: refundTests },
  {
    file: 'services/orders/order/money-left.ts',
    tests: [...refundTests, ...sagaTests],
    equivalent: {
      'const from = money.lines.find(({ sku }) => sku === line.sku)?.left ?? { amount: 0, tax: 0 } → const from = money.lines.find(({ sku }) => sku === line.sku)?.left ?? { amount: 1, tax: 0 }':
        'Nothing of an amount or a tax of zero is no tax either way.',
      'const from = money.lines.find(({ sku }) => sku === line.sku)?.left ?? { amount: 0, tax: 0 } → const from = money.lines.find(({ sku }) => sku === line.sku)?.left ?? { amount: 0, tax: 1 }':
        'Nothing of an amount or a tax of zero is no tax either way.',
    },
  },
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
  {
    file: 'services/payments/payment/payment-state.ts',
    tests: ['services/payments/payment/payment-state.test.ts'],
    equivalent: {
      "const plan = { checkInSeconds: secondsBeforeReversal[failures] ?? 60, reason: 'The order was not made.' } → const plan = { checkInSeconds: secondsBeforeReversal[failures] ?? 61, reason: 'The order was not made.' }":
        'There is a wait for each reversal: the type checker asks for the default.',
    },
  },
  {
    file: 'services/inventory/reserve/allocation.ts',
    tests: ['services/inventory/reserve/allocation.test.ts'],
    equivalent: {
      'return { sku, requested: quantities[index] ?? 0, locations, available: sumOf(locations) } → return { sku, requested: quantities[index] ?? 1, locations, available: sumOf(locations) }':
        'Every SKU has a quantity: the type checker asks for the default.',
      'return lines.sort((a, b) => (a.location < b.location ? -1 : 1)) → return lines.sort((a, b) => (a.location <= b.location ? -1 : 1))':
        'A SKU has one line per location.',
    },
  },
  {
    file: 'services/inventory/reserve/hold-bounds.ts',
    tests: ['services/inventory/reserve/hold-bounds.test.ts'],
    equivalent: {
      'const wanted = wish.quantities[index] ?? 0 → const wanted = wish.quantities[index] ?? 1':
        'Every SKU has a quantity: the type checker asks for the default.',
    },
  },
  {
    file: 'packages/service/calls/service-token.ts',
    tests: ['packages/service/calls/service-token.test.ts'],
    equivalent: {
      'if (!known) { → if (true) {': 'Keys are imported again, which only takes longer.',
      'imported.set(pair, known) → ;': 'Keys are imported again, which only takes longer.',
      'token.catch(() => minted.delete(key)) // The next call tries again. → ; // The next call tries again.':
        'The keys of a process never change, so the next call fails, too.',
    },
  },
  {
    file: 'packages/service/calls/service-keys.ts',
    tests: ['packages/service/calls/service-keys.test.ts', 'packages/service/calls/service-token.test.ts'],
  },
  {
    file: 'packages/messaging/consumer.ts',
    tests: ['packages/messaging/consumer.test.ts'],
    equivalent: {
      'const origin = originOf(batch[0]) → const origin = originOf(batch[1])':
        'Each reaction sets the trace of its own message first.',
      'await pause(recordMs) → ;': 'It only gathers more messages into one statement.',
      'if (rest.length > 0) { → if (true) {': 'The list is empty then: nothing is inserted.',
      'if (rest.length > 0) { → if (rest.length >= 0) {': 'The list is empty then: nothing is inserted.',
    },
  },
  { file: 'packages/messaging/message-handler.ts', tests: ['packages/messaging/consumer.test.ts'] },
  { file: 'packages/messaging/transports/bus-lease.ts', tests: ['packages/messaging/transports/bus-lease.test.ts'] },
]
