// The gateway's own pages and documents: what is running, the API reference, and the contracts as data.
import { createHash } from 'node:crypto'
import { apis, Bytes, type Route, type ServiceName } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import type { GatewayContext } from '../context.ts'
import { household } from '../request/client-address.ts'
import { arrive, type Desk, type HttpReply, type HttpRequest, type Server, visitOf } from '../request/responder.ts'
import { sessionCookie } from '../request/sessions.ts'
import { asyncApi } from './asyncapi.ts'
import { docsPage } from './docs-page.ts'
import { homePage } from './home-page.ts'
import { openApi } from './openapi.ts'
import { pagePolicy } from './page-frame.ts'

export const frontPaths = ['/', '/docs', '/openapi.json', '/asyncapi.json'] as const
const html = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy }
const json = { 'content-type': 'application/json; charset=utf-8' }
const probeMs = 1_000
const rememberedMs = 3_000

export function addFrontPages(server: Server, context: GatewayContext, desk: Desk): void {
  const { shared, resources } = context
  const shop = { ...shared, sessionCookie: sessionCookie(shared.publicUrl) }
  const health = healthOf(context)
  serve('/', async () => ({ ...html, body: homePage(shared.shopName, await health()) }))
  serve(
    '/docs',
    fixed(() => ({ ...html, body: docsPage(shop) })),
  )
  serve(
    '/openapi.json',
    fixed(() => ({ ...json, body: JSON.stringify(openApi(shop)) })),
  )
  serve(
    '/asyncapi.json',
    fixed(() => ({ ...json, body: JSON.stringify(asyncApi(shop)) })),
  )

  function serve(path: (typeof frontPaths)[number], write: () => Promise<Written>) {
    const route = pseudoRoute(path)
    const handler = async (request: HttpRequest, reply: HttpReply) => {
      const visit = visitOf(request)
      arrive(visit, route)
      const ip = household(visit.ip)
      resources.limits.take(route, { who: ip, ip }, '')
      const { body, ...headers } = await write()
      const isKnown = headers.etag !== undefined && request.headers['if-none-match'] === headers.etag
      desk.finish(request, reply, { status: isKnown ? 304 : 200, headers, body: isKnown ? '' : body })
    }
    server.route({ method: ['GET', 'HEAD'], url: path, exposeHeadRoute: false, handler })
  }
}
type Written = Record<string, string> & { body: string }

/** Written when first asked for, and the same from then on. */
function fixed(write: () => Written) {
  let kept: Written | undefined
  return async () => {
    if (!kept) {
      const written = write()
      const etag = `"${createHash('sha1').update(written.body).digest('base64url')}"`
      kept = { ...written, etag, 'cache-control': 'public, max-age=0, must-revalidate' }
    }
    return kept
  }
}

/** For limits, logs and metrics, which know routes. */
function pseudoRoute(path: string): Route {
  const name = path === '/' ? 'front' : path.slice(1).replace('.json', '')
  return {
    method: 'GET',
    path,
    access: 'anyone',
    priority: 'browse',
    summary: name,
    reply: Bytes,
    service: 'gateway',
    name,
  }
}

/**
 * Which services answer. Each is asked for something that only a signed-in person may have: its refusal is an answer, and
 * costs it nothing.
 */
function healthOf({ resources }: GatewayContext): () => Promise<ReadonlyMap<ServiceName, boolean>> {
  let known: { at: number; answer: Promise<Map<ServiceName, boolean>> } | undefined
  return () => {
    if (!known || Date.now() - known.at > rememberedMs) known = { at: Date.now(), answer: askAll() }
    return known.answer
  }

  async function askAll() {
    return new Map(
      await Promise.all(apis.map(async ({ name, routes }) => [name, await answers(Object.values(routes))] as const)),
    )
  }
  async function answers(routes: readonly Route[]): Promise<boolean> {
    const route = routes.find(
      (one) => one.method === 'GET' && ['customer', 'staff'].includes(one.access as string) && !one.params,
    )
    if (!route) return true
    try {
      const probe = {
        caller: { service: 'gateway', role: 'anonymous' },
        trace: newTrace(),
        deadline: Date.now() + probeMs,
      } as const
      return (await resources.serviceCalls.call(route, probe)).status < 500
    } catch {
      return false // Which is what was asked; the serviceCalls has logged why.
    }
  }
}
