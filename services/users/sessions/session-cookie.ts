// The session cookie. With TLS, its name begins with __Host-: browsers then refuse to take it from a subdomain or over HTTP.

/** The prefix of better-auth's cookies. */
export function cookiePrefix(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-souk' : 'souk'
}
/** The gateway reads the cookie by the same name. */
export function sessionCookie(publicUrl: string): string {
  return `${cookiePrefix(publicUrl)}.session_token`
}
