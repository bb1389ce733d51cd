// What the storefront service is made of: where its pages reach the API, and the site that it serves.
import { gatewayApi } from '@souk/contracts/gateway'
import { type ContextFor, choice, instanceAddresses } from '@souk/service'
import type { Site } from './site.ts'

export const settings = {
  /** The same variable as for services that call the gateway, but for its public port. */
  apiUrls: { ...instanceAddresses('where the pages reach the gateway'), variable: 'GATEWAY_URL' },
  testCards: choice(
    'whether the checkout offers the cards of the simulated bank; auto: not in production',
    ['auto', 'on', 'off'],
    'auto',
  ),
}
/** Their pages call its public routes, as a visitor would. */
export const calls = { gateway: gatewayApi }

export type StorefrontContext = ContextFor<typeof settings, typeof calls, Site>
