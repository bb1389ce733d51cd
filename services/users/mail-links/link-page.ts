// The HTML of the pages behind the links in mails: a form with one button, and what came of it. No script, no further files.
import { pathOf } from '@souk/contracts'
import { type LinkAction, usersApi } from '@souk/contracts/users'
import { type Html, html } from '@souk/html'
import { page, pagePolicy } from '@souk/html/page'

interface Words {
  heading: string
  text: string
  button: string
  done: string
}
const wordsOf: Record<LinkAction, Words> = {
  'verify-email': {
    heading: 'Confirm your e-mail address',
    text: 'The account and the orders that were placed with this address then belong together. Confirm only if you created the account yourself.',
    button: 'Confirm my address',
    done: 'Your e-mail address is confirmed.',
  },
  'reset-password': {
    heading: 'Choose a new password',
    text: 'The old password stops working, and all devices are signed out.',
    button: 'Set the password',
    done: 'Your new password is set. You can sign in with it now.',
  },
  'change-email': {
    heading: 'Use this e-mail address',
    text: 'Your account gets this address in place of the old one, and other devices are signed out.',
    button: 'Use this address',
    done: 'Your account has its new e-mail address. Sign in with it from now on.',
  },
}

const style = `
:root { color-scheme: light dark; --page: #f5f2ec; --card: #fff; --ink: #24211d; --soft: #716a60; --line: #d8d1c4; --mark: #9a4a25; }
@media (prefers-color-scheme: dark) {
  :root { --page: #171614; --card: #22201d; --ink: #f1ede6; --soft: #aaa297; --line: #4a463f; --mark: #e2a27f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--page); color: var(--ink); font: 16px/1.5 -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }
main { width: 100%; max-width: 440px; background: var(--card); border-radius: 14px; padding: 32px 28px; }
h1 { margin: 0 0 12px; font: normal 26px/1.25 Georgia, 'Times New Roman', serif; }
p { margin: 0 0 20px; overflow-wrap: anywhere; }
.shop { margin: 0 0 6px; color: var(--soft); font-size: 14px; }
.problem { color: var(--mark); font-weight: 600; }
label { display: block; margin-bottom: 6px; }
input { display: block; width: 100%; margin-bottom: 18px; padding: 10px 12px; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px; }
button { width: 100%; padding: 11px 16px; font: inherit; color: var(--page); background: var(--ink); border: 0; border-radius: 8px; cursor: pointer; }
a { color: inherit; }
:is(a, input, button):focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
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

/** The page that a link opens. `problem`: why the button did not work, when it is shown again. */
export function questionPage(action: LinkAction, fields: LinkFields, shopName: string, problem?: string): string {
  const { heading, text, button } = wordsOf[action]
  const form = html`<form method="post" action="${pathOf(usersApi.routes.useLink, { action })}">
<input type="hidden" name="token" value="${fields.token}">
${fields.callbackURL !== '' && html`<input type="hidden" name="callbackURL" value="${fields.callbackURL}">\n`}${action === 'reset-password' && passwordField}<button>${button}</button>
</form>`
  return whole(
    heading,
    shopName,
    html`${problem && html`<p class="problem" role="alert">${problem}</p>\n`}<p>${text}</p>\n${form}`,
  )
}

const passwordField = html`<label for="new-password">New password</label>
<input id="new-password" type="password" name="newPassword" autocomplete="new-password" required maxlength="256">
`

/** The page after the button. `onward`: where it leads on to. */
export function donePage(action: LinkAction, shopName: string, onward: string): string {
  const { heading, done } = wordsOf[action]
  return whole(heading, shopName, html`<p>${done}</p>\n<p><a href="${onward}">Continue</a></p>`)
}

/** The page for a link that no longer works, or never did. */
export function deadLinkPage(action: LinkAction, shopName: string, sentence: string): string {
  return whole(wordsOf[action].heading, shopName, html`<p class="problem" role="alert">${sentence}</p>`)
}

function whole(heading: string, shopName: string, content: Html): string {
  const body = html`<main>
<p class="shop">${shopName}</p>
<h1>${heading}</h1>
${content}
</main>`
  return page({ title: `${heading} – ${shopName}`, style, body })
}
