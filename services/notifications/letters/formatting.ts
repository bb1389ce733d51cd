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
/** The lines of an address, without those that look like spam. */
export function addressLines(address: Address): string[] {
  return [
    address.name,
    address.company,
    address.line1,
    address.line2,
    `${address.postalCode} ${address.city}`,
    address.region,
    countries.of(address.country),
  ].filter((line): line is string => line !== undefined && oneLine(line) !== '' && !looksLikeSpam(oneLine(line)))
}

/** "Hello Ada,", or "Hello," when the name looks like spam. */
export function greeting(name: string): string {
  const line = oneLine(name)
  return line === '' || looksLikeSpam(line) ? 'Hello,' : `Hello ${line},`
}

/** Long, or with a link. A spammer could enter a text as a name, with somebody else's e-mail address, and the shop would mail it. */
function looksLikeSpam(line: string): boolean {
  return line.length > 60 || /[:@<>]|\/\/|\S\.\p{L}/u.test(line)
}

// A line break would start a header or fake a line of the letter. The other characters reverse or hide text.
const breaksAndControls = /[\s\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** The same text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(breaksAndControls, ' ').trim()
}
