// What a browser shows when a page of the shop front is refused, or the storefront does not answer: the problem in words, in place of JSON.
import { html } from '@souk/html'
import { page, pagePolicy } from '@souk/html/page'
import { contextOf, type HttpRequest } from '../request/request-context.ts'

const style = `:root{color-scheme:light dark}body{max-width:38rem;margin:15vh auto;padding:0 1rem;font:1.1rem/1.55 system-ui,sans-serif;background:light-dark(#fbf7f0,#1b1714);color:light-dark(#2b2520,#f1e8dc)}h1{font:600 1.75rem/1.15 Palatino,Georgia,serif}a{color:light-dark(#8a3f1d,#e39a6b)}`
const policy = pagePolicy(style)
const words = {
  en: {
    busy: 'The shop does not answer just now',
    wrong: 'This page cannot be shown',
    safe: 'Your cart is safe. Try again in a minute.',
    again: 'Try again',
    home: 'To the shop',
  },
  de: {
    busy: 'Der Laden antwortet gerade nicht',
    wrong: 'Diese Seite kann nicht gezeigt werden',
    safe: 'Ihr Warenkorb ist sicher. Versuchen Sie es in einer Minute erneut.',
    again: 'Erneut versuchen',
    home: 'Zum Laden',
  },
}

interface Shown {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string | Uint8Array
}

/** The answer as a page when it is a problem, its route is a page of the shop front, and a browser asks; else the answer as it is. */
export function forPeople<A extends Shown>(request: HttpRequest, answer: A): A {
  const { route } = contextOf(request)
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json')
  if (!isProblem || route?.service !== 'storefront' || !request.headers.accept?.includes('text/html')) return answer
  const path = request.raw.url ?? '/'
  const language = path.startsWith('/de') ? 'de' : 'en'
  const t = words[language]
  const isOurs = answer.status >= 500 || answer.status === 429
  const title = isOurs ? t.busy : t.wrong
  const link =
    request.method === 'GET' && isOurs ? html`<a href="${path}">${t.again}</a>` : html`<a href="/">${t.home}</a>`
  const body = html`<main><h1>${title}</h1>${isOurs && html`<p>${t.safe}</p>`}<p>${link}</p></main>`
  return {
    ...answer,
    headers: { ...answer.headers, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
    body: page({ title, style, body, language }),
  }
}
