// The gateway's own pages and documents: what is running, the API reference, and the contracts as OpenAPI and AsyncAPI.
import { gatewayApi } from '@souk/contracts/gateway'
import { handle, reply } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { sessionCookieName } from '../request/credentials.ts'
import { asyncApi } from './asyncapi.ts'
import { docsPage } from './docs-page.ts'
import { homePage } from './home-page.ts'
import { openApi } from './openapi.ts'
import { sitePolicy } from './page-frame.ts'

const { routes } = gatewayApi

export const front = handle(routes.front, async (_request, { shared, resources }: GatewayContext) =>
  page(homePage(shared.shopName, await resources.serviceHealth.check())),
)
export const docs = handle(routes.docs, async (_request, { shared }: GatewayContext) => page(docsPage(shared)))

export const openapi = handle(routes.openapi, async (_request, { shared }: GatewayContext) =>
  json(openApi({ ...shared, sessionCookie: sessionCookieName(shared.publicUrl) })),
)
export const asyncapi = handle(routes.asyncapi, async (_request, { shared }: GatewayContext) => json(asyncApi(shared)))

function page(html: string) {
  return reply(200, Buffer.from(html), {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': sitePolicy,
  })
}
function json(document: object) {
  return reply(200, Buffer.from(JSON.stringify(document)), { 'content-type': 'application/json; charset=utf-8' })
}
