// What a page is told by the service that runs it, besides the request.
import type { Route } from '@souk/contracts'
import type { Answer, CallInput } from '@souk/contracts/client'

export interface Visit {
  readonly clientAddress: string
  /** Where the API is. */
  readonly apiUrls: readonly string[]
  readonly shopName: string
  /** Whether the checkout offers the cards of the simulated bank. */
  readonly hasTestCards: boolean
  /** A token by which the API knows that a page asks, for this visitor. */
  token(): Promise<string | undefined>
  /** Reads what is the same for everybody without a request; undefined for other routes, and where the API runs elsewhere. */
  readPublic(route: Pick<Route, 'service' | 'name'>, input: CallInput): Promise<Answer> | undefined
}

/** For `npm run dev`, where Astro's own server renders: the API of the shop that runs on this machine, without a token. */
export const developmentVisit: Visit = {
  clientAddress: '127.0.0.1',
  apiUrls: [process.env.GATEWAY_URL || 'http://127.0.0.1:4000'],
  shopName: process.env.SOUK_SHOP_NAME || 'Souk',
  hasTestCards: true,
  token: async () => undefined,
  readPublic: () => undefined,
}
