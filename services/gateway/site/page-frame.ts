// The frame of the gateway's own pages: one style sheet, no script, nothing from other sites.
import { createHash } from 'node:crypto'
import { Html, html } from '@souk/html'
import { style } from './style.ts'

const styleHash = createHash('sha256').update(style).digest('base64')
/** The Content-Security-Policy of these pages: only this style sheet, named by its hash. */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** A whole page. `kind` is the class of its body, which the style sheet knows. */
export function page(title: string, kind: 'home' | 'docs', body: Html): string {
  return `<!doctype html>${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${new Html(style)}</style></head><body class="${kind}">${body}</body></html>`.text
  }`
}

const drawing = 'M4 12 7 5h18l3 7v2a4 4 0 0 1-2 3.5V28h-7v-8h-6v8H6V17.5A4 4 0 0 1 4 14z'
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#c2552d" d="${drawing}"/></svg>`
/** The shop's mark, to stand before its name. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="${drawing}"/></svg>`
