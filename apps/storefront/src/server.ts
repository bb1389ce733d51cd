// The built site's entry: renders one request of a visitor. services/storefront calls it.
import { createApp } from 'astro/app/entrypoint'
import type { Visit } from './shop/visit.ts'

const app = createApp({ streaming: false })

/** Renders the page of a request; its forms, too. Throws nothing: what breaks is a page that says so. */
export async function render(request: Request, visit: Visit): Promise<Response> {
  return app.render(request, { addCookieHeader: true, clientAddress: visit.clientAddress, locals: { visit } })
}
