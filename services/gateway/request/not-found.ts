// Requests that no story answers: with a malformed head, to a host that is not ours, to a wrong path, with a wrong method, a
// preflight, or a path that two readers could read differently.
import { commonRefusals, type Route } from '@souk/contracts'
import { answerOf, Refusal, wrongHead } from '@souk/service'
import type { Cors } from '../protect/cors.ts'
import { publicRoutes } from './public-routes.ts'
import type { HttpRequest } from './request-context.ts'
import type { OutgoingAnswer } from './responder.ts'

/** Doubled slashes, dots, encoded slashes and control characters, semicolons: none of our paths has them. */
const ambiguous = /\/\/|\\|;|%(2f|5c|2e|25|3b|[01][0-9a-f]|7f)|\/\.{1,2}(\/|$)/i

const patterns = publicRoutes.flatMap(({ method, path, rest }) =>
  (rest ?? ['*']).map((one) => ({ method, path, pattern: patternOf(path.replace('*', one)) })),
)
/** Paths that end in `*` and of which not every end is there; the router takes all of them. */
const listed = new Set(publicRoutes.flatMap(({ path, rest }) => (rest ? [path] : [])))
/** Pages in a language that the shop does not have: the shop front has a page that says so, and leads on. */
const inSomeLanguage = /^\/[a-z]{2}(\/|$)/

/** The answer to a request whose head is malformed, or undefined when it is well formed. */
export function refuseHead(request: HttpRequest): OutgoingAnswer | undefined {
  const refusal = wrongHead(request.raw)
  return refusal && { ...answerOf(refusal, request.id), code: refusal.code }
}

/** The answer to a request that matches no route, or undefined when it matches one. */
export function refuseUnknown(request: HttpRequest, cors: Cors): OutgoingAnswer | undefined {
  const path = pathIn(request.raw.url ?? '/')
  const isAmbiguous = ambiguous.test(path)
  const { url = '' } = request.routeOptions
  if (!request.is404 && !isAmbiguous && (!listed.has(url) || isIn(path, url, request.method))) return undefined
  const methods = isAmbiguous ? [] : methodsOf(path)
  // A path that is too long for its own route ends here, too.
  const isTooLong = request.method !== 'OPTIONS' && methods.includes(request.method)
  if (methods.length === 0 || isTooLong) return notFound(request, path)
  const allow = methods.join(', ')
  if (request.method === 'OPTIONS') {
    return { status: 204, headers: { allow }, body: '', extra: cors.preflight(request.headers, allow) }
  }
  return refused(request, 'method-not-allowed', `${request.method} is not possible here; ${allow} is.`, { allow })
}

/** The answer to a request to a host that is not ours (421 Misdirected Request, RFC 9110, 15.5.20). */
export function refuseHost(request: HttpRequest): OutgoingAnswer {
  const host = request.headers.host ?? ''
  const sentence = `While the development mailbox is open, this shop does not answer as ${host || 'a host without a name'}. Use localhost or SOUK_PUBLIC_URL, or add the host to GATEWAY_HOSTS.`
  return refused(request, 'unknown-host', sentence)
}

function notFound(request: HttpRequest, path: string): OutgoingAnswer {
  return refused(request, 'not-found', `There is nothing at ${request.method} ${path.slice(0, 200)}.`)
}
function refused(
  request: HttpRequest,
  code: keyof typeof commonRefusals,
  sentence: string,
  headers: Record<string, string> = {},
): OutgoingAnswer {
  const answer = answerOf(new Refusal(code, commonRefusals[code], sentence), request.id)
  return { ...answer, headers: { ...answer.headers, ...headers }, code }
}

/** Whether a path is one of those that stand for the `*` of a route. */
function isIn(path: string, route: string, method: string): boolean {
  const asked = method === 'HEAD' ? 'GET' : method
  if (asked === 'GET' && route === '/*' && inSomeLanguage.test(path)) return true
  return patterns.some((one) => one.path === route && one.method === asked && one.pattern.test(path))
}

/** The methods that a path has; `*` asks for those of the whole server (RFC 9110, 9.3.7). */
function methodsOf(path: string): string[] {
  const matching = path === '*' ? patterns : patterns.filter(({ pattern }) => pattern.test(path))
  const methods = new Set<string>(matching.map(({ method }) => method))
  if (methods.has('GET')) methods.add('HEAD')
  return methods.size === 0 ? [] : [...methods, 'OPTIONS'].sort()
}
function pathIn(url: string): string {
  const mark = url.indexOf('?')
  return mark < 0 ? url : url.slice(0, mark)
}
function patternOf(path: Route['path']): RegExp {
  const source = path
    .replace(/[.]/g, '\\.')
    .replace(/:\w+(\([^)]*\))?/g, (_, words) => words ?? '[^/]+')
    .replace(/\*/g, '.*')
  return new RegExp(`^${source}$`)
}
