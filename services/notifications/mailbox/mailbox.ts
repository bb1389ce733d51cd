// The development mailbox at /mailbox: shows the mail of a shop that has no mail server. While it is off, its routes answer 404.
import { notificationsApi } from '@souk/contracts/notifications'
import { html } from '@souk/html'
import { pagePolicy } from '@souk/html/page'
import { handle, refuse, reply } from '@souk/service'
import { type NotificationsContext, shopOf } from '../context.ts'
import { render } from '../letters/render.ts'
import { findNotification, newestNotifications, type StoredNotification } from '../notification-table.ts'
import { mailboxPage, mailPage, style } from './mailbox-pages.ts'

const {
  mailbox: pageRoute,
  readMail: mailRoute,
  readMailBody: bodyRoute,
  mailboxList: listRoute,
  mailboxState: stateRoute,
} = notificationsApi.routes
const mostListed = 100
const closed = 'The development mailbox is switched off.'
const deleted = 'The content of this letter was deleted.'

const commonHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // The links in mails open orders and accounts.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const pageHeaders = {
  ...commonHeaders,
  'content-security-policy': pagePolicy(style, {
    'img-src': "'self' data:",
    'frame-src': "'self'",
    'form-action': "'self'",
  }),
}
// A letter contains what customers typed. It runs no script and has no origin; its links open in a new tab.
const letterHeaders = {
  ...commonHeaders,
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
}

export const mailbox = handle(pageRoute, async ({ query }, context: NotificationsContext) => {
  const { sql, resources } = context
  if (!resources.showsMailbox) refuse(pageRoute, 'not-found', closed)
  const mails = await newestNotifications(sql, query.to, mostListed)
  const page = mailboxPage(mails, query.to, resources.channels.mail !== undefined, shopOf(context))
  return reply(200, Buffer.from(page), pageHeaders)
})

export const readMail = handle(mailRoute, async ({ params }, context: NotificationsContext) => {
  const mail = context.resources.showsMailbox ? await findNotification(context.sql, params.id) : undefined
  if (!mail) refuse(mailRoute, 'not-found', 'There is no such mail.')
  return reply(200, Buffer.from(mailPage(mail, partsOf(mail, context).text, shopOf(context))), pageHeaders)
})

export const readMailBody = handle(bodyRoute, async ({ params }, context: NotificationsContext) => {
  const mail = context.resources.showsMailbox ? await findNotification(context.sql, params.id) : undefined
  if (!mail) refuse(bodyRoute, 'not-found', 'There is no such mail.')
  return reply(200, Buffer.from(partsOf(mail, context).html), letterHeaders)
})

export const mailboxState = handle(stateRoute, async (_request, { resources }: NotificationsContext) => ({
  isOpen: resources.showsMailbox,
}))

export const mailboxList = handle(listRoute, async ({ query }, context: NotificationsContext) => {
  if (!context.resources.showsMailbox) refuse(listRoute, 'not-found', closed)
  const mails = await newestNotifications(context.sql, query.to, mostListed)
  const items = mails.map((mail) => ({
    id: mail.id,
    channel: mail.channel,
    to: mail.recipient,
    subject: mail.subject,
    text: partsOf(mail, context).text,
    sentAt: mail.sentAt ?? mail.createdAt,
  }))
  return { items }
})

/** Pushes and texts have one part; the frame shows it as a page. */
function partsOf(stored: StoredNotification, context: NotificationsContext): { html: string; text: string } {
  const parts = render(stored, context)
  if (!parts) return { html: `<p>${deleted}</p>`, text: deleted }
  const text = [parts.title, parts.text, parts.url].filter(Boolean).join('\n')
  return { text, html: parts.html ?? html`<p style="white-space:pre-line">${text}</p>`.text }
}
