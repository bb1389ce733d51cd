// Formats money, times, addresses and names for letters. English only so far; other languages would start here.
import type { Address, Money } from '@souk/contracts'

const locale = 'en'
const formatters = new Map<string, { format: Intl.NumberFormat; digits: number }>()

/** `{ amount: 1999, currency: 'EUR' }` as €19.99, exact to the last digit. Currencies without cents (JPY) have none here. */
export function moneyText({ amount, currency }: Money): string {
  const { format, digits } = formatters.get(currency) ?? newFormatter(currency)
  // As text, not divided: a double cannot hold the cents of a very large amount.
  const whole = String(Math.abs(amount)).padStart(digits + 1, '0')
  const decimal = digits > 0 ? `${whole.slice(0, -digits)}.${whole.slice(-digits)}` : whole
  return format.format(`${amount < 0 ? '-' : ''}${decimal}` as Intl.StringNumericLiteral)
}

function newFormatter(currency: string) {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  const formatter = { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 }
  formatters.set(currency, formatter)
  return formatter
}

const times = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
export function timeText(time: string): string {
  return `${times.format(new Date(time))} UTC`
}

const countries = new Intl.DisplayNames(locale, { type: 'region' })
/** The lines of an address, all of them. The renderers break links that somebody typed into one. */
export function addressLines(address: Address): string[] {
  return [
    address.name,
    address.company,
    address.line1,
    address.line2,
    `${address.postalCode} ${address.city}`.trim(),
    address.region,
    countries.of(address.country),
  ].filter((line): line is string => line !== undefined && isVisible(line))
}

/** "Hello Ada,", or "Hello," when there is nothing to be seen of the name. */
export function greeting(name: string): string {
  return isVisible(name) ? `Hello ${oneLine(name)},` : 'Hello,'
}

/** Texts that are older than the check of requests may be of characters that nobody sees. */
function isVisible(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)
}

// A line break would start a header or fake a line of the letter. The other characters reverse or hide text.
const breaksAndControls = /[\s\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu

/** The same text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(breaksAndControls, ' ').trim()
}
