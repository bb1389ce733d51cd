// GET and POST /v1/auth/*: the routes of better-auth that the contract opens. Checks the path and the body; auth-handlers.ts and
// better-auth do the rest.
import { authBasePath, authBodies, authReads, authRoutes, usersApi } from '@souk/contracts/users'
import { handle, refuse } from '@souk/service'
import { readJson } from '@souk/service/http/read-json'
import { type Check, checkBody } from '@souk/service/http/validation'
import type { UsersContext } from '../context.ts'
import { recordEvent } from '../security-events.ts'
import { authHandlers } from './auth-handlers.ts'
import { type AuthRequest, codeIn, forward, isOfOrigin, replyFrom } from './forward-request.ts'
import { withoutTokens } from './session-replies.ts'

const route = usersApi.routes.authWrite
type AuthPath = keyof typeof authBodies
const checks = new Map<string, Check>(Object.entries(authBodies).map(([path, shape]) => [path, checkBody(shape)]))
/** The routes that hash a password. */
const hashing = new Set<string>([
  'sign-up/email',
  'sign-in/email',
  'reset-password',
  'change-password',
] satisfies AuthPath[])

export const authRead = handle(usersApi.routes.authRead, async (request, context: UsersContext) => {
  const path = pathOf(request.url)
  if (!(authReads as readonly string[]).includes(path)) refuse(route, 'not-found', 'There is no such sign-in route.')
  return replyFrom(await withoutTokens(await forward(request, context), request, context))
})

export const authWrite = handle(route, async (request, context: UsersContext) => {
  const path = pathOf(request.url)
  const check = checks.get(path)
  if (!check) refuse(route, 'not-found', 'There is no such sign-in route.')
  const body = readBody(request.headers['content-type'], request.body)
  const wrong = check(body)
  if (wrong) {
    const sentence = `The body is not what this route takes: ${wrong[0]?.path} ${wrong[0]?.message}.`
    refuse(route, 'invalid-request', sentence, { errors: wrong })
  }
  const authRequest: AuthRequest<never> = {
    body: body as never, // Checked above, by the shape of this path.
    request,
    context,
    forward: (changedBody) => forward(request, context, changedBody),
  }
  const answer = () => authHandlers[path as AuthPath](authRequest)
  // The gateway refuses other sites before; better-auth looks again.
  const response = await (hashing.has(path) ? context.resources.passwords.admit(answer) : answer())
  if (isOfOrigin(await codeIn(response))) recordEvent('origin-refused', request, context, { outcome: 'refused' })
  return replyFrom(await withoutTokens(response, request, context), authRoutes[path as AuthPath].refusals)
})

function pathOf(url: string): string {
  return url.split('?')[0]?.replace(`${authBasePath}/`, '') ?? ''
}

/** JSON only: a page of another site can post a form or text without a preflight request, but not JSON. */
function readBody(contentType: string | undefined, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {}
  if (!/^application\/json\b/i.test(contentType ?? ''))
    refuse(route, 'unsupported-media-type', 'Send this body as application/json.')
  return readJson(route, bytes, contentType)
}
