// Recalculates what an order costs, independently of the code of the orders service: lines, shipping and tax, each rounded once,
// half up.
import type { Address, Money } from '@souk/contracts'

export interface OrderToAddUp {
  currency: string
  subtotalAmount: number
  discountAmount: number
  shippingAmount: number
  taxAmount: number
  totalAmount: number
  taxIncluded: boolean
  itemCount: number
  lines: {
    sku: string
    quantity: number
    unitPrice: Money
    discount?: Money
    lineTotal: Money
    tax: Money
    taxRate: number
  }[]
  shippingMethod: { price: Money }
  shippingAddress: Address
}

/** Returns what is wrong, in words, or undefined. */
export function wrongSumOf(order: OrderToAddUp): string | undefined {
  const { lines, taxIncluded } = order
  const rates = new Set(lines.map((line) => line.taxRate))
  if (rates.size !== 1) return `${rates.size} tax rates in one order`
  const [rate] = rates as unknown as [number]
  const discountOf = (line: OrderToAddUp['lines'][number]) => line.discount ?? { ...line.unitPrice, amount: 0 }
  for (const line of lines) {
    const { sku, quantity, unitPrice, lineTotal, tax } = line
    const discount = discountOf(line)
    const currencies = new Set([unitPrice, discount, lineTotal, tax].map((money) => money.currency))
    if (currencies.size !== 1 || !currencies.has(order.currency)) return `${sku} is in another currency`
    if (!Number.isInteger(quantity) || quantity < 1) return `${quantity} of ${sku}`
    if (
      discount.amount < 0 ||
      lineTotal.amount < 0 ||
      lineTotal.amount !== unitPrice.amount * quantity - discount.amount
    )
      return `${quantity} of ${sku} at ${unitPrice.amount}, less ${discount.amount}, make ${lineTotal.amount}`
    const due = taxOf(lineTotal.amount, rate, taxIncluded)
    if (tax.amount !== due) return `the tax of ${sku} is ${tax.amount}, and should be ${due}`
  }
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0)
  const subtotal = sum(lines.map((line) => line.unitPrice.amount * line.quantity))
  const discount = sum(lines.map((line) => discountOf(line).amount))
  const shipping = order.shippingMethod.price.amount
  const tax = sum(lines.map((line) => line.tax.amount)) + taxOf(shipping, rate, taxIncluded)
  const total = subtotal - discount + shipping + (taxIncluded ? 0 : tax)
  const expected = {
    subtotal: [order.subtotalAmount, subtotal],
    discount: [order.discountAmount, discount],
    shipping: [order.shippingAmount, shipping],
    tax: [order.taxAmount, tax],
    total: [order.totalAmount, total],
    'number of items': [order.itemCount, sum(lines.map((line) => line.quantity))],
  }
  for (const [what, [is, should]] of Object.entries(expected)) {
    if (is !== should) return `its ${what} is ${is}, and should be ${should}`
  }
  return undefined
}

/** The tax inside an amount, or on top of it. The rate is in percent, with at most two decimal places. */
function taxOf(amount: number, rate: number, isInside: boolean): number {
  const points = BigInt(Math.round(rate * 100))
  const whole = isInside ? 10_000n + points : 10_000n
  const [quotient, rest] = [(BigInt(amount) * points) / whole, (BigInt(amount) * points) % whole]
  return Number(quotient) + (rest * 2n >= whole ? 1 : 0)
}
