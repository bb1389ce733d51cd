// What to say on the next page, after a form has been taken: kept in a cookie for a minute.
import type { AstroCookies } from 'astro'
import { dropCookie, setCookie } from './cookies.ts'

export interface Left {
  /** Which notice it is; the page that shows it knows its words. */
  readonly name: string
  readonly values: Readonly<Record<string, string>>
}

export function leaveNotice(cookies: AstroCookies, url: URL, name: string, values: Left['values'] = {}): void {
  setCookie(cookies, url, 'souk_notice', JSON.stringify({ name, values }))
}

/** The notice that was left for a page, once; undefined when it is for another. */
export function takeNotice(cookies: AstroCookies, ...names: string[]): Left | undefined {
  const left = readNotice(cookies)
  if (!left || !names.includes(left.name)) return undefined
  dropCookie(cookies, 'souk_notice')
  return left
}

function isTexts(values: unknown): boolean {
  return typeof values === 'object' && values !== null && Object.values(values).every((one) => typeof one === 'string')
}

function readNotice(cookies: AstroCookies): Left | undefined {
  const cookie = cookies.get('souk_notice')?.value
  if (!cookie) return undefined
  try {
    const left = JSON.parse(cookie)
    return typeof left?.name === 'string' && isTexts(left.values) ? left : undefined
  } catch {
    return undefined // Somebody has changed the cookie.
  }
}
