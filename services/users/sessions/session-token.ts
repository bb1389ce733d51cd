// Session tokens. A token is random and the database keeps only its hash. better-auth signs it (`token.signature`) in the cookie
// and in the set-auth-token header, and writes it without a signature into its JSON replies. Both forms open the session.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a session token, of a link's token or of an e-mail address, as the database keeps it. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** The token without its signature. Undefined when the signature is wrong or the text has another form. */
export function readToken(text: string, secrets: readonly string[]): string | undefined {
  const [token = '', ...rest] = (text.includes('%') ? decoded(text) : text).split('.')
  if (!/^[A-Za-z0-9]{32}$/.test(token)) return undefined
  if (rest.length === 0) return token
  const signature = Buffer.from(rest.join('.'), 'base64')
  return secrets.some((secret) => isSignedWith(secret, token, signature)) ? token : undefined
}

function isSignedWith(secret: string, token: string, signature: Buffer): boolean {
  const expected = createHmac('sha256', secret).update(token).digest()
  return expected.length === signature.length && timingSafeEqual(expected, signature)
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return '' // A broken percent-encoding: no token has one.
  }
}
