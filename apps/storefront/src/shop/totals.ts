// The sum of a cart or an order, explained row by row. Before a shipping method is chosen, the cheapest is counted, and named as such.
import type { Cart, Totals } from '@souk/contracts/orders'
import type { Texts } from '../texts/texts.ts'
import { daysOf } from './delivery-days.ts'

export interface Row {
  readonly label: string
  readonly value: string
}
type Summed = {
  readonly totals: Totals
  readonly shippingMethod?: string
  readonly shippingMethods?: Cart['shippingMethods']
}

/** The rows above the total, the total, and the tax, as words. */
export function priceRows(cart: Summed, t: Texts, shippingName?: string): { rows: Row[]; total: string } {
  const totals = withShipping(cart)
  const { subtotal, discount, shipping, tax, total, taxIncluded, taxes = [] } = totals
  const rate = taxes.length === 1 ? t.number(taxes[0]?.rate ?? 0) : undefined
  const rows: Row[] = [{ label: t('buy.goods'), value: t.money(subtotal) }]
  if (discount.amount > 0) rows.push({ label: t('buy.discount'), value: `−${t.money(discount)}` })
  const name = shippingName ?? (cart.shippingMethod ? undefined : t('buy.shippingFromHome'))
  rows.push({
    label: name ? t('buy.shippingBy', { name }) : t('buy.shipping'),
    value: shipping.amount === 0 ? t('buy.free') : t.money(shipping),
  })
  const taxLabel = taxIncluded ? 'buy.taxIncluded' : 'buy.taxAdded'
  rows.push({ label: t(rate === undefined ? taxLabel : `${taxLabel}Rate`, { rate: rate ?? '' }), value: t.money(tax) })
  return { rows, total: t.money(total) }
}

/** The total with shipping in it: the chosen one, or the cheapest. */
export function totalOf(cart: Summed): Totals['total'] {
  return withShipping(cart).total
}

function withShipping({ totals, shippingMethod, shippingMethods = [] }: Summed): Totals {
  const [cheapest] = shippingMethods
  if (shippingMethod || !cheapest || totals.subtotal.amount === 0) return totals
  const { amount, currency } = cheapest.price
  const rate = totals.taxes?.[0]?.rate ?? 0
  const tax = Math.round((amount * rate) / (totals.taxIncluded ? 100 + rate : 100))
  const plus = (money: Totals['total'], more: number) => ({ amount: money.amount + more, currency })
  return {
    ...totals,
    shipping: cheapest.price,
    tax: plus(totals.tax, tax),
    total: plus(totals.total, amount + (totals.taxIncluded ? 0 : tax)),
  }
}

/** How much is missing until shipping costs nothing, and when the goods arrive. */
export function shippingNote(cart: Cart, t: Texts): string[] {
  const { totals, shippingMethod, shippingMethods, freeShippingFrom: freeFrom } = cart
  const method = shippingMethods.find(({ id }) => id === shippingMethod) ?? shippingMethods[0]
  const { subtotal, discount } = totals
  const missing = freeFrom && freeFrom.amount - (subtotal.amount - discount.amount)
  const notes: string[] = []
  if (method?.delivery) notes.push(t('buy.arrives', { days: daysOf(method.delivery, t) }))
  if (freeFrom && missing !== undefined && missing > 0)
    notes.push(t('buy.freeShippingFrom', { missing: t.money({ ...freeFrom, amount: missing }) }))
  return notes
}

/** The name of a way to ship in the language of the page; those that a merchant has added keep their own. */
export function shippingName(id: string, name: string, t: Texts): string {
  if (id === 'standard') return t('buy.shippingStandard')
  return id === 'express' ? t('buy.shippingExpress') : name
}
