// What is not behind any route: a wrong path, a wrong method, a path that tries to be read differently by two readers.
import { commonRefusals } from '@souk/contracts'
import { answerOf, Refusal } from '@souk/service'
import type { Origins } from '../protect/cors.ts'
import { frontPaths } from '../site/site-pages.ts'
import { publicRoutes } from './public-routes.ts'
import type { HttpRequest, Outgoing } from './responder.ts'

/** Doubled slashes, dots, encoded slashes and controls, semicolons: no path of ours has them. */
const trick = /\/\/|\\|;|%(2f|5c|2e|00|25|3b|0a|0d)|\/\.{1,2}(\/|$)/i

const doors = [
  ...publicRoutes.map(({ method, path }) => ({ method, pattern: patternOf(path) })),
  ...frontPaths.map((path) => ({ method: 'GET', pattern: patternOf(path) })),
]

/** The refusal of a request that has no route, or undefined when it has one. */
export function refuseUnknown(request: HttpRequest, origins: Origins): Outgoing | undefined {
  const path = pathIn(request.raw.url ?? '/')
  if (!request.is404 && !trick.test(path)) return undefined
  const methods = trick.test(path) ? [] : methodsOf(path)
  if (methods.length === 0) return notFound(request, path)
  const allow = methods.join(', ')
  if (request.method === 'OPTIONS') {
    return { status: 204, headers: { allow }, body: '', extra: origins.preflight(request, allow) }
  }
  const sentence = `${request.method} is not possible here; ${allow} is.`
  const refused = answerOf(
    new Refusal('method-not-allowed', commonRefusals['method-not-allowed'], sentence),
    request.id,
  )
  return { ...refused, headers: { ...refused.headers, allow } }
}

function notFound(request: HttpRequest, path: string): Outgoing {
  const sentence = `There is nothing at ${request.method} ${path.slice(0, 200)}.`
  return answerOf(new Refusal('not-found', 404, sentence), request.id)
}
function methodsOf(path: string): string[] {
  const methods = new Set(doors.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
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
