// The storefront: serves the pages of apps/storefront. It has no database and knows no service: its pages call the public API of the
// gateway, as a shop front of your own would.
import { storefrontApi } from '@souk/contracts/storefront'
import { type ContextFor, defineService, type OpenedResources, type ServiceCalls } from '@souk/service'
import { calls, settings } from './context.ts'
import { pages } from './serve-pages.ts'
import { loadSite, type Site } from './site.ts'

export const storefront = defineService({
  name: 'storefront',
  api: storefrontApi,
  settings,
  calls,
  open: openSite,
  routes: pages,
})

async function openSite(
  { settings: { apiUrls, testCards }, shared }: ContextFor<typeof settings, typeof calls, undefined>,
  { tokenFor, readPublic }: ServiceCalls,
): Promise<OpenedResources<Site>> {
  const resources = await loadSite({
    apiUrls: apiUrls ?? ['http://127.0.0.1:4000'],
    shopName: shared.shopName,
    hasTestCards: testCards === 'on' || (testCards === 'auto' && !shared.isProduction),
    token: () => tokenFor('storefront', 'gateway'),
    readPublic,
  })
  return { resources }
}
