// Whether a visitor seems to be signed in. The API alone knows; the cookie only tells whether it is worth asking.
import { ProblemError } from '@souk/contracts/client'
import type { AstroCookies } from 'astro'
import type { Shop } from './shop.ts'

export type Me = Awaited<ReturnType<Shop['users']['readMe']>>
const sessionCookies = ['__Host-souk.session_token', 'souk.session_token']

export function hasSession(cookies: AstroCookies): boolean {
  return sessionCookies.some((name) => cookies.has(name))
}

/** The customer who is signed in; undefined for guests, and when the session has ended. Throws when the API does not answer. */
export async function readMe({ shop, cookies }: { shop: Shop; cookies: AstroCookies }): Promise<Me | undefined> {
  if (!hasSession(cookies)) return undefined
  try {
    return await shop.users.readMe({})
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return undefined // The session has ended.
    throw error
  }
}
