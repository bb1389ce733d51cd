// The built site's entry: renders one request of a visitor. services/storefront calls it.
import { createApp } from 'astro/app/entrypoint'
import type { Visit } from './shop/visit.ts'

const app = createApp({ streaming: false })
// All scripts and styles are known when the site is built, and so is the content security policy. Astro would hash the empty text of the
// link to the style sheet again for each page, on another thread, which took 6 % of the time of a page.
app.manifest.shouldInjectCspMetaTags = false
if (app.manifest.csp) app.manifest.csp.cspDestination = 'adapter'

/** Renders the page of a request; its forms, too. Throws nothing: what breaks is a page that says so. */
export async function render(request: Request, visit: Visit): Promise<Response> {
  return app.render(request, { addCookieHeader: true, clientAddress: visit.clientAddress, locals: { visit } })
}
