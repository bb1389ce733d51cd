// The key with which a guest reads or cancels an order later. It is derived from the shop's secret and not stored with the
// order. OrderPlaced contains it, so it is stored wherever messages and mails are: outbox_sent (14 days), the bus (7 days),
// the contents of notifications (90 days), and the replies that are kept for repeated requests (3 days).
import { timingSafeEqual } from 'node:crypto'
import { keyedHash } from '@souk/service'

/** 128 bits that only the shop can make. While secrets are rotated there are several; new keys are made with the first. */
export function accessKeyOf(orderId: string, secrets: string): string {
  return keysOf(orderId, secrets)[0] as string
}

export function isAccessKey(key: string | undefined, orderId: string, secrets: string): boolean {
  if (key === undefined) return false
  const given = Buffer.from(key)
  return keysOf(orderId, secrets)
    .map((genuine) => Buffer.from(genuine))
    .some((genuine) => given.length === genuine.length && timingSafeEqual(given, genuine))
}

function keysOf(orderId: string, secrets: string): string[] {
  return secrets.split(',').map((secret) => keyedHash('order-key', orderId.toLowerCase(), secret))
}
