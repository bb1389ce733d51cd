// Serves public reads from the response cache. The same response goes to everybody, so callers are not identified; a
// cached URL costs a look-up and a write.
import type { Answer, CacheRule, Route } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import { clientNetwork, queryText } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import type { SecurityHeaders } from '../protect/security-headers.ts'
import { returnedHeaders } from '../request/forwarded-headers.ts'
import {
  anonymous,
  contextOf,
  type HttpReply,
  type HttpRequest,
  pathParams,
  type RequestContext,
  setRoute,
} from '../request/request-context.ts'
import type { Responder } from '../request/responder.ts'
import type { ReadResult } from './response-cache.ts'
import type { CachedResponse } from './response-store.ts'

/** How long a route's answers may be cached: only reads that are the same for everybody. */
export function cacheRuleOf(route: Route): CacheRule | undefined {
  return route.method === 'GET' && route.access === 'anyone' ? route.cache : undefined
}

/** Reads a route from the response cache or from its service. */
export function readThroughCache(
  { responseCache, retryingCalls }: GatewayContext['resources'],
  route: Route,
  rule: CacheRule,
  params: Record<string, unknown>,
  query: string,
  url?: string,
): Promise<ReadResult> {
  // A trace of its own, since a fetch serves several readers.
  const fetch = () => retryingCalls.call(route, { params, query, caller: anonymous, trace: newTrace() })
  return responseCache.read({ route, rule, params, query, fetch }, url)
}

/** Makes the handlers of cached reads. They call nothing that waits when the response is in the cache. */
export function makeCachedReads({ resources }: GatewayContext, responder: Responder) {
  const { rateLimit, loadShedding, responseCache } = resources

  return function cachedRead(route: Route, rule: CacheRule) {
    return (request: HttpRequest, reply: HttpReply): void => {
      const context = contextOf(request)
      setRoute(context, route)
      const network = clientNetwork(context.clientIp)
      rateLimit.take(route, { client: network, network })
      const url = request.raw.url as string // Requests that a server receives have one.
      const response = responseCache.at(url)
      if (response) send(request, reply, context, response, 'hit')
      else void readAndSend(route, rule, request, reply, url).catch((error) => reply.send(error))
    }
  }

  async function readAndSend(route: Route, rule: CacheRule, request: HttpRequest, reply: HttpReply, url: string) {
    loadShedding.check(route)
    const result = await loadShedding.during(() =>
      readThroughCache(resources, route, rule, pathParams(request), queryText(request), url),
    )
    if ('response' in result) send(request, reply, contextOf(request), result.response, result.from)
    else responder.send(request, reply, result.answer)
  }

  function send(
    request: HttpRequest,
    reply: HttpReply,
    context: RequestContext,
    response: CachedResponse,
    from: NonNullable<RequestContext['cache']>,
  ) {
    context.cache = from
    const known = request.headers['if-none-match']
    if (known !== undefined && isKnown(known, response.etag))
      responder.sendPrepared(request, reply, 304, response.notModifiedHeaders)
    else responder.sendPrepared(request, reply, 200, response.headers, response.body)
  }
}

/** Proxies weaken the tags that they pass on; for a GET that makes no difference. */
function isKnown(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

/** The headers of a cached response, made once. Browsers may keep it too, but ask each time whether it is still true. */
export function cachedHeaders(security: SecurityHeaders) {
  return ({ headers, body }: Answer, etag: string, policy: Route['securityPolicy']) => {
    const { etag: _, 'cache-control': __, 'content-security-policy': contentPolicy, ...others } = headers
    const notModifiedHeaders = ['etag', etag, 'cache-control', 'public, max-age=0, must-revalidate']
    if (contentPolicy !== undefined) notModifiedHeaders.push('content-security-policy', contentPolicy)
    security.addTo(notModifiedHeaders, headers, policy)
    const describeBody = [...returnedHeaders(others), 'content-length', String(Buffer.byteLength(body))]
    return { headers: [...describeBody, ...notModifiedHeaders], notModifiedHeaders }
  }
}
