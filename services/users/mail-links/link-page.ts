// The HTML of the pages behind the links in mails: a form with one button, and what came of it. No script, no further files.
import { pathOf } from '@souk/contracts'
import type { Language } from '@souk/contracts/storefront'
import { type LinkAction, usersApi } from '@souk/contracts/users'
import { type Html, html } from '@souk/html'
import { page, pagePolicy } from '@souk/html/page'
import { type LinkWords, linkWords } from './link-words.ts'

// The colors and measures are those of the shop front's tokens.
const style = `
:root { color-scheme: light dark; --paper: light-dark(#fbf7f0, #1b1714); --surface: light-dark(#fffdf9, #25201b); --ink: light-dark(#2b2520, #f1e8dc); --soft: light-dark(#655a4f, #bdaf9f); --line: light-dark(#ddd2c2, #3a332b); --edge: light-dark(#8c7f70, #8f8272); --clay: light-dark(#8a3f1d, #e39a6b); --on-clay: light-dark(#fffdf9, #1b1714); --alert: light-dark(#a3211f, #ff9c8f); --focus: light-dark(#1a4e8a, #8dbbff); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; padding: 0 16px 64px; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; overflow-wrap: anywhere; }
header { max-width: 26rem; margin: 0 auto 24px; padding: 20px 0; border-bottom: 1px solid var(--line); font: 600 1.375rem/1 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', Georgia, serif; }
main { max-width: 26rem; margin: 0 auto; }
h1 { margin: 0 0 16px; font: 600 1.75rem/1.15 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', Georgia, serif; text-wrap: balance; }
p { margin: 0 0 16px; }
.problem { color: var(--alert); font-weight: 600; }
.hint { margin: 0 0 4px; color: var(--soft); font-size: .875rem; }
label { display: block; font-weight: 600; margin-bottom: 4px; }
input { display: block; width: 100%; min-height: 2.75rem; margin-bottom: 16px; padding: 8px 12px; font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--edge); border-radius: 6px; }
button, .onward { display: inline-flex; align-items: center; justify-content: center; width: 100%; min-height: 2.75rem; padding: 8px 24px; font: inherit; font-weight: 600; text-decoration: none; color: var(--on-clay); background: var(--clay); border: 0; border-radius: 6px; cursor: pointer; }
header a { color: inherit; text-decoration: none; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
`

/** Sent with each page: forms may only go to the shop itself, and the address of the page with its token to nobody else. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': pagePolicy(style, { 'form-action': "'self'" }),
}

/** The fields that travel from the link through the page back to us. */
export interface LinkFields {
  token: string
  callbackURL: string
}

/** How such a page speaks, and for which shop. */
export interface LinkPageStyle {
  language: Language
  shopName: string
}

/** The page that a link opens. `problem`: why the button did not work, when it is shown again. */
export function questionPage(
  action: LinkAction,
  fields: LinkFields,
  { language, shopName }: LinkPageStyle,
  problem?: string,
): string {
  const words = linkWords(language)
  const { heading, text, button } = words.actions[action]
  const form = html`<form method="post" action="${pathOf(usersApi.routes.useLink, { action })}">
<input type="hidden" name="token" value="${fields.token}">
${fields.callbackURL !== '' && html`<input type="hidden" name="callbackURL" value="${fields.callbackURL}">\n`}${action === 'reset-password' && passwordField(words)}<button>${button}</button>
</form>`
  const content = html`${problem && html`<p class="problem" role="alert">${problem}</p>\n`}<p>${text}</p>\n${form}`
  return whole(heading, { language, shopName }, content)
}

function passwordField({ newPassword, passwordHint }: LinkWords): Html {
  return html`<label for="new-password">${newPassword}</label>
<p class="hint" id="hint">${passwordHint}</p>
<input id="new-password" type="password" name="newPassword" autocomplete="new-password" aria-describedby="hint" required maxlength="256">
`
}

/** The page after the button. `onward`: where it leads on to. */
export function donePage(action: LinkAction, style: LinkPageStyle, onward: string): string {
  const words = linkWords(style.language)
  const { heading, done } = words.actions[action]
  return whole(heading, style, html`<p>${done}</p>\n<p><a class="onward" href="${onward}">${words.onward}</a></p>`)
}

/** The page for a link that no longer works, or never did. */
export function deadLinkPage(action: LinkAction, style: LinkPageStyle, sentence: string): string {
  const { heading } = linkWords(style.language).actions[action]
  return whole(heading, style, html`<p class="problem" role="alert">${sentence}</p>`)
}

function whole(heading: string, { language, shopName }: LinkPageStyle, content: Html): string {
  const body = html`<header><a href="/${language}">${shopName}</a></header>
<main>
<h1>${heading}</h1>
${content}
</main>`
  return page({ title: `${heading} – ${shopName}`, style, body, language })
}
