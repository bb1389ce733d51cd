// The development mailbox at /mailbox: reads the mail that nobody sends. Where it is off, it does not exist.
import { notificationsApi } from '@souk/contracts/notifications'
import { handle, refuse, reply } from '@souk/service'
import type { NotificationsContext } from '../context.ts'
import { writeMail } from '../letters/write-mail.ts'
import { type WithContent, withContent } from '../notification-table.ts'
import { shopOf } from '../queue-notification.ts'
import { mailboxPage, mailPage } from './mailbox-pages.ts'

const {
  mailbox: pageRoute,
  readMail: mailRoute,
  readMailBody: bodyRoute,
  mailboxList: listRoute,
} = notificationsApi.routes
const atMost = 100

const guards = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // The links in mails are keys to orders and accounts.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
// A mail holds what strangers typed. It runs no script and belongs to no origin; only its links may open, in a new tab.
const mailPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

export const mailbox = handle(pageRoute, async ({ query }, context: NotificationsContext) => {
  if (!context.resources.showsMailbox) refuse(pageRoute, 'not-found', closed)
  const rows = await newest(query.to, context)
  return pageReply(mailboxPage(rows, query.to, context.resources.mail !== undefined, shopOf(context)))
})

export const readMail = handle(mailRoute, async ({ params }, context: NotificationsContext) => {
  const row = context.resources.showsMailbox ? await find(params.id, context) : undefined
  if (!row) refuse(mailRoute, 'not-found', 'There is no such mail.')
  return pageReply(mailPage(row, partsOf(row, context).text, shopOf(context)))
})

export const readMailBody = handle(bodyRoute, async ({ params }, context: NotificationsContext) => {
  const row = context.resources.showsMailbox ? await find(params.id, context) : undefined
  if (!row) refuse(bodyRoute, 'not-found', 'There is no such mail.')
  const headers = { ...guards, 'content-security-policy': mailPolicy }
  return reply(200, Buffer.from(partsOf(row, context).html), headers)
})

export const mailboxList = handle(listRoute, async ({ query }, context: NotificationsContext) => {
  if (!context.resources.showsMailbox) refuse(listRoute, 'not-found', closed)
  const rows = await newest(query.to, context)
  const items = rows.map((row) => ({
    id: row.id,
    to: row.recipient,
    subject: row.subject,
    text: partsOf(row, context).text,
    sentAt: row.sentAt ?? row.createdAt,
  }))
  return { items }
})

const closed = 'The development mailbox is closed here.'

function pageReply(page: string) {
  return reply(200, Buffer.from(page), { ...guards, 'content-security-policy': pagePolicy })
}

async function newest(to: string | undefined, { sql }: NotificationsContext): Promise<WithContent[]> {
  const filter = to ? sql`lower(n.recipient) = lower(${to})` : sql`true`
  return sql<WithContent>`
    select ${withContent(sql)}
    from notification n
    where ${filter}
    order by n.id desc
    limit ${atMost}`
}

async function find(id: string, { sql }: NotificationsContext): Promise<WithContent | undefined> {
  const [row] = await sql<WithContent>`
    select ${withContent(sql)}
    from notification n
    where n.id = ${id}`
  return row
}

const forgotten = 'What it said has been forgotten.'
function partsOf(row: WithContent, context: NotificationsContext): { html: string; text: string } {
  return writeMail(row, context) ?? { html: `<p>${forgotten}</p>`, text: forgotten }
}
