// Mail over SMTP, through a pool of connections that are kept open between mails.
import { createTransport } from 'nodemailer'
import type { Channel, Delivery } from './channel.ts'

/** How many mails travel at once. */
export const smtpConnections = 5
/** After this long, an attempt is over whatever the server does. */
export const sendAtMostSeconds = 12

// Contracts let only such addresses in; here it is the last door before a mail server. No comma, no quote, no line break.
const oneAddress = /^[^\s,;:<>()[\]"\\]+@[^\s,;:<>()[\]"\\@]+$/

export function smtpChannel(url: string, from: { name: string; address: string }): Channel {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: smtpConnections,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ messageId, recipient, subject, html, text }) {
      if (!oneAddress.test(recipient)) return { outcome: 'refused', error: 'This is not an e-mail address.' }
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: recipient },
          subject,
          text,
          html,
          messageId,
          // Says to vacation responders that nobody waits for their answer (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(sendAtMostSeconds * 1000),
        })
        return { outcome: 'delivered' }
      } catch (error) {
        return deliveryOf(error)
      }
    },
    close: async () => transport.close(),
  }
}

/** A server's definite no to the recipient or the letter is final. Its no to us (login, sender) is for the operator to mend. */
function deliveryOf(error: unknown): Delivery {
  const { message, responseCode, command } = error as Error & { responseCode?: number; command?: string }
  const isDefinite = responseCode !== undefined && responseCode >= 500 && responseCode !== 503
  const isAboutThisMail = command === 'RCPT TO' || command === 'DATA'
  return { outcome: isDefinite && isAboutThisMail ? 'refused' : 'try-again', error: message.slice(0, 500) }
}
