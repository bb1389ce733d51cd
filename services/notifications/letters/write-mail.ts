// Writes the two parts of a stored notification's mail: when it is sent, and when somebody looks at it.
import type { NotificationsContext } from '../context.ts'
import type { WithContent } from '../notification-table.ts'
import { shopOf } from '../queue-notification.ts'
import { letterHtml } from './letter-html.ts'
import { writeLetter } from './letter-templates.ts'
import { letterText } from './letter-text.ts'

/** Undefined when what it said has been forgotten. */
export function writeMail(
  { kind, content, accessKey }: WithContent,
  context: NotificationsContext,
): { html: string; text: string } | undefined {
  if (!content) return undefined
  const shop = shopOf(context)
  // The content was stored with its kind, so the two fit; types cannot say that of a row.
  const letter = writeLetter(kind, content as never, shop, accessKey ?? undefined)
  return { html: letterHtml(letter, shop), text: letterText(letter, shop) }
}
