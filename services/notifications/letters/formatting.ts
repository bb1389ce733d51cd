// Formats money, times, addresses and names for letters, by language.
import type { Address, Money } from '@souk/contracts'
import type { Language } from '@souk/contracts/notifications'
import { textsOf } from './texts/texts.ts'

const formatters = new Map<string, { format: Intl.NumberFormat; digits: number }>()

/**
 * `{ amount: 1999, currency: 'EUR' }` as €19.99 in English and 19,99 € in German, exact to the last digit. Currencies without cents
 * (JPY) have none here.
 */
export function moneyText({ amount, currency }: Money, language: Language): string {
  const { format, digits } = formatters.get(language + currency) ?? newFormatter(language, currency)
  // As text, not divided: a double cannot hold the cents of a very large amount.
  const whole = String(Math.abs(amount)).padStart(digits + 1, '0')
  const decimal = digits > 0 ? `${whole.slice(0, -digits)}.${whole.slice(-digits)}` : whole
  return format.format(`${amount < 0 ? '-' : ''}${decimal}` as Intl.StringNumericLiteral)
}

function newFormatter(language: Language, currency: string) {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency })
  const formatter = { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 }
  formatters.set(language + currency, formatter)
  return formatter
}

const timeOptions = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const
const times = { en: new Intl.DateTimeFormat('en', timeOptions), de: new Intl.DateTimeFormat('de', timeOptions) }
export function timeText(time: string, language: Language): string {
  return `${times[language].format(new Date(time))} UTC`
}

const countries = {
  en: new Intl.DisplayNames('en', { type: 'region' }),
  de: new Intl.DisplayNames('de', { type: 'region' }),
}
/** The lines of an address, all of them. The renderers break links that somebody typed into one. */
export function addressLines(address: Address, language: Language): string[] {
  return [
    address.name,
    address.company,
    address.line1,
    address.line2,
    `${address.postalCode} ${address.city}`.trim(),
    address.region,
    countries[language].of(address.country),
  ].filter((line): line is string => line !== undefined && isVisible(line))
}

/** "Hello Ada,", or "Hello," when there is nothing to be seen of the name. */
export function greeting(name: string, language: Language): string {
  return textsOf(language).hello(isVisible(name) ? oneLine(name) : '')
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
