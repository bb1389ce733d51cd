// How the site is built: server output for our own service, Preact islands, and a content security policy by hashes, so that a page can
// be kept and sent again.
import preact from '@astrojs/preact'
import { defineConfig, passthroughImageService } from 'astro/config'
import { soukAdapter } from './adapter.ts'
import { shopConfig } from './shop.config.ts'
import { themeScriptHash } from './src/scripts/theme.ts'
import { developmentVisit } from './src/shop/visit.ts'

/** SHOP_MAIL in an info page is the address of shop.config.ts. */
const mailInPages = {
  name: 'souk:mail-in-pages',
  transform: (code: string, id: string) =>
    id.endsWith('.md') ? code.replaceAll('SHOP_MAIL', shopConfig.mail) : undefined,
}

/** The built site needs no package but undici. `npm run dev` loads packages as they are: some of them cannot be served by its server. */
const bundlePackages = {
  name: 'souk:bundle-packages',
  apply: 'build' as const,
  config: () => ({ ssr: { noExternal: true as const, external: ['undici'] } }),
}

export default defineConfig({
  output: 'server',
  adapter: soukAdapter(),
  integrations: [preact()],
  trailingSlash: 'never',
  compressHTML: true,
  // The service renders with the address that people use; the gateway has checked the origin of forms.
  security: {
    checkOrigin: false,
    csp: {
      scriptDirective: { hashes: [themeScriptHash()] },
      directives: [
        "default-src 'none'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ],
    },
  },
  build: { inlineStylesheets: 'never', assets: '_astro' },
  image: { service: passthroughImageService() },
  markdown: { syntaxHighlight: false },
  devToolbar: { enabled: false },
  vite: {
    plugins: [mailInPages, bundlePackages],
    // All styles are 7 kB in one file, which is fetched once. Inline ones were hashed for each page that was rendered, and sent with it.
    build: { sourcemap: false, cssCodeSplit: false },
    // For `npm run dev`: what pages ask of the API in the browser, such as pictures, and the page of the simulated bank.
    server: { proxy: { '^/(v1|simulator)/': developmentVisit.apiUrls[0] as string } },
  },
})
