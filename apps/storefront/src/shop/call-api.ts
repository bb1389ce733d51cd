// Calls the shop's public API as a page's visitor: with the visitor's cookies and address, and with what the browser said of where the
// request comes from. Cookies that the API sets go on to the browser, and along with the later calls of the same page.
import { pathOf, queryOf, type Route } from '@souk/contracts'
import { type Answer, type CallInput, ProblemError, type SendRequest } from '@souk/contracts/client'
import { Pool } from 'undici'
import type { Visit } from './visit.ts'

/** The API waits at most so long for its services; a page that waits longer says that something is wrong. */
const timeoutMs = 15_000
const passedOn = ['cookie', 'origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'user-agent'] as const
const pools = new Map<string, Pool>()
let next = 0

function poolOf(url: string): Pool {
  let pool = pools.get(url)
  if (!pool) {
    pool = new Pool(url, { connections: 64, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, clientTtl: 60_000 })
    pools.set(url, pool)
  }
  return pool
}

/** Makes the function that sends the requests of one page. `setCookie` is handed each cookie that the API sets. */
export function apiSender(request: Request, visit: Visit, setCookie: (cookie: string) => void): SendRequest {
  const common: Record<string, string> = { 'x-client-ip': visit.clientAddress, host: new URL(request.url).host }
  for (const name of passedOn) {
    const value = request.headers.get(name)
    if (value !== null) common[name] = value
  }
  return async (route: Route, input: CallInput): Promise<Answer> => {
    const { params, query, body, headers } = input
    const known = visit.readPublic(route, input)
    if (known) return known
    const search = queryOf(query)
    const token = await visit.token()
    const url = visit.apiUrls[next++ % visit.apiUrls.length] as string // There is at least one.
    const sent = poolOf(url).request({
      method: route.method,
      path: search ? `${pathOf(route, params)}?${search}` : pathOf(route, params),
      headers: {
        ...common,
        ...(token ? { 'x-souk-token': token } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : body instanceof Uint8Array ? body : JSON.stringify(body),
    })
    const answer = await sent.catch(notReached)
    const cookies = answer.headers['set-cookie']
    for (const cookie of typeof cookies === 'string' ? [cookies] : (cookies ?? [])) {
      setCookie(cookie)
      common.cookie = withCookie(common.cookie, cookie)
    }
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>, // Only cookies come more than once.
      body: await answer.body.text(),
    }
  }
}

/** A Cookie header with what a Set-Cookie header sets: somebody who has just signed in is known to the next call. */
function withCookie(header: string | undefined, setCookie: string): string {
  const pair = setCookie.split(';', 1)[0] as string // A text always has a first part.
  const name = pair.slice(0, pair.indexOf('=') + 1)
  const others = (header ?? '').split('; ').filter((one) => one && !one.startsWith(name))
  return [...others, pair].join('; ')
}

/** No answer, or not in time: pages treat it like a service that is down. Whether the request had an effect is not known. */
function notReached(): never {
  throw new ProblemError({ type: 'about:blank', title: 'The shop does not answer', status: 503, code: 'unavailable' })
}
