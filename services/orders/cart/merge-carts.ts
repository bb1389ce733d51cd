// What a customer's cart becomes when a guest's cart is merged into it. A pure function.
import type { CartInput } from '@souk/contracts/orders'
import { mergeLines } from './price-cart.ts'

/** The most units of one SKU in a cart. */
export const mostUnits = 999
const mostLines = 200
const mostCodes = 10

/**
 * The quantities of a SKU add up, to at most 999, and, of what the guest's cart holds, to what is in stock; something that is sold
 * out stays in the cart, where it is shown with its problem. For everything else the customer's cart decides, and the guest's fills
 * the gaps. `available`: units by SKU, as far as known. Undefined when both together have too many lines for one cart.
 */
export function mergeCarts(
  own: CartInput,
  guest: CartInput,
  available: ReadonlyMap<string, number | undefined>,
): CartInput | undefined {
  const added = new Set(guest.lines.map((line) => line.sku))
  const lines = mergeLines([...own.lines, ...guest.lines]).map(({ sku, quantity }) => {
    const inStock = added.has(sku) ? available.get(sku) : undefined
    const most = inStock === undefined || inStock < 1 ? mostUnits : Math.min(mostUnits, inStock)
    return { sku, quantity: Math.min(quantity, most) }
  })
  if (lines.length > mostLines) return undefined
  const codes = [...new Set([...(own.codes ?? []), ...(guest.codes ?? [])])].slice(0, mostCodes)
  return {
    email: own.email ?? guest.email,
    currency: own.currency ?? guest.currency,
    language: own.language ?? guest.language,
    lines,
    shippingAddress: own.shippingAddress ?? guest.shippingAddress,
    billingAddress: own.billingAddress ?? guest.billingAddress,
    shippingMethod: own.shippingMethod ?? guest.shippingMethod,
    codes: codes.length > 0 ? codes : undefined,
  }
}
