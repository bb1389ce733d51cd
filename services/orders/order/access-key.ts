// The key with which a guest reads or cancels an order later. Derived from the shop's secret, not stored with it; it travels
// in OrderPlaced, and lies where messages and mails do: outbox_sent (14 days), the bus (7), notifications' contents (90),
// and replies that are kept for repeated requests (3).
import { createHmac, timingSafeEqual } from 'node:crypto'

/** 128 bits that only the shop can make. While secrets are rotated there are several; the first makes new keys. */
export function accessKeyOf(orderId: string, sharedSecret: string): string {
  return keysOf(orderId, sharedSecret)[0] as string
}

export function isAccessKey(key: string | undefined, orderId: string, sharedSecret: string): boolean {
  if (key === undefined) return false
  const given = Buffer.from(key)
  return keysOf(orderId, sharedSecret)
    .map((genuine) => Buffer.from(genuine))
    .some((genuine) => given.length === genuine.length && timingSafeEqual(given, genuine))
}

function keysOf(orderId: string, sharedSecret: string): string[] {
  return sharedSecret
    .split(',')
    .map((secret) =>
      createHmac('sha256', secret)
        .update(`order-key:${orderId.toLowerCase()}`)
        .digest()
        .subarray(0, 16)
        .toString('base64url'),
    )
}
