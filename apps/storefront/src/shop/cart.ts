// The visitor's cart: a guest's is found by a cookie, a customer's by the cookie or the session. Changes go through one function, which
// reads the cart, changes it and writes it back under its version, and tries again when another tab was faster.
import { randomUUID } from 'node:crypto'
import { ProblemError } from '@souk/contracts/client'
import type { Cart, CartInput } from '@souk/contracts/orders'
import { type Language, languages } from '@souk/contracts/storefront'
import type { AstroCookies } from 'astro'
import { shopConfig } from '../../shop.config.ts'
import { dropCookie, setCookie } from './cookies.ts'
import type { Shop } from './shop.ts'
import { hasSession } from './signed-in.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const triesPerChange = 4
export const mostUnits = 999

export interface Visitor {
  readonly shop: Shop
  readonly cookies: AstroCookies
  readonly url: URL
}

/** The visitor's cart, priced now, or undefined when there is none. One that was bought meanwhile says so by its status. */
export async function readCart({ shop, cookies }: Visitor): Promise<Cart | undefined> {
  const id = cookies.get('souk_cart')?.value
  const cart = id && uuid.test(id) ? await unlessMissing(shop.orders.readCart({ params: { id } })) : undefined
  if (cart && cart.status !== 'ordered') return cart
  const own = hasSession(cookies) ? await unlessMissing(shop.orders.readMyCart({})) : undefined
  return own ?? cart
}

/** Undefined where the cart was forgotten, or is another customer's, or the session has ended. */
async function unlessMissing(cart: Promise<Cart>): Promise<Cart | undefined> {
  try {
    return await cart
  } catch (error) {
    if (error instanceof ProblemError && [401, 403, 404].includes(error.status)) return undefined // See above.
    throw error
  }
}

/** True when this browser had the cart of a customer and may not see it any more: the session has ended. */
export function isSignedOutOfCart({ cookies }: Pick<Visitor, 'cookies'>, cart: Cart | undefined): boolean {
  return cart === undefined && cookies.has('souk_cart') && cookies.has('souk_cart_owned')
}

/** The cart's own fields, as they are written back. */
export function inputOf(cart: Cart | undefined): CartInput {
  if (!cart) return { currency: shopConfig.currency, lines: [] }
  const { email, currency, language, lines, shippingAddress, billingAddress, shippingMethod, codes } = cart
  return {
    email,
    currency,
    language,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
    shippingAddress,
    billingAddress,
    shippingMethod,
    codes,
  }
}

/** Changes the visitor's cart, making one when there is none, and notes its count for the header. Throws the API's problems. */
export async function changeCart(visitor: Visitor, change: (cart: CartInput) => CartInput): Promise<Cart> {
  const { shop, url } = visitor
  for (let tries = 1; ; tries++) {
    const before = await readCart(visitor)
    const isOpen = before?.status === 'open'
    const id = isOpen ? before.id : randomUUID()
    const headers: Record<string, string> = isOpen ? { 'if-match': `"${before.version}"` } : { 'if-none-match': '*' }
    try {
      const input = change(inputOf(isOpen ? before : undefined))
      const body = { ...input, language: languageOf(url) ?? input.language }
      const cart = await shop.orders.putCart({ params: { id }, body, headers })
      noteCart(visitor, cart)
      return cart
    } catch (error) {
      const isOvertaken =
        error instanceof ProblemError && ['version-conflict', 'cart-being-bought'].includes(error.code)
      if (!isOvertaken || tries === triesPerChange) throw error
    }
  }
}

/** Puts units of a SKU into the cart, besides those that are there. Throws the API's problems: sku-unknown, for one. */
export function addToCart(visitor: Visitor, sku: string, quantity: number): Promise<Cart> {
  return changeCart(visitor, (cart) => {
    const line = cart.lines.find((one) => one.sku === sku)
    const units = Math.min(mostUnits, (line?.quantity ?? 0) + quantity)
    const lines = line
      ? cart.lines.map((one) => (one === line ? { sku, quantity: units } : one))
      : [...cart.lines, { sku, quantity: units }]
    return { ...cart, lines }
  })
}

/** Notes whose cart this browser has, and how many items are in it, for pages that are the same for everybody. */
export function noteCart(visitor: Visitor, cart: Cart): void {
  const { cookies, url } = visitor
  setCookie(cookies, url, 'souk_cart', cart.id)
  if (hasSession(cookies)) setCookie(cookies, url, 'souk_cart_owned', '1')
  else if (cookies.has('souk_cart_owned')) dropCookie(cookies, 'souk_cart_owned')
  noteCount(visitor, cart)
}

/** Notes how many items are in the cart, for the header of pages that are the same for everybody. */
export function noteCount({ cookies, url }: Visitor, cart: Cart | undefined): void {
  const count = unitsIn(cart)
  if (cookies.get('souk_cart_count')?.value !== String(count)) setCookie(cookies, url, 'souk_cart_count', String(count))
}

/** The cart of this browser was bought: the next thing that is put into it begins a new one. */
export function forgetCart({ cookies }: Pick<Visitor, 'cookies'>): void {
  for (const name of ['souk_cart', 'souk_cart_owned', 'souk_cart_count', 'souk_payment', 'souk_typed'] as const)
    dropCookie(cookies, name)
}

export function unitsIn(cart: Pick<Cart, 'lines' | 'status'> | undefined): number {
  if (!cart || cart.status === 'ordered') return 0
  return cart.lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

function languageOf(url: URL): Language | undefined {
  return languages.find((one) => one === url.pathname.split('/')[1])
}
