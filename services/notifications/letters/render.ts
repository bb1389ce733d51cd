// Renders a stored notification: when it is sent, and when the mailbox shows it.
import { type NotificationsContext, shopOf } from '../context.ts'
import type { StoredNotification } from '../notification-table.ts'
import { letterHtml } from './letter-html.ts'
import { writeLetter } from './letter-templates.ts'
import { letterText } from './letter-text.ts'
import { noteOf } from './note.ts'

export interface Rendered {
  text: string
  /** Of mails. */
  html?: string
  headers?: Record<string, string>
  /** Where a push leads to. */
  url?: string
  title?: string
}

/** Undefined when the content was deleted. */
export function render(
  { channel, kind, content, accessKey }: StoredNotification,
  context: NotificationsContext,
): Rendered | undefined {
  if (!content) return undefined
  const shop = shopOf(context)
  // The casts: the row holds the content of its kind; the types of a row cannot say so.
  if (channel === 'push') return noteOf(kind, content as never, shop, accessKey ?? undefined)
  if (channel === 'sms') {
    // Without the key: texts are not encrypted, and only signed-in customers get them.
    const { text, url } = noteOf(kind, content as never, shop)
    return { text: kind === 'phone-code' ? text : `${text} ${url}` }
  }
  const letter = writeLetter(kind, content as never, shop, accessKey ?? undefined)
  const { unsubscribeUrl } = letter
  return {
    html: letterHtml(letter, shop),
    text: letterText(letter, shop),
    // RFC 8058: mail programs show a button that unsubscribes with one POST.
    headers: unsubscribeUrl
      ? { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
      : {},
  }
}
