// The frame of the gateway's own pages: escaped text, one style sheet, no script, nothing from elsewhere.
import { createHash } from 'node:crypto'
import { style } from './style.ts'

/** Text that is HTML already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
type Part = string | number | Html | undefined | false | readonly Part[]

/** HTML from a template; every value that is not HTML is escaped. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((text, at) => text + (at < parts.length ? written(parts[at]) : '')).join(''))
}
function written(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(written).join('')
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

const styleHash = createHash('sha256').update(style).digest('base64')
export const pagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export function page(title: string, kind: string, body: Html): string {
  return `<!doctype html>${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${new Html(style)}</style></head><body class="${kind}">${body}</body></html>`.text
  }`
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#c2552d" d="M4 12 7 5h18l3 7v2a4 4 0 0 1-2 3.5V28h-7v-8h-6v8H6V17.5A4 4 0 0 1 4 14z"/></svg>'
export const mark = new Html(
  '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M4 12 7 5h18l3 7v2a4 4 0 0 1-2 3.5V28h-7v-8h-6v8H6V17.5A4 4 0 0 1 4 14z"/></svg>',
)
