// The pages of the development mailbox: no script, no further files, readable on a phone.
import { pathOf } from '@souk/contracts'
import { notificationsApi } from '@souk/contracts/notifications'
import { type Html, html } from '@souk/html'
import { page } from '@souk/html/page'
import type { Shop } from '../letters/letter.ts'
import type { StoredNotification } from '../notification-table.ts'

const { mailbox, readMail, readMailBody } = notificationsApi.routes

export const style = `
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
.top > div { flex: 1 1 280px; }
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
`

/** The list of mails. `to`: the recipient that it is filtered by. `isSent`: whether a mail server sends them, too. */
export function mailboxPage(
  mails: readonly StoredNotification[],
  to: string | undefined,
  isSent: boolean,
  shop: Shop,
): string {
  const about = `E-mails, text messages and pushes from ${shop.name}${isSent ? '' : '; e-mails are shown here instead of being sent'}.`
  const body = html`<main>
<div class="top">
<div><h1>Mailbox</h1><div class="soft">${about}</div></div>
<form method="get" action="${mailbox.path}"><input type="search" name="to" value="${to ?? ''}" placeholder="Filter by recipient" aria-label="Filter by recipient" maxlength="254"><button>Show</button></form>
</div>
<div class="card">${mails.length === 0 ? emptyList(to) : html`<ol>${mails.map(listItem)}</ol>`}</div>
${mails.length >= 100 && html`<p class="soft">These are the newest 100 e-mails.${!to && ' Filter by recipient to find older ones.'}</p>`}
${to && html`<p class="soft"><a href="${mailbox.path}">Show all e-mails</a></p>`}
</main>`
  return page({ title: `Mailbox of ${shop.name}`, style, body })
}

function emptyList(to: string | undefined): Html {
  const text = to ? `No mail to ${to} yet.` : 'No mail yet. Place an order, and its confirmation appears here.'
  return html`<div class="empty soft">${text}</div>`
}

const channels = { mail: '', push: 'Push: ', sms: 'Text message: ' }
function listItem({ id, channel, recipient, subject, sentAt, createdAt }: StoredNotification): Html {
  return html`<li><a href="${pathOf(readMail, { id })}"><span class="subject">${channels[channel]}${subject}</span><span class="to soft">${recipient}</span>${timeTag(sentAt ?? createdAt)}</a></li>
`
}

/** One mail: its headers, its HTML part in a frame, and its text part. */
export function mailPage(mail: StoredNotification, text: string, shop: Shop): string {
  const body = html`<main>
<p class="soft"><a href="${mailbox.path}">Mailbox of ${shop.name}</a></p>
<h1>${mail.subject}</h1>
<dl class="soft">
<dt>To</dt><dd><a href="${mailbox.path}?to=${encodeURIComponent(mail.recipient)}">${mail.recipient}</a></dd>
<dt>Sent</dt><dd>${mail.sentAt ? timeTag(mail.sentAt) : 'Not yet'}</dd>
<dt>Message-ID</dt><dd>${mail.messageId}</dd>
</dl>
<iframe src="${pathOf(readMailBody, { id: mail.id })}" title="E-mail" height="${frameHeight(text)}" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<details class="card"><summary>Plain text version</summary><pre>${text}</pre></details>
</main>`
  return page({ title: mail.subject, style, body })
}

/** In pixels. Without a script the frame cannot grow with the letter; the lines of the text part give a close estimate. */
function frameHeight(text: string): number {
  return 150 + 28 * text.split('\n').length
}

function timeTag(time: string): Html {
  return html`<time class="soft" datetime="${time}">${time.slice(0, 10)} ${time.slice(11, 19)} UTC</time>`
}
