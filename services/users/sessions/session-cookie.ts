// The cookie of a session. With TLS its prefix makes browsers refuse it from a sister domain or over plain HTTP.

export function cookiePrefix(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-souk' : 'souk'
}
/** The gateway knows it by this name. */
export function sessionCookie(publicUrl: string): string {
  return `${cookiePrefix(publicUrl)}.session_token`
}
