// Serves public reads from memory. The same answer goes to everybody, so nobody is asked who they are; a known URL costs a
// look-up and a write.
import type { Answer, Route } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import { type Caller, queryText } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { household } from '../request/client-address.ts'
import { passedBack, type SecurityHeaders } from '../request/forwarded-headers.ts'
import { arrive, type Desk, type HttpReply, type HttpRequest, type Visit, visitOf } from '../request/responder.ts'
import type { Entry, ReadRule, Reads } from './response-cache.ts'

const anybody: Caller = { service: 'gateway', role: 'anonymous' }

/** What the contract says about keeping the answers of a route. Pages hold availability, so they are kept for moments only. */
export function ruleOf(route: Route): ReadRule | undefined {
  if (route.service === 'gateway') return { seconds: 0.5, dropOn: ['products'], mayBeStale: false }
  return route.method === 'GET' && route.access === 'anyone' ? route.cache : undefined
}

/** Reads a route from memory or from its service; for the door and for the pages. */
export function readThrough(
  { reads, fetching }: GatewayContext['resources'],
  route: Route,
  rule: ReadRule,
  params: Record<string, unknown>,
  query: string,
  url?: string,
): ReturnType<Reads['read']> {
  const trace = newTrace()
  const fetch = () => fetching.fetch(route, { params, query, caller: anybody, trace })
  return reads.read({ route, rule, params, query, fetch }, url)
}

/** Makes the handler of a public read. */
export function answerRead(context: GatewayContext, desk: Desk, route: Route, rule: ReadRule) {
  const { resources } = context
  return (request: HttpRequest, reply: HttpReply) => {
    const visit = visitOf(request)
    arrive(visit, route)
    const ip = household(visit.ip)
    resources.limits.take(route, { who: ip, ip }, '')
    const url = request.raw.url as string
    const entry = resources.reads.at(url)
    if (entry) send(request, reply, visit, entry, 'hit')
    else void readAndSend(request, reply, visit, url).catch((error) => reply.send(error))
  }

  async function readAndSend(request: HttpRequest, reply: HttpReply, visit: Visit, url: string) {
    resources.admission.check(route)
    const params = request.params as Record<string, unknown>
    const read = await resources.admission.during(() =>
      readThrough(resources, route, rule, params, queryText(request), url),
    )
    if ('entry' in read) send(request, reply, visit, read.entry, read.from)
    else desk.finish(request, reply, read.answer)
  }

  function send(request: HttpRequest, reply: HttpReply, visit: Visit, entry: Entry, from: NonNullable<Visit['cache']>) {
    visit.cache = from
    const known = request.headers['if-none-match']
    if (known !== undefined && isKnown(known, entry.etag)) desk.finishReady(request, reply, 304, entry.shortHeaders)
    else desk.finishReady(request, reply, 200, entry.headers, entry.body)
  }
}

/** Proxies weaken the tags that they pass on; for a GET that makes no difference. */
function isKnown(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

/** The headers of a kept answer, made once. Browsers may keep it too, but ask each time whether it is still true. */
export function headersOfRead(security: SecurityHeaders) {
  return (answer: Answer, etag: string) => {
    const shortHeaders = ['etag', etag, 'cache-control', 'public, max-age=0, must-revalidate']
    security.addTo(shortHeaders, answer.headers, '')
    const own = passedBack(answer.headers)
    const without = own.filter((_, at) => !['etag', 'cache-control'].includes(own[at - (at % 2)] as string))
    return {
      shortHeaders,
      headers: [...without, 'content-length', String(Buffer.byteLength(answer.body)), ...shortHeaders],
    }
  }
}
