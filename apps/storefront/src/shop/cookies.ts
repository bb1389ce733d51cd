// The cookies of the shop front. All are needed for what the visitor does here, so nobody is asked for consent.
import type { AstroCookies } from 'astro'

const hourSeconds = 3_600
const daySeconds = 24 * hourSeconds
const kept = {
  /** The id of a guest's cart, which is the key to it. */
  souk_cart: { httpOnly: true, maxAge: 30 * daySeconds },
  /** Set while that cart belongs to a customer, so that a page can say that the session has ended. */
  souk_cart_owned: { httpOnly: true, maxAge: 30 * daySeconds },
  /** How many items are in it, for the header. */
  souk_cart_count: { httpOnly: false, maxAge: 30 * daySeconds },
  /** The id of the order that this browser is placing and of its cart, so that a second click finds the first. */
  souk_attempt: { httpOnly: true, maxAge: daySeconds },
  /** The way to pay that was chosen in the checkout. */
  souk_payment: { httpOnly: true, maxAge: daySeconds },
  /** What was typed in the checkout and could not be stored yet. */
  souk_typed: { httpOnly: true, maxAge: hourSeconds },
  /** The keys of a guest's last orders. */
  souk_order_keys: { httpOnly: true, maxAge: 90 * daySeconds },
  /** What to say on the next page, once. */
  souk_notice: { httpOnly: true, maxAge: 60 },
  /** The same for cart and checkout, which say several things at once. */
  souk_told: { httpOnly: true, maxAge: 300 },
} as const
export type CookieName = keyof typeof kept

/** Sets one of our cookies. Behind https it is sent over https alone. */
export function setCookie(cookies: AstroCookies, url: URL, name: CookieName, value: string): void {
  cookies.set(name, value, { ...kept[name], path: '/', sameSite: 'lax', secure: url.protocol === 'https:' })
}

export function dropCookie(cookies: AstroCookies, name: CookieName): void {
  cookies.delete(name, { path: '/' })
}
