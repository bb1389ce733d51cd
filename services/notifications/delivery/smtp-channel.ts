// Sends mail over SMTP, through a pool of connections that stay open between mails.
import { createTransport } from 'nodemailer'
import type { Channel, Delivery } from './channel.ts'

/** Mails that are sent at once. */
const connections = 5
const minute = 60
const hour = 60 * minute
/** Together they take a day. */
export const mailRetrySeconds = [30, 2 * minute, 10 * minute, hour, 4 * hour, 8 * hour, 11 * hour]
/** An attempt ends after this long, whatever the server does. */
const sendAtMostSeconds = 12

// Contracts check addresses already. This is the last check before the mail server: no comma, no quote, no line break.
const oneAddress = /^[^\s,;:<>()[\]"\\]+@[^\s,;:<>()[\]"\\@]+$/

export function smtpChannel(url: string, from: { name: string; address: string }): Channel {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    connections,
    leaseSeconds: 60,
    retrySeconds: mailRetrySeconds,
    async send({ messageId, recipient, subject, html, text, headers }) {
      if (!oneAddress.test(recipient))
        return { outcome: 'refused', error: 'This is not an e-mail address.', isGone: true }
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: recipient },
          subject,
          text,
          html,
          messageId,
          // Tells vacation responders not to answer (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated', ...headers },
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
  const text = message.slice(0, 500)
  if (!isPermanent || !isAboutThisMail) return { outcome: 'try-again', error: text }
  return { outcome: 'refused', error: text, isGone: command === 'RCPT TO' && saysNoSuchMailbox(text) }
}

/** RFC 3463: 5.1.x is about the address, 5.2.1 a mailbox that is switched off. A full one (5.2.2) and our reputation (5.7.x) are not. */
function saysNoSuchMailbox(text: string): boolean {
  const [, subject, detail] = /\b5\.(\d{1,3})\.(\d{1,3})\b/.exec(text) ?? []
  if (subject === undefined) return /\b55[013]\b/.test(text)
  return subject === '1' || (subject === '2' && detail === '1')
}
