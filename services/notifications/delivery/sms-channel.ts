// Sends text messages by the protocol of Twilio: a form is posted, with account and token as Basic credentials. The protocol knows no
// idempotency key, so a text whose outcome is not clear is not sent again: a text too few is better than two.
import type { Channel, Delivery } from './channel.ts'

const sendAtMostMs = 15_000
const mostAnswerBytes = 16_384

/** Codes of Twilio that say that a number takes no texts: invalid, not a mobile, unsubscribed, unreachable. */
const gone = new Set([21211, 21214, 21217, 21265, 21610, 21614, 30003, 30005, 30006])

/** `url`: with account and token before the host. They are in no log and no error. */
export function smsChannel(url: string, from: string): Channel {
  const { href, authorization } = splitUrl(url)
  return {
    connections: 3,
    leaseSeconds: 120,
    isTriedOnce: true,
    retrySeconds: [30, 120, 600, 3_600],
    async send({ recipient, text }) {
      const body = new URLSearchParams({ To: recipient, From: from, Body: text })
      try {
        const response = await fetch(href, {
          method: 'POST',
          headers: { authorization, accept: 'application/json' },
          body,
          redirect: 'error',
          signal: AbortSignal.timeout(sendAtMostMs),
        })
        return deliveryOf(response.status, await readAnswer(response), Number(response.headers.get('retry-after')))
      } catch (error) {
        return failureOf(error)
      }
    },
    close: async () => undefined,
  }
}

function splitUrl(text: string): { href: string; authorization: string } {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new Error('NOTIFICATIONS_SMS_URL must be an address like https://account:token@host/path.')
  const url = new URL(text)
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { href: url.href, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** The error code in the answer, if any. What is longer than any answer of the protocol is not read. */
async function readAnswer(response: Response): Promise<{ code?: number; message?: string }> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > mostAnswerBytes) return {}
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    return {} // The status says enough.
  }
}

function deliveryOf(status: number, { code, message }: { code?: number; message?: string }, wait: number): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'delivered' }
  const error = `${status} ${code ?? ''} ${message ?? ''}`.replace(/\s+/g, ' ').trim().slice(0, 300)
  if (code !== undefined && gone.has(code)) return { outcome: 'refused', error, isGone: true }
  // Not accepted: too many at once, or our credentials are wrong, which the operator can correct.
  if (status === 429 || status === 401 || status === 403 || status === 503)
    return { outcome: 'try-again', error, waitSeconds: wait > 0 ? wait : undefined }
  if (status >= 500) return unclear(error)
  return { outcome: 'refused', error }
}

/** Nothing was sent when there was no connection. After that, nobody knows. */
function failureOf(error: unknown): Delivery {
  const { cause } = error as Error & { cause?: { code?: string } }
  const code = cause?.code ?? ''
  if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(code))
    return { outcome: 'try-again', error: `The provider cannot be reached (${code}).` }
  return unclear((error as Error).name)
}
function unclear(error: string): Delivery {
  return { outcome: 'refused', error: `Whether it was sent is not known, so it is not sent again (${error}).` }
}
