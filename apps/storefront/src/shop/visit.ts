// What a page is told by the service that runs it, besides the request.

export interface Visit {
  readonly clientAddress: string
  /** Where the API is. */
  readonly apiUrls: readonly string[]
  readonly shopName: string
  /** Whether the checkout offers the cards of the simulated bank. */
  readonly hasTestCards: boolean
  /** A token by which the API knows that a page asks, for this visitor. */
  token(): Promise<string | undefined>
}

/** For `npm run dev`, where Astro's own server renders: the API of the shop that runs on this machine, without a token. */
export const developmentVisit: Visit = {
  clientAddress: '127.0.0.1',
  apiUrls: [process.env.GATEWAY_URL || 'http://127.0.0.1:4000'],
  shopName: process.env.SOUK_SHOP_NAME || 'Souk',
  hasTestCards: true,
  token: async () => undefined,
}
