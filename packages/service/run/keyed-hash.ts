// Secrets that are derived from the shop's, and hashes that only somebody with such a secret can make.
import { createHmac } from 'node:crypto'

/** A secret of its own for one purpose: 256 bits, from one shared secret. */
export function deriveSecret(purpose: string, sharedSecret: string): string {
  return createHmac('sha256', sharedSecret).update(purpose).digest('base64url')
}

/**
 * 128 bits in base64url that only the shop can make. `secrets` may list several, separated by commas, while they are rotated; the
 * first one counts. `purpose` keeps hashes of different things apart.
 */
export function keyedHash(purpose: string, text: string, secrets: string): string {
  const [secret = ''] = secrets.split(',')
  return createHmac('sha256', secret).update(`${purpose}:${text}`).digest().subarray(0, 16).toString('base64url')
}
