// Requests that a page of the shop front makes for its visitor. They prove by a service token that the storefront sends them, and name
// the visitor's address, which then counts as the client's: for limits, for the log, for what is held unpaid.
import type { ServiceCalls } from '@souk/service'
import { withoutIpv6Prefix } from './client-address.ts'
import { contextOf, type HttpRequest } from './request-context.ts'

const tokenHeader = 'x-souk-token'
const visitorHeader = 'x-client-ip'

/** True for a request that says that it comes from a page. */
export function isFromPage(request: HttpRequest): boolean {
  return request.headers[tokenHeader] !== undefined
}

/** Believes what such a request says of its visitor when its token is valid; otherwise it stays a request like any other. */
export async function trustPage(request: HttpRequest, { callerOf }: ServiceCalls): Promise<void> {
  const { [tokenHeader]: token, [visitorHeader]: visitor } = request.headers
  const caller = await callerOf(String(token), 'gateway')
  if (caller?.service !== 'storefront') return
  const context = contextOf(request)
  context.isForPage = true
  if (typeof visitor === 'string' && visitor.length > 0 && visitor.length <= 45)
    context.clientIp = withoutIpv6Prefix(visitor)
}
