// The HTML of the pages behind the links in letters that are not about an order: a form with one button, and what came of it. No script,
// no further files.
import { pathOf } from '@souk/contracts'
import { type Language, notificationsApi } from '@souk/contracts/notifications'
import { html } from '@souk/html'
import { page, pagePolicy } from '@souk/html/page'
import type { Shop } from '../letters/letter.ts'
import type { LetterKind } from './unsubscribe-token.ts'

type Action = 'confirm' | 'unsubscribe'
interface Words {
  heading: string
  text: string
  button: string
  done: Record<LetterKind | 'unknown', string>
}
const words: Record<Language, Record<Action, Words>> = {
  en: {
    confirm: {
      heading: 'Do you want these e‑mails?',
      text: 'You get them only if you confirm. You can unsubscribe in each of them.',
      button: 'Yes, send them',
      done: {
        newsletter: 'Thank you. You will get our newsletter.',
        'stock-alert': 'Thank you. We will write to you when the item is back.',
        unknown: 'It works for seven days. Please ask on our pages again; nothing is sent to you until then.',
      },
    },
    unsubscribe: {
      heading: 'No more of these e‑mails?',
      text: 'You will still get e-mails about your orders.',
      button: 'Unsubscribe',
      done: {
        newsletter: 'You will get no newsletter any more.',
        'stock-alert': 'We will not write to you about sold-out items any more.',
        unknown: 'You get none of these e-mails.',
      },
    },
  },
  de: {
    confirm: {
      heading: 'Möchten Sie diese E‑Mails?',
      text: 'Sie erhalten sie nur, wenn Sie zustimmen. In jeder können Sie sich wieder abmelden.',
      button: 'Ja, bitte schicken',
      done: {
        newsletter: 'Danke. Sie erhalten unseren Newsletter.',
        'stock-alert': 'Danke. Wir schreiben Ihnen, sobald der Artikel wieder da ist.',
        unknown:
          'Er gilt sieben Tage. Bitte melden Sie sich auf unseren Seiten noch einmal an; bis dahin schicken wir Ihnen nichts.',
      },
    },
    unsubscribe: {
      heading: 'Keine solchen E‑Mails mehr?',
      text: 'E-Mails zu Ihren Bestellungen erhalten Sie weiterhin.',
      button: 'Abmelden',
      done: {
        newsletter: 'Sie erhalten keinen Newsletter mehr.',
        'stock-alert': 'Wir schreiben Ihnen nicht mehr zu ausverkauften Artikeln.',
        unknown: 'Sie erhalten keine solchen E-Mails.',
      },
    },
  },
}
const deadLink: Record<Language, string> = {
  en: 'This link no longer works',
  de: 'Dieser Link gilt nicht mehr',
}

const style = `
:root { color-scheme: light dark; --page: #FBF7F0; --card: #FFFDF9; --ink: #2B2520; --soft: #655A4F; --clay: #8A3F1D; --on-clay: #FFFDF9; --focus: #1A4E8A; }
@media (prefers-color-scheme: dark) {
  :root { --page: #1B1714; --card: #25201B; --ink: #F1E8DC; --soft: #BDAF9F; --clay: #E39A6B; --on-clay: #1B1714; --focus: #8DBBFF; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--page); color: var(--ink); font: 16px/1.55 -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }
main { width: 100%; max-width: 440px; background: var(--card); border-radius: 6px; padding: 32px 28px; }
h1 { margin: 0 0 12px; font: normal 28px/1.15 Georgia, 'Times New Roman', serif; }
p { margin: 0 0 20px; overflow-wrap: anywhere; }
.shop { margin: 0 0 8px; font-size: 14px; }
h1:last-child { margin: 0; }
.shop a { color: var(--soft); }
button { width: 100%; min-height: 44px; padding: 11px 16px; font: inherit; color: var(--on-clay); background: var(--clay); border: 0; border-radius: 6px; cursor: pointer; }
:is(a, button):focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
`

/** Sent with each page: its form goes to the shop itself, and the address with its token to nobody else. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': pagePolicy(style, { 'form-action': "'self'" }),
}

/** The page that a link opens: one button. */
export function questionPage(action: Action, token: string, language: Language, shop: Shop): string {
  const { heading, text, button } = words[language][action]
  return whole(
    heading,
    language,
    shop,
    html`<p>${text}</p>
<form method="post" action="${pathOf(notificationsApi.routes.changeSubscription, { action })}">
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="language" value="${language}">
<button>${button}</button>
</form>`,
  )
}

/** The page after the button. `kind`: what was confirmed or ended; undefined for a token that is not known. */
export function answerPage(action: Action, kind: LetterKind | undefined, language: Language, shop: Shop): string {
  const { done } = words[language][action]
  if (action === 'confirm' && !kind)
    return whole(deadLink[language], language, shop, html`<p role="alert">${done.unknown}</p>`)
  return whole(done[kind ?? 'unknown'], language, shop, html``)
}

function whole(heading: string, language: Language, shop: Shop, content: ReturnType<typeof html>): string {
  const body = html`<main>
<p class="shop"><a href="${shop.url}/${language}">${shop.name}</a></p>
<h1>${heading}</h1>
${content}</main>`
  return page({ title: `${heading} – ${shop.name}`, style, body, language })
}
