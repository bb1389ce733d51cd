// Requests that match no route: a wrong path, a wrong method, a preflight, or a path that two readers could read differently.
import { commonRefusals } from '@souk/contracts'
import { answerOf, Refusal } from '@souk/service'
import type { Cors } from '../protect/cors.ts'
import { publicRoutes } from './public-routes.ts'
import type { HttpRequest } from './request-context.ts'
import type { OutgoingAnswer } from './responder.ts'

/** Doubled slashes, dots, encoded slashes and control characters, semicolons: none of our paths has them. */
const ambiguous = /\/\/|\\|;|%(2f|5c|2e|00|25|3b|0a|0d)|\/\.{1,2}(\/|$)/i

const patterns = publicRoutes.map(({ method, path }) => ({ method, pattern: patternOf(path) }))

/** The answer to a request that matches no route, or undefined when it matches one. */
export function refuseUnknown(request: HttpRequest, cors: Cors): OutgoingAnswer | undefined {
  const path = pathIn(request.raw.url ?? '/')
  const isAmbiguous = ambiguous.test(path)
  if (!request.is404 && !isAmbiguous) return undefined
  const methods = isAmbiguous ? [] : methodsOf(path)
  if (methods.length === 0) return notFound(request, path)
  const allow = methods.join(', ')
  if (request.method === 'OPTIONS') {
    return { status: 204, headers: { allow }, body: '', extra: cors.preflight(request.headers.origin, allow) }
  }
  const sentence = `${request.method} is not possible here; ${allow} is.`
  const refused = answerOf(
    new Refusal('method-not-allowed', commonRefusals['method-not-allowed'], sentence),
    request.id,
  )
  return { ...refused, headers: { ...refused.headers, allow } }
}

function notFound(request: HttpRequest, path: string): OutgoingAnswer {
  const sentence = `There is nothing at ${request.method} ${path.slice(0, 200)}.`
  return answerOf(new Refusal('not-found', 404, sentence), request.id)
}
function methodsOf(path: string): string[] {
  const methods = new Set<string>(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
  if (methods.has('GET')) methods.add('HEAD')
  return methods.size === 0 ? [] : [...methods, 'OPTIONS'].sort()
}
function pathIn(url: string): string {
  const mark = url.indexOf('?')
  return mark < 0 ? url : url.slice(0, mark)
}
function patternOf(path: string): RegExp {
  const source = path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+').replace(/\*/g, '.*')
  return new RegExp(`^${source}$`)
}
