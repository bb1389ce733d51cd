// The stories of all pages: each hands the request to the built site, which renders it, and passes on what comes back.
import { pathOf, queryOf, type Route } from '@souk/contracts'
import { storefrontApi } from '@souk/contracts/storefront'
import { type Handler, handle, type Reply, type Request as RouteRequest, refuse, reply } from '@souk/service'
import type { StorefrontContext } from './context.ts'

const { routes } = storefrontApi
type Page = Handler<Route, StorefrontContext>

/** Names of scripts and styles change with their content, so browsers never ask for them again. */
const forever = 'public, max-age=31536000, immutable'

/** A page that the site renders. Cached reads come without a URL: they are the same for every way to write it. */
function page<R extends Route>(route: R): Handler<R, StorefrontContext> {
  const story: Page = handle(
    route as Route,
    async (request: RouteRequest, { resources, shared }: StorefrontContext) => {
      const url = new URL(request.url || urlOf(route, request), shared.publicUrl)
      const headers = new Headers()
      for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, value)
      const isForm = route.method === 'POST'
      const body = isForm ? new Uint8Array(request.body as Uint8Array) : undefined
      const incoming = new Request(url, { method: route.method, headers, body })
      return replyOf(await resources.render(incoming, resources.visitOf(request.ip)))
    },
  )
  return story as unknown as Handler<R, StorefrontContext> // All page routes take and give bytes.
}

/** A file of the site; 404 when there is none. */
function file<R extends Route>(route: R, cacheControl?: string): Handler<R, StorefrontContext> {
  const story: Page = handle(route as Route, async (request: RouteRequest, { resources }: StorefrontContext) => {
    const path = pathOf(route, request.params)
    const found = resources.file(decodeURIComponent(path))
    if (!found) refuse(route, 'not-found', `There is nothing at ${path.slice(0, 200)}.`)
    return reply(200, found.body, {
      'content-type': found.type,
      ...(cacheControl ? { 'cache-control': cacheControl } : {}),
    })
  })
  return story as unknown as Handler<R, StorefrontContext> // All file routes give bytes.
}

function urlOf(route: Route, { params, query }: RouteRequest): string {
  const search = queryOf(query)
  return search ? `${pathOf(route, params)}?${search}` : pathOf(route, params)
}

async function replyOf(response: Response): Promise<Reply<Buffer>> {
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  return reply(response.status, Buffer.from(await response.arrayBuffer()), headers)
}

export const pages = {
  root: page(routes.root),
  home: page(routes.home),
  category: page(routes.category),
  search: page(routes.search),
  product: page(routes.product),
  info: page(routes.info),
  script: file(routes.script, forever),
  file: file(routes.file),
  robots: page(routes.robots),
  serviceWorker: file(routes.serviceWorker),
  sitemapIndex: page(routes.sitemapIndex),
  sitemap: page(routes.sitemap),
  feed: page(routes.feed),
  orderLink: page(routes.orderLink),
  page: page(routes.page),
  form: page(routes.form),
}
