// The pages of the development mailbox: no script, no files of their own, readable on a telephone.
import { Html, html } from '../letters/html.ts'
import type { Shop } from '../letters/letter.ts'
import type { WithContent } from '../notification-table.ts'

const sheet = new Html(`<style>
  :root { color-scheme: light dark; --page: #f5f2ec; --card: #fff; --ink: #24211d; --soft: #716a60; --line: #e8e3da; --mark: #9a4a25; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #171614; --card: #22201d; --ink: #f1ede6; --soft: #aaa297; --line: #3a3732; --mark: #e2a27f; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }
  main { max-width: 860px; margin: 0 auto; padding: 36px 16px 60px; }
  h1 { margin: 0; font: normal 28px/1.25 Georgia, 'Times New Roman', serif; overflow-wrap: anywhere; }
  a { color: inherit; }
  .soft { color: var(--soft); font-size: 14px; }
  .top { display: flex; flex-wrap: wrap; gap: 14px 24px; align-items: end; justify-content: space-between; margin-bottom: 22px; }
  form { display: flex; gap: 8px; flex: 0 1 360px; }
  input { flex: 1; min-width: 0; padding: 8px 12px; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
  button { padding: 8px 16px; font: inherit; color: var(--page); background: var(--ink); border: 0; border-radius: 8px; }
  :is(a, input, button):focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
  .card { background: var(--card); border-radius: 14px; overflow: hidden; }
  ol { list-style: none; margin: 0; padding: 0; }
  li + li { border-top: 1px solid var(--line); }
  li a { display: grid; grid-template-columns: 1fr auto; gap: 0 16px; padding: 14px 22px; text-decoration: none; }
  li a:hover .subject { text-decoration: underline; text-underline-offset: 3px; }
  .subject, .to { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .to { grid-row: 2; }
  time { white-space: nowrap; }
  .empty { padding: 56px 22px; text-align: center; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 18px; margin: 18px 0 24px; }
  dt { color: var(--soft); }
  dd { margin: 0; overflow-wrap: anywhere; }
  iframe { display: block; width: 100%; border: 0; background: var(--page); }
  details { margin-top: 18px; padding: 16px 22px; }
  summary { cursor: pointer; }
  pre { margin: 14px 0 4px; overflow-x: auto; font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
  @media (max-width: 520px) {
    li a { grid-template-columns: 1fr; }
    li time { grid-row: 3; }
    .subject, .to { white-space: normal; overflow-wrap: anywhere; }
    dl { grid-template-columns: 1fr; gap: 0; }
    dd { margin-bottom: 8px; }
    form { flex-basis: 100%; }
  }
</style>`)

export function mailboxPage(rows: readonly WithContent[], to: string | undefined, isSent: boolean, shop: Shop): string {
  return page(
    `Mailbox of ${shop.name}`,
    html`<div class="top">
<div><h1>Mailbox</h1><div class="soft">What ${shop.name} wrote to people.${isSent ? '' : ' Nothing of it was really sent.'}</div></div>
<form method="get" action="/mailbox"><input type="email" name="to" value="${to ?? ''}" placeholder="Only to this address" aria-label="Only to this address" maxlength="254"><button>Show</button></form>
</div>
<div class="card">${rows.length === 0 ? nothing(to) : html`<ol>${rows.map(rowItem)}</ol>`}</div>
${rows.length >= 100 && html`<p class="soft">The newest 100. Older ones are found by their address.</p>`}
${to && html`<p class="soft"><a href="/mailbox">Show all mail</a></p>`}`,
  )
}

function nothing(to: string | undefined): Html {
  return html`<div class="empty soft">${to ? `No mail to ${to} yet.` : 'No mail yet. Buy something.'}</div>`
}

function rowItem({ id, recipient, subject, sentAt, createdAt }: WithContent): Html {
  return html`<li><a href="/mailbox/${id}"><span class="subject">${subject}</span><span class="to soft">${recipient}</span>${timeTag(sentAt ?? createdAt)}</a></li>
`
}

export function mailPage(row: WithContent, text: string, shop: Shop): string {
  return page(
    row.subject,
    html`<p class="soft"><a href="/mailbox">Mailbox of ${shop.name}</a></p>
<h1>${row.subject}</h1>
<dl class="soft">
<dt>To</dt><dd><a href="/mailbox?to=${encodeURIComponent(row.recipient)}">${row.recipient}</a></dd>
<dt>Sent</dt><dd>${row.sentAt ? timeTag(row.sentAt) : 'Not yet'}</dd>
<dt>Message id</dt><dd>${row.messageId}</dd>
</dl>
<iframe src="/mailbox/${row.id}/html" title="The mail" style="height:${frameHeight(text)}px" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<details class="card"><summary>As plain text</summary><pre>${text}</pre></details>`,
  )
}

/** A page without script cannot ask the frame how high it wants to be; the lines of the text part come close. */
function frameHeight(text: string): number {
  return 150 + 28 * text.split('\n').length
}

function timeTag(time: string): Html {
  return html`<time class="soft" datetime="${time}">${time.slice(0, 10)} ${time.slice(11, 19)} UTC</time>`
}

function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${sheet}
</head>
<body><main>
${content}
</main></body>
</html>
`.text
}
