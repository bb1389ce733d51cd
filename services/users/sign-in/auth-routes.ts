// GET and POST /v1/auth/*: better-auth's own routes behind our doors. Only the routes in the contract are open; bodies are
// checked there; what goes in is a request of our own making, so that no header of a client (Host, X-Forwarded-For) is believed.
import { authBodies, authReads, usersApi } from '@souk/contracts/users'
import { handle, Refusal, type Reply, type Request, refuse, reply } from '@souk/service'
import { type Check, checkBody } from '@souk/service/http/validation'
import type { UsersContext } from '../context.ts'
import { type Ask, doors } from './auth-handlers.ts'
import { type Visit, visits } from './request-scope.ts'

const route = usersApi.routes.authWrite
type AuthPath = keyof typeof authBodies
const checks = new Map<string, Check>(Object.entries(authBodies).map(([path, shape]) => [path, checkBody(shape)]))
const hashing = new Set<string>([
  'sign-up/email',
  'sign-in/email',
  'reset-password',
  'change-password',
] satisfies AuthPath[])
const fetchMetadata = ['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest']

export const authRead = handle(usersApi.routes.authRead, async (request, context: UsersContext) => {
  const path = pathOf(request.url)
  const open = authReads.some((one) =>
    one.endsWith(':token') ? /^reset-password\/[A-Za-z0-9]+$/.test(path) : one === path,
  )
  if (!open) refuse(route, 'not-found', 'There is no such sign-in route.')
  return answered(await passOn(request, context))
})

export const authWrite = handle(route, async (request, context: UsersContext) => {
  const path = pathOf(request.url)
  const check = checks.get(path)
  if (!check) refuse(route, 'not-found', 'There is no such sign-in route.')
  const body = readBody(request.headers['content-type'], request.body)
  const wrong = check(body)
  if (wrong) {
    refuse(route, 'invalid-request', `The body is not what this route takes: ${wrong[0]?.path} ${wrong[0]?.message}.`, {
      errors: wrong,
    })
  }
  const ask: Ask<never> = {
    body: body as never,
    request,
    context,
    pass: (changed) => passOn(request, context, changed),
  }
  const enter = () => doors[path as AuthPath](ask)
  return answered(await (hashing.has(path) ? context.resources.passwords.admit(enter) : enter()))
})

function pathOf(url: string): string {
  return url.split('?')[0]?.replace('/v1/auth/', '') ?? ''
}

/** JSON only: a page of another site can send a form or text without being asked, but not JSON. */
function readBody(contentType: string | undefined, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {}
  if (!/^application\/json\b/i.test(contentType ?? ''))
    refuse(route, 'unsupported-media-type', 'Send this body as application/json.')
  const text = Buffer.from(bytes).toString()
  if (text.includes('\\u0000')) refuse(route, 'invalid-request', 'The body contains a NUL character.')
  try {
    return JSON.parse(text)
  } catch {
    refuse(route, 'invalid-request', 'The body is not valid JSON.')
  }
}

async function passOn({ url, headers, ip }: Request, context: UsersContext, body?: unknown): Promise<Response> {
  const auth = await context.resources.auth()
  const kept = new Headers({ accept: 'application/json' })
  // Node's fetch sends Sec-Fetch-Mode but no Site; better-auth would take it for a browser that hides its origin.
  const isBrowser = headers['sec-fetch-site'] !== undefined
  for (const name of ['cookie', 'origin', 'referer', ...(isBrowser ? fetchMetadata : [])]) {
    const value = headers[name]
    if (value) kept.set(name, value)
  }
  if (headers['x-session-token']) kept.set('authorization', `Bearer ${headers['x-session-token']}`)
  if (headers['user-agent']) kept.set('user-agent', headers['user-agent'].slice(0, 300))
  if (ip) kept.set('x-forwarded-for', ip)
  if (body !== undefined) kept.set('content-type', 'application/json')
  const request = new globalThis.Request(new URL(url, context.shared.publicUrl), {
    method: body === undefined ? 'GET' : 'POST',
    headers: kept,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const visit: Visit = { context }
  const response = await visits.run(visit, () => auth.handler(request))
  if (response.status >= 400 && visit.failure) throw visit.failure
  return response
}

/** better-auth's answer as one of ours: its errors become problems with a code in our spelling. */
async function answered(response: Response): Promise<Reply<Uint8Array>> {
  const body = Buffer.from(await response.arrayBuffer())
  if (response.status >= 400) {
    const said = problemIn(body)
    throw new Refusal(said.code ?? codeOf(response.status), response.status, said.message ?? 'This is not possible.')
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

function problemIn(body: Buffer): { code?: string; message?: string } {
  try {
    const { code, message } = JSON.parse(body.toString()) as { code?: unknown; message?: unknown }
    return {
      code: typeof code === 'string' ? code.toLowerCase().replaceAll('_', '-') : undefined,
      message: typeof message === 'string' ? message : undefined,
    }
  } catch {
    return {} // Some of its refusals have no body; the status says enough.
  }
}
function codeOf(status: number): string {
  if (status === 404) return 'not-found'
  return status === 401 ? 'not-signed-in' : status === 403 ? 'not-allowed' : 'invalid-request'
}
