// Sends pushes to the push services of browsers (RFC 8030). Their addresses come from strangers, so each connection goes to a public
// address, takes a bounded time, follows no redirection, and what is answered is not read.
import { createHash } from 'node:crypto'
import { Agent as HttpAgent, type RequestOptions, request as requestHttp } from 'node:http'
import { Agent, request } from 'node:https'
import type { Sql } from '@souk/postgres'
import { encryptPush, mostPushBytes, vapidHeader } from '../push/encrypt-push.ts'
import { type PushRules, publicLookup, readEndpoint } from '../push/push-address.ts'
import type { PushKeys } from '../push/push-keys.ts'
import type { Channel, Delivery, Outgoing } from './channel.ts'

/** Pushes that are sent at once. */
const connections = 8
const sendAtMostMs = 10_000
/** How long a push service keeps a push for a browser that is off. */
const keptSeconds = 86_400

interface Parts {
  sql: Sql
  now: () => Date
  pushKeys: PushKeys
  rules: PushRules
  /** Whom a push service writes to when something is wrong with our pushes. */
  contact: string
}
interface Browser {
  endpoint: string
  p256dh: string
  auth: string
  publicKey: string
}
const gone = { outcome: 'refused', error: 'The browser receives no pushes any more.', isGone: true } as const

export function pushChannel({ sql, now, pushKeys, rules, contact }: Parts): Channel {
  const lookup = publicLookup(rules)
  const agents = {
    'https:': new Agent({ keepAlive: true, maxSockets: connections, lookup }),
    'http:': new HttpAgent({ keepAlive: true, maxSockets: connections, lookup }),
  }
  return {
    connections,
    leaseSeconds: 60,
    retrySeconds: [30, 120, 600, 3_600],
    async send(outgoing) {
      const [browser] = await sql<Browser>`
        select endpoint, p256dh, auth, public_key from push_browser where id::text = ${outgoing.recipient}`
      if (!browser) return gone
      // The rules may be stricter now than when it subscribed.
      const endpoint = readEndpoint(browser.endpoint, rules)
      if (typeof endpoint === 'string') return { outcome: 'refused', error: endpoint, isGone: true }
      const key = await pushKeys.of(browser.publicKey)
      if (!key) return { outcome: 'refused', error: 'The key that the browser subscribed with is gone.', isGone: true }
      const body = encryptPush(payloadOf(outgoing), browser)
      const headers = {
        authorization: vapidHeader(endpoint, contact, key, now()),
        'content-type': 'application/octet-stream',
        'content-encoding': 'aes128gcm',
        'content-length': body.length,
        ttl: keptSeconds,
        urgency: 'normal',
        // A push that was sent twice replaces itself while the browser is off.
        topic: createHash('sha256').update(outgoing.messageId).digest('base64url').slice(0, 32),
      }
      const agent = agents[endpoint.protocol as keyof typeof agents]
      return post(endpoint, { method: 'POST', headers, agent, signal: AbortSignal.timeout(sendAtMostMs) }, body)
    },
    async close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

/** What the service worker shows: title, body, where a click leads to; a tag, so that a repeated push replaces the first. */
function payloadOf({ subject, text, url, messageId }: Outgoing): string {
  const payload = { title: subject, body: text, url, tag: messageId }
  const bytes = Buffer.byteLength(JSON.stringify(payload))
  // Titles of goods are bounded, so this is a last measure.
  return JSON.stringify(bytes <= mostPushBytes ? payload : { ...payload, body: text.slice(0, 200) })
}

function post(url: URL, options: RequestOptions, body: Buffer): Promise<Delivery> {
  return new Promise((done) => {
    const send = url.protocol === 'https:' ? request : requestHttp
    const sent = send(url, options, (response) => {
      const { statusCode = 0, headers } = response
      // The connection ends rather than read an answer of any length.
      response.destroy()
      done(deliveryOf(statusCode, Number(headers['retry-after'])))
    })
    sent.on('error', (error) => done({ outcome: 'try-again', error: error.message.slice(0, 300) }))
    sent.end(body)
  })
}

function deliveryOf(status: number, waitSeconds: number): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'delivered' }
  const error = `The push service answered ${status}.`
  if (status === 404 || status === 410) return { ...gone, error }
  if (status === 429 || status >= 500)
    return { outcome: 'try-again', error, waitSeconds: waitSeconds > 0 ? waitSeconds : undefined }
  return { outcome: 'refused', error }
}
