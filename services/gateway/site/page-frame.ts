// The frame of the gateway's own pages: their style sheet and icon, no script, nothing from other sites.
import { type Html, html } from '@souk/html'
import { page, pagePolicy } from '@souk/html/page'
import { style } from './style.ts'

/** The Content-Security-Policy of these pages. */
export const sitePolicy = pagePolicy(style, { 'img-src': 'data:' })

/** A whole page. `kind` is the class of its body, which the style sheet knows. */
export function sitePage(title: string, kind: 'home' | 'docs', body: Html): string {
  return page({ title, style, icon, bodyClass: kind, isIndexed: true, body })
}

const drawing = 'M4 12 7 5h18l3 7v2a4 4 0 0 1-2 3.5V28h-7v-8h-6v8H6V17.5A4 4 0 0 1 4 14z'
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#c2552d" d="${drawing}"/></svg>`
/** The shop's mark, to stand before its name. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="${drawing}"/></svg>`
