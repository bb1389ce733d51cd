// What a request brings to prove who sends it: the session token, as a bearer token or in the session cookie, and the keys of a guest's orders.
import { parseCookie } from 'cookie'
import type { HttpRequest } from './request-context.ts'

export interface Credential {
  token: string
  kind: 'bearer' | 'cookie'
}

const orderKeysCookie = 'souk_order_keys'

/** The name of the users service's session cookie. Behind https its prefix binds it to https and to this host. */
export function sessionCookieName(publicUrl: string): string {
  return `${publicUrl.startsWith('https:') ? '__Host-souk' : 'souk'}.session_token`
}

/** The session token of a request. A bearer token counts before a cookie, even when it is unreadable. */
export function credentialOf(request: HttpRequest, cookieName: string): Credential | undefined {
  const { authorization, cookie } = request.headers
  if (authorization !== undefined) return { token: bearerToken(authorization) ?? '', kind: 'bearer' }
  if (!cookie?.includes(cookieName)) return undefined
  const token = parseCookie(cookie)[cookieName]
  return token === undefined ? undefined : { token, kind: 'cookie' }
}

export function bearerToken(authorization: string | string[] | undefined): string | undefined {
  return typeof authorization === 'string' ? /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] : undefined
}

/**
 * The key of an order in the cookie of the shop front, where scripts cannot read it. For reads alone: a stream of events cannot be
 * given headers by the page that opens it.
 */
export function orderKeyIn(request: HttpRequest, orderId: string): string | undefined {
  const { cookie } = request.headers
  if (!cookie?.includes(orderKeysCookie)) return undefined
  const entries = parseCookie(cookie)[orderKeysCookie]?.split('/') ?? []
  return entries.find((one) => one.startsWith(`${orderId}:`))?.slice(orderId.length + 1)
}
