// How the simulated provider signs its webhooks, and how the shop checks the signature:
// `souk-signature: t=<unix seconds>,v1=<hmac-sha256 of "t.body" in hex>`.
import { createHmac, timingSafeEqual } from 'node:crypto'

const toleranceSeconds = 300

export function sign(secret: string, body: Uint8Array | string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000)
  return `t=${seconds},v1=${digest(secret, seconds, body).toString('hex')}`
}

/** True for our own signature over exactly these bytes, made within five minutes. */
export function verifySignature(secret: string, body: Uint8Array, header: string | undefined, now: Date): boolean {
  const parts = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '')
  if (!parts) return false
  const seconds = Number(parts[1])
  if (Math.abs(now.getTime() / 1000 - seconds) > toleranceSeconds) return false
  return timingSafeEqual(Buffer.from(parts[2] as string, 'hex'), digest(secret, seconds, body))
}

function digest(secret: string, seconds: number, body: Uint8Array | string): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
}
