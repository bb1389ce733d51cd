// The frame of a page without scripts: one HTML document with its own style sheet, and the Content-Security-Policy that allows
// this style sheet and nothing else.
import { createHash } from 'node:crypto'
import { Html, html } from './html.ts'

export interface PageParts {
  title: string
  /** The style sheet of the page. Our own text: it is not escaped. */
  style: string
  body: Html
  bodyClass?: string
  /** The icon in the browser's tab, as SVG. */
  icon?: string
  /** Whether search engines may list the page (no). */
  isIndexed?: boolean
  /** The language of its text (en). */
  language?: string
}

/** The page as a whole HTML document. Send it with `pagePolicy(style)`. */
export function page({ title, style, body, bodyClass, icon, isIndexed = false, language = 'en' }: PageParts): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${!isIndexed && html`<meta name="robots" content="noindex">\n`}<title>${title}</title>
${icon && html`<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">\n`}<style>${new Html(style)}</style>
</head>
<body${bodyClass && html` class="${bodyClass}"`}>
${body}
</body>
</html>
`.text
}

/**
 * The Content-Security-Policy of a page with this style sheet: no script, no other style sheet, no style attributes, no images,
 * no forms, no frames. `directives` adds to these or replaces them: `{ 'img-src': 'data:' }`.
 */
export function pagePolicy(style: string, directives: Readonly<Record<string, string>> = {}): string {
  const all = {
    'default-src': "'none'",
    'style-src': `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...directives,
  }
  return Object.entries(all)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ')
}
