// Translates between our requests and better-auth's: builds the request that better-auth receives, and turns its response into a
// reply or a refusal of this service.
import { type CommonRefusal, commonRefusals } from '@souk/contracts'
import { Refusal, type Reply, type Request, reply } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { inRequestScope } from './request-scope.ts'

/** A request to one of better-auth's routes that change something; its body has been checked. */
export interface AuthRequest<B> {
  body: B
  request: Request
  context: UsersContext
  /** Sends the request to better-auth, with this body. */
  forward(body: object): Promise<Response>
}

const fetchMetadata = ['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest']

/**
 * Sends a request to better-auth: POST with this body as JSON, GET without one. The request is built anew, so no header of the
 * client (Host, X-Forwarded-For) reaches better-auth. Resolves with better-auth's response, refusals included.
 */
export async function forward(request: Request, context: UsersContext, body?: unknown): Promise<Response> {
  const headers = headersFor(request)
  if (body !== undefined) headers.set('content-type', 'application/json')
  const forwarded = new globalThis.Request(new URL(request.url, context.shared.publicUrl), {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  return askBetterAuth(forwarded, request, context)
}

/** Sends better-auth a request of our own making. `request`: the client's, on whose behalf it is made. */
export async function askBetterAuth(
  made: globalThis.Request,
  { ip }: Pick<Request, 'ip'>,
  context: UsersContext,
): Promise<Response> {
  const { auth } = context.resources
  return inRequestScope({ context, ip }, () => auth.handler(made))
}

function headersFor({ headers, ip }: Request): Headers {
  const forwarded = new Headers({ accept: 'application/json' })
  // Node's fetch sends Sec-Fetch-Mode without Sec-Fetch-Site. better-auth would take it for a browser that hides its origin.
  const isBrowser = headers['sec-fetch-site'] !== undefined
  for (const name of ['cookie', 'origin', 'referer', ...(isBrowser ? fetchMetadata : [])]) {
    const value = headers[name]
    if (value) forwarded.set(name, value)
  }
  if (headers['x-session-token']) forwarded.set('authorization', `Bearer ${headers['x-session-token']}`)
  if (headers['user-agent']) forwarded.set('user-agent', headers['user-agent'].slice(0, 300))
  if (ip) forwarded.set('x-forwarded-for', ip)
  return forwarded
}

/**
 * The reply of this service for better-auth's response. Throws its errors as refusals, with codes in our spelling. A code that is not
 * one of the route's (`refusals`) becomes the common code of its status.
 */
export async function replyFrom(
  response: Response,
  refusals: Readonly<Record<string, number>> = {},
): Promise<Reply<Uint8Array>> {
  const body = Buffer.from(await response.arrayBuffer())
  if (response.status >= 400) {
    const { code, message } = errorIn(body)
    const declared = code !== undefined && code in refusals ? code : commonCodeOf(response.status)
    throw new Refusal(
      declared,
      refusals[declared] ?? commonRefusals[declared as CommonRefusal],
      message ?? 'This is not possible.',
    )
  }
  const headers: Record<string, string | string[]> = { 'cache-control': 'no-store' }
  for (const name of ['content-type', 'location', 'set-auth-token', 'access-control-expose-headers']) {
    const value = response.headers.get(name)
    if (value) headers[name] = value
  }
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  return reply<Uint8Array>(response.status, body, headers)
}

/** The code of better-auth's refusal, in our spelling. Leaves the response's body to be read. */
export async function codeIn(response: Response): Promise<string | undefined> {
  return response.ok ? undefined : errorIn(Buffer.from(await response.clone().arrayBuffer())).code
}

/** Whether better-auth has refused a request because another site made it. */
export function isOfOrigin(code: string | undefined): boolean {
  return code !== undefined && /origin|cross-site/.test(code)
}

function errorIn(body: Buffer): { code?: string; message?: string } {
  try {
    const { code, message } = JSON.parse(body.toString()) as { code?: unknown; message?: unknown }
    return {
      code: typeof code === 'string' ? code.toLowerCase().replaceAll('_', '-') : undefined,
      message: typeof message === 'string' ? message : undefined,
    }
  } catch {
    return {} // Some of its errors have no body; the status is enough.
  }
}
function commonCodeOf(status: number): CommonRefusal {
  if (status === 404) return 'not-found'
  if (status === 429) return 'too-many-requests'
  if (status >= 500) return 'internal-error'
  return status === 401 ? 'not-signed-in' : status === 403 ? 'not-allowed' : 'invalid-request'
}
