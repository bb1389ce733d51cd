// What a page says once, on the next view: the form that was posted leaves it in a cookie and leads to the page.
import { languages } from '@souk/contracts/storefront'
import type { AstroCookies } from 'astro'
import { en } from '../texts/en/index.ts'
import { type TextName, textsIn } from '../texts/texts.ts'
import { dropCookie, setCookie } from './cookies.ts'

export interface Tell {
  readonly text: TextName
  readonly kind: 'good' | 'alert' | 'plain'
  readonly values?: Readonly<Record<string, string | number>>
  /** A line of the cart that was taken out, for who wants it back. */
  readonly undo?: { readonly sku: string; readonly quantity: number; readonly at: number }
}
const mostTold = 6
const longestValue = 90

export function tellNext(cookies: AstroCookies, url: URL, tells: readonly Tell[]): void {
  if (tells.length === 0) return
  const short = (value: string | number) => (typeof value === 'string' ? value.slice(0, longestValue) : value)
  const told = tells.slice(0, mostTold).map(({ values = {}, ...rest }) => ({
    ...rest,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, short(value)])),
  }))
  setCookie(cookies, url, 'souk_told', JSON.stringify(told))
}

/** What the last form has left to say. It is said once. */
export function takeTold(cookies: AstroCookies): readonly Tell[] {
  const cookie = cookies.get('souk_told')?.value
  if (cookie === undefined) return []
  dropCookie(cookies, 'souk_told')
  try {
    const told: unknown = JSON.parse(cookie)
    return Array.isArray(told) ? told.filter(isTell) : []
  } catch {
    return [] // It is not one of ours; there is nothing to say.
  }
}

/** Whether the text has all that it speaks of. */
function isFilled({ text, values }: Tell): boolean {
  try {
    return textsIn(languages[0])(text, values) !== ''
  } catch {
    return false // It is not one of ours, or one of another release.
  }
}

function isTell(one: Tell): boolean {
  const [area, name] = String(one?.text).split('.') as ['buy', string]
  const hasText = Object.hasOwn(en, area) && Object.hasOwn(en[area], name)
  return hasText && ['good', 'alert', 'plain'].includes(one.kind) && isFilled(one)
}
