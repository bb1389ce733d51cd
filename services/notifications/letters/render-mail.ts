// Renders the HTML part and the text part of a stored mail: when it is sent, and when the mailbox shows it.
import { type NotificationsContext, shopOf } from '../context.ts'
import type { StoredMail } from '../notification-table.ts'
import { letterHtml } from './letter-html.ts'
import { writeLetter } from './letter-templates.ts'
import { letterText } from './letter-text.ts'

/** Undefined when the content was deleted. */
export function renderMail(
  { kind, content, accessKey }: StoredMail,
  context: NotificationsContext,
): { html: string; text: string } | undefined {
  if (!content) return undefined
  const shop = shopOf(context)
  // The row holds the content of its kind; the types of a row cannot say so.
  const letter = writeLetter(kind, content as never, shop, accessKey ?? undefined)
  return { html: letterHtml(letter, shop), text: letterText(letter, shop) }
}
