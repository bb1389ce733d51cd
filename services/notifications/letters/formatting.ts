// How money, times, countries and people are written. English only for now: a customer's language will come in here.
import type { Address, Money } from '@souk/contracts'

const locale = 'en'
const formatters = new Map<string, { format: Intl.NumberFormat; digits: number }>()

/** `{ amount: 1999, currency: 'EUR' }` as €19.99, exact to the last digit; yen have no cents. */
export function moneyText({ amount, currency }: Money): string {
  const { format, digits } = formatters.get(currency) ?? newFormatter(currency)
  // As a decimal text, not divided: a double would not hold the cents of a very large amount.
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
/** Without the lines that are not what an address says. */
export function addressLines(address: Address): string[] {
  return [
    address.name,
    address.company,
    address.line1,
    address.line2,
    `${address.postalCode} ${address.city}`,
    address.region,
    countries.of(address.country),
  ].filter((line): line is string => line !== undefined && isCalm(oneLine(line)))
}

/** "Hello Ada,"; not with a name that is an advertisement. */
export function greeting(name: string): string {
  const line = oneLine(name)
  return isCalm(line) ? `Hello ${line},` : 'Hello,'
}

/** Short, and no link: anybody may type a name and another person's address into a form, and the shop mails what it says. */
function isCalm(line: string): boolean {
  return line.length > 0 && line.length <= 60 && !/[:@<>]|\/\/|\S\.\p{L}/u.test(line)
}

// Line breaks would start a header or fake a line of the letter; the others turn text around or hide it.
const breaksAndControls = /[\s\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** The same text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(breaksAndControls, ' ').trim()
}
