// Who is signed in, and where a page leads a visitor who must sign in first.
import { ProblemError } from '@souk/contracts/client'
import type { Me } from '@souk/contracts/users'
import type { AstroGlobal } from 'astro'
import type { Static } from 'typebox'
import { noteCount } from './cart.ts'
import { dropCookie, setCookie } from './cookies.ts'
import { linksIn } from './links.ts'

type Page = Pick<AstroGlobal, 'cookies' | 'url' | 'locals' | 'redirect'>

/** The answer of the API, or undefined when nobody is signed in. */
export async function ifSignedIn<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) return undefined
    throw error
  }
}

/** The profile of who is signed in, or undefined. */
export function whoIsSignedIn({ locals }: Pick<Page, 'locals'>): Promise<Static<typeof Me> | undefined> {
  return ifSignedIn(locals.shop.users.readMe({}))
}

/** Leads to the sign-in, which leads back here. Says that the session is over when the browser still has its cookie. */
export function signInFirst({ url, cookies, locals, redirect }: Page): Response {
  const query = new URLSearchParams({ to: url.pathname + url.search })
  if (cookies.has(sessionCookie(url))) query.set('over', '1')
  return redirect(`${linksIn(locals.language).account('sign-in')}?${query}`, 303)
}

/** The path that a visitor came from, when it is one of this shop; `otherwise` for everything else, so that no link leads to strangers. */
export function ownPath(text: string | null | undefined, url: URL, otherwise: string): string {
  if (!text?.startsWith('/') || text.length > 1_000 || !URL.canParse(text, url)) return otherwise
  const place = new URL(text, url)
  const path = place.pathname + place.search
  // Dots in a path go away only here: /en/..//site becomes //site, which browsers read as the address of another site.
  return place.origin === url.origin && !path.startsWith('//') ? path : otherwise
}

/** Takes a guest's cart along into the account, or finds the account's own. */
export async function takeCartAlong({ cookies, url, locals: { shop } }: Page): Promise<void> {
  const id = cookies.get('souk_cart')?.value
  try {
    const claimed = id ? await unlessRefused(shop.orders.claimCart({ params: { id } })) : undefined
    const cart = claimed ?? (await unlessRefused(shop.orders.readMyCart({})))
    if (!cart) return
    setCookie(cookies, url, 'souk_cart', cart.id)
    noteCount({ shop, cookies, url }, cart)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    // The orders service does not answer. The sign-in counts, and the cookie still names the guest's cart.
  }
}

/** Forgets the cart of an account that was signed out of; it stays in the account. */
export function forgetCart({ cookies }: Pick<Page, 'cookies'>): void {
  dropCookie(cookies, 'souk_cart')
  dropCookie(cookies, 'souk_cart_count')
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return undefined // It is gone, another's, or being bought.
    throw error
  }
}

/** As the users service names it: see services/users/sessions/session-cookie.ts. */
function sessionCookie(url: URL): string {
  return `${url.protocol === 'https:' ? '__Host-souk' : 'souk'}.session_token`
}
