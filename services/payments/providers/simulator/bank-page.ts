// The page of the simulated bank: plain HTML and a form, readable without JavaScript, in light and dark.
import { Html, html } from '@souk/html'
import { pagePolicy } from '@souk/html/page'
import type { BankPage } from './bank.ts'

/** Its Content-Security-Policy. Browsers check the way back of a form, too, so the shop's origin is named. */
export function bankPagePolicy({ returnUrl }: Pick<BankPage, 'returnUrl'>): string {
  return pagePolicy(style, { 'form-action': `'self' ${new URL(returnUrl).origin}` })
}

/** The whole page, as text. */
export function bankPage({ amount, currency, isAnswered, returnUrl }: BankPage, shopName: string): string {
  const question = isAnswered
    ? html`<p>You have already answered.</p><p class="buttons"><a class="button" href="${returnUrl}">Back to the shop</a></p>`
    : html`<form method="post" class="buttons">
        <button class="button" name="answer" value="approve">Approve</button>
        <button class="button quiet" name="answer" value="decline">Decline</button>
      </form>
      <p class="later"><a href="${returnUrl}">Back to the shop without an answer</a></p>`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Confirm your payment</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
  <header><span class="mark" aria-hidden="true"></span>Pretend Bank</header>
  <h1>Confirm your payment</h1>
  <p class="to">to ${shopName}</p>
  <p class="amount">${priceText(amount, currency)}</p>
  ${question}
  <footer>This is a simulation. There is no bank, and no money will move.</footer>
</main>
</body>
</html>
`.text
}

function priceText(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const style = `
:root { color-scheme: light dark; --ink: #17212b; --soft: #5b6b7a; --paper: #fff; --ground: #eef1f4; --line: #d9e0e6; --edge: #7d8b98; --brand: #0b6e4f }
@media (prefers-color-scheme: dark) { :root { --ink: #eef3f7; --soft: #9fb0bf; --paper: #18222c; --ground: #0e151c; --line: #2b3843; --edge: #72818e; --brand: #38b48b } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 2rem; box-shadow: 0 12px 40px rgb(0 0 0 / .08) }
header { display: flex; align-items: center; gap: .6rem; font-weight: 600; color: var(--soft) }
.mark { width: 1.4rem; height: 1.4rem; border-radius: 50%; background: conic-gradient(var(--brand) 0 50%, transparent 0); border: 3px solid var(--brand) }
h1 { font-size: 1.3rem; margin: 1.75rem 0 0 }
.to { margin: 0; color: var(--soft) }
.amount { font-size: 2.4rem; font-weight: 700; letter-spacing: -.02em; margin: 1rem 0 1.5rem; font-variant-numeric: tabular-nums }
.buttons { display: flex; gap: .75rem; margin: 0 }
.button { flex: 1; padding: .8rem 1rem; border: 1px solid var(--brand); border-radius: 9px; background: var(--brand); color: var(--paper); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer }
.quiet { background: none; color: var(--ink); border-color: var(--edge) }
.later { margin: 1rem 0 0 }
.later a { display: inline-block; padding: .5rem 0; color: var(--brand) }
.button:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px }
footer { margin-top: 1.75rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem }
`
