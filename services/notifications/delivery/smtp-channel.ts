// Sends mail over SMTP, through a pool of connections that stay open between mails.
import { createTransport } from 'nodemailer'
import type { Channel, Delivery } from './channel.ts'

/** Mails that are sent at once. */
export const smtpConnections = 5
/** An attempt ends after this long, whatever the server does. */
const sendAtMostSeconds = 12

// Contracts check addresses already. This is the last check before the mail server: no comma, no quote, no line break.
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
          // Tells vacation responders not to answer (RFC 3834).
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

/**
 * A permanent error about the recipient or the content is final. A permanent error about us (login, sender) is tried again,
 * because the operator can correct it.
 */
function deliveryOf(error: unknown): Delivery {
  const { message, responseCode, command } = error as Error & { responseCode?: number; command?: string }
  const isPermanent = responseCode !== undefined && responseCode >= 500 && responseCode !== 503
  const isAboutThisMail = command === 'RCPT TO' || command === 'DATA'
  return { outcome: isPermanent && isAboutThisMail ? 'refused' : 'try-again', error: message.slice(0, 500) }
}
