// The visitor's cart: a guest's is found by a cookie, a customer's by the session. Changes go through one function, which reads the cart,
// changes it and writes it back under its version, and tries again when another tab was faster.
import { randomUUID } from 'node:crypto'
import { ProblemError } from '@souk/contracts/client'
import type { Cart, CartInput } from '@souk/contracts/orders'
import type { AstroCookies } from 'astro'
import { shopConfig } from '../../shop.config.ts'
import { setCookie } from './cookies.ts'
import type { Shop } from './shop.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const triesPerChange = 4

export interface Visitor {
  readonly shop: Shop
  readonly cookies: AstroCookies
  readonly url: URL
}

/** The visitor's cart, priced now, or undefined when there is none. */
export async function readCart({ shop, cookies }: Visitor): Promise<Cart | undefined> {
  const id = cookies.get('souk_cart')?.value
  if (!id || !uuid.test(id)) return undefined
  try {
    return await shop.orders.readCart({ params: { id } })
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined // It was forgotten, or is another customer's.
    throw error
  }
}

/** The cart's own fields, as they are written back. */
export function inputOf(cart: Cart | undefined): CartInput {
  if (!cart) return { currency: shopConfig.currency, lines: [] }
  const { email, currency, lines, shippingAddress, billingAddress, shippingMethod, codes } = cart
  return {
    email,
    currency,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
    shippingAddress,
    billingAddress,
    shippingMethod,
    codes,
  }
}

/** Changes the visitor's cart, making one when there is none, and notes its count for the header. Throws the API's problems. */
export async function changeCart(visitor: Visitor, change: (cart: CartInput) => CartInput): Promise<Cart> {
  const { shop, cookies, url } = visitor
  for (let tries = 1; ; tries++) {
    const before = await readCart(visitor)
    const isOpen = before?.status === 'open'
    const id = isOpen ? before.id : randomUUID()
    const headers: Record<string, string> = isOpen ? { 'if-match': `"${before.version}"` } : { 'if-none-match': '*' }
    try {
      const cart = await shop.orders.putCart({
        params: { id },
        body: change(inputOf(isOpen ? before : undefined)),
        headers,
      })
      setCookie(cookies, url, 'souk_cart', cart.id)
      noteCount(visitor, cart)
      return cart
    } catch (error) {
      const isOvertaken = error instanceof ProblemError && error.code === 'version-conflict'
      if (!isOvertaken || tries === triesPerChange) throw error
    }
  }
}

/** Notes how many items are in the cart, for the header of pages that are the same for everybody. */
export function noteCount({ cookies, url }: Visitor, cart: Cart | undefined): void {
  const count = cart?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0
  setCookie(cookies, url, 'souk_cart_count', String(count))
}
