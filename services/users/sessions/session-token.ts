// The token of a session: random, known to its owner alone. better-auth signs it (`token.signature`) where it hands it out
// as a cookie or in the set-auth-token header, and names it bare in its replies; both forms open the session.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** The secret that tokens are signed with, told apart from the shop's other uses of its shared secret. */
export function tokenSecret(sharedSecret: string): string {
  return createHmac('sha256', sharedSecret).update('souk users session tokens').digest('base64url')
}

/** What the database knows of a token or of a link. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** The bare token in what a client sent; undefined when it carries a wrong signature or is none of ours. */
export function tokenIn(sent: string, secrets: readonly string[]): string | undefined {
  const text = sent.includes('%') ? decoded(sent) : sent
  const dot = text.indexOf('.')
  const token = dot < 0 ? text : text.slice(0, dot)
  if (!/^[A-Za-z0-9]{32}$/.test(token)) return undefined
  if (dot < 0) return token
  const signature = Buffer.from(text.slice(dot + 1), 'base64')
  return secrets.some((secret) => isSignedWith(secret, token, signature)) ? token : undefined
}

function isSignedWith(secret: string, token: string, signature: Buffer): boolean {
  const right = createHmac('sha256', secret).update(token).digest()
  return right.length === signature.length && timingSafeEqual(right, signature)
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return '' // Not an encoding of anything, so no token either.
  }
}
