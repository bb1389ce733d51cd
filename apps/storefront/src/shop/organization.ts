// The shop in the words of schema.org, for search engines.
import { shopConfig } from '../../shop.config.ts'

export function organization(name: string, url: URL): object {
  return {
    '@type': 'Organization',
    name,
    url: new URL('/', url).href,
    logo: new URL(shopConfig.logo ?? '/files/icon.svg', url).href,
    email: shopConfig.mail,
    contactPoint: { '@type': 'ContactPoint', contactType: 'customer service', email: shopConfig.mail },
  }
}
