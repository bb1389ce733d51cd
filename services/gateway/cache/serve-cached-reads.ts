// Serves public reads from the response cache. The same response goes to everybody, so callers are not identified; a
// cached URL costs a look-up and a write.
import type { Answer, CacheRule, Route } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import { answerOf, clientNetwork, queryText } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import type { SecurityHeaders } from '../protect/security-headers.ts'
import { acceptedCoding, type Coding } from '../representation/accepted-coding.ts'
import { conditionOf } from '../representation/preconditions.ts'
import { keptButAskedFor } from '../representation/represent.ts'
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
import { type Responder, variesBy } from '../request/responder.ts'
import type { ReadResult } from './response-cache.ts'
import type { CachedResponse, Variant } from './response-store.ts'

/** How long a route's answers may be cached: only reads that are the same for everybody. */
export function cacheRuleOf(route: Route): CacheRule | undefined {
  return route.method === 'GET' && route.access === 'anyone' ? route.cache : undefined
}

/** Not cached, but who asks at the same time shares one call. */
const notCached: CacheRule = { seconds: 0, dropOn: [] }

/** The rule by which this process reads a public route for itself. */
export function readRuleOf(route: Route): CacheRule {
  return cacheRuleOf(route) ?? notCached
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
      const asking = rateLimit.take(route, { client: network, network, isCounted: !context.isForPage })
      if (asking) void asking.then(() => serve(route, rule, request, reply)).catch((error) => reply.send(error))
      else serve(route, rule, request, reply)
    }
  }

  function serve(route: Route, rule: CacheRule, request: HttpRequest, reply: HttpReply): void {
    const url = request.raw.url as string // Requests that a server receives have one.
    const response = responseCache.at(url)
    if (response) send(request, reply, contextOf(request), response, 'hit')
    else void readAndSend(route, rule, request, reply, url).catch((error) => reply.send(error))
  }

  async function readAndSend(route: Route, rule: CacheRule, request: HttpRequest, reply: HttpReply, url: string) {
    loadShedding.check(route)
    const result = await loadShedding.during(() =>
      readThroughCache(resources, route, rule, pathParams(request), knownQuery(route, request), url),
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
    const coding = response.isWorthCompressing ? acceptedCoding(request.headers['accept-encoding']) : undefined
    const variant = coding ? response.encoded[coding] : response
    if (variant) sendVariant(request, reply, variant)
    else void encodeAndSend(request, reply, response, coding as Coding).catch((error) => reply.send(error))
  }

  async function encodeAndSend(request: HttpRequest, reply: HttpReply, response: CachedResponse, coding: Coding) {
    sendVariant(request, reply, await responseCache.encode(response, coding))
  }

  function sendVariant(request: HttpRequest, reply: HttpReply, variant: Variant): void {
    const { headers } = request
    const isConditional = headers['if-none-match'] !== undefined || headers['if-match'] !== undefined
    const condition = isConditional ? conditionOf(headers, variant.etag) : undefined
    if (condition === undefined) responder.sendPrepared(request, reply, 200, variant.headers, variant.body)
    else if (condition === 'not modified') responder.sendPrepared(request, reply, 304, variant.notModifiedHeaders)
    else responder.send(request, reply, answerOf(condition, request.id))
  }
}

/** The query of a request; without the fields that its route does not know, where it takes any. */
function knownQuery(route: Route, request: HttpRequest): string {
  const query = queryText(request)
  const shape = route.query as { additionalProperties?: boolean; properties: object } | undefined // As JSON Schema has it.
  if (query === '' || shape?.additionalProperties !== true) return query
  const known = [...new URLSearchParams(query)].filter(([name]) => name in shape.properties)
  return new URLSearchParams(known).toString()
}

/** The headers of a cached response, made once. Browsers may keep it too, but ask each time whether it is still true. */
export function cachedHeaders(security: SecurityHeaders, variesByOrigin: boolean) {
  return ({ headers, body }: Answer, etag: string, route: Route) => {
    const { etag: _, 'cache-control': own, 'content-security-policy': contentPolicy, ...others } = headers
    const notModifiedHeaders = ['etag', etag, 'cache-control', own?.includes('immutable') ? own : keptButAskedFor]
    if (contentPolicy !== undefined) notModifiedHeaders.push('content-security-policy', contentPolicy)
    const vary = variesBy(route, variesByOrigin)
    if (vary) notModifiedHeaders.push('vary', vary)
    security.addTo(notModifiedHeaders, headers, route.securityPolicy)
    const describeBody = [...returnedHeaders(others), 'content-length', String(Buffer.byteLength(body))]
    return { headers: [...describeBody, ...notModifiedHeaders], notModifiedHeaders }
  }
}
