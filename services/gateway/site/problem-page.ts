// What a browser shows when a page of the shop front is refused, the storefront does not answer, or an address leads nowhere: the problem in
// words, in place of JSON.
import { isOfApi } from '@souk/contracts'
import { html } from '@souk/html'
import { page, pagePolicy } from '@souk/html/page'
import { contextOf, type HttpRequest } from '../request/request-context.ts'

const style = `:root{color-scheme:light dark}body{max-width:38rem;margin:15vh auto;padding:0 1rem;font:1.1rem/1.55 system-ui,sans-serif;background:light-dark(#fbf7f0,#1b1714);color:light-dark(#2b2520,#f1e8dc)}h1{font:600 1.75rem/1.15 Palatino,Georgia,serif}a{color:light-dark(#8a3f1d,#e39a6b)}`
const policy = pagePolicy(style)
const words = {
  en: {
    busy: 'The shop does not answer just now',
    wrong: 'This page cannot be shown',
    missing: 'This page is not here',
    safe: 'Your cart is safe. Try again in a minute.',
    again: 'Try again',
    home: 'To the shop',
  },
  de: {
    busy: 'Der Laden antwortet gerade nicht',
    wrong: 'Diese Seite kann nicht gezeigt werden',
    missing: 'Diese Seite gibt es nicht',
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

/** The answer as a page when it is a problem of no address of the API, and a browser asks; else the answer as it is. */
export function forPeople<A extends Shown>(request: HttpRequest, answer: A): A {
  const { route } = contextOf(request)
  const path = request.raw.url ?? '/'
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json')
  if (!isProblem || !request.headers.accept?.includes('text/html')) return answer
  if (route?.service === 'storefront') return asPage(answer, refusedPage(request.method, path, answer.status))
  const isNowhere = !route && answer.status === 404 && ['GET', 'HEAD'].includes(request.method)
  return isNowhere && !isOfApi(path) ? asPage(answer, missingPage()) : answer
}

function refusedPage(method: string, path: string, status: number) {
  const language = path.startsWith('/de') ? 'de' : 'en'
  const t = words[language]
  const isOurs = status >= 500 || status === 429
  const title = isOurs ? t.busy : t.wrong
  const link = method === 'GET' && isOurs ? html`<a href="${path}">${t.again}</a>` : html`<a href="/">${t.home}</a>`
  const body = html`<main><h1>${title}</h1>${isOurs && html`<p>${t.safe}</p>`}<p>${link}</p></main>`
  return { title, body, language }
}

/** An address without a language says so in both. */
function missingPage() {
  const { en, de } = words
  const body = html`<main><h1>${en.missing}</h1><p><a href="/en">${en.home}</a></p><div lang="de"><p>${de.missing}.</p><p><a href="/de">${de.home}</a></p></div></main>`
  return { title: en.missing, body, language: 'en' }
}

function asPage<A extends Shown>(answer: A, content: ReturnType<typeof refusedPage>): A {
  return {
    ...answer,
    headers: { ...answer.headers, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
    body: page({ ...content, style }),
  }
}
