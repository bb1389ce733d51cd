// Keeps session tokens out of replies that a page's script can read. A browser has its token in a cookie that scripts cannot read; an
// API client gets it in the set-auth-token header, and nobody in a body.
import type { Request } from '@souk/service'
import { parseCookie } from 'cookie'
import type { UsersContext } from '../context.ts'
import { sessionCookie } from '../sessions/session-cookie.ts'

/** better-auth's response with no token in its body, and none in its headers for a client that uses the cookie. */
export async function withoutTokens(response: Response, request: Request, context: UsersContext): Promise<Response> {
  const headers = new Headers(response.headers)
  if (usesCookie(request, context)) {
    headers.delete('set-auth-token')
    headers.delete('access-control-expose-headers')
  }
  return new Response(withoutToken(await response.text()), { status: response.status, headers })
}

/**
 * Whether a client keeps its session in the cookie: it sent the cookie, or it is a browser (which says where its requests come from in
 * Sec-Fetch-Site) on a page that the cookie is sent from. Pages of other sites that may call the API are not, because browsers keep our
 * cookie from them.
 */
function usesCookie({ headers }: Request, { shared }: UsersContext): boolean {
  if (headers['x-session-token']) return false
  if (parseCookie(headers.cookie ?? '')[sessionCookie(shared.publicUrl)] !== undefined) return true
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'cross-site'
}

function withoutToken(body: string): string | null {
  if (body === '') return null
  const reply = JSON.parse(body) as { token?: unknown; session?: { token?: unknown } } | null
  if (typeof reply?.token === 'string') reply.token = null
  if (reply?.session) delete reply.session.token
  return JSON.stringify(reply)
}
