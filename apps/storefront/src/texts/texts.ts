// The words of the pages: ICU messages, one folder per language and one file per area. Pages ask for a text by its name and get it in the
// language of the address; money, dates and numbers are written as people there write them.
import type { Language } from '@souk/contracts/storefront'
import { IntlMessageFormat } from 'intl-messageformat'
import { de } from './de/index.ts'
import { en } from './en/index.ts'

/** The areas with their texts. Other languages have the same names, or they do not compile. */
export type Messages = { readonly [A in keyof typeof en]: { readonly [N in keyof (typeof en)[A]]: string } }
type Names = { [A in keyof Messages]: `${A}.${Extract<keyof Messages[A], string>}` }
export type TextName = Names[keyof Messages]
type Values = Record<string, string | number | boolean | Date>

export interface Texts {
  /** The text of this name, with these values filled in. */
  (name: TextName, values?: Values): string
  readonly language: Language
  /** How money, days and numbers are written. */
  readonly locale: string
  money(money: { amount: number; currency: string }): string
  /** A day, as in "2 December"; with the year when `withYear`. */
  day(iso: string, withYear?: boolean): string
  /** A day and time in the shop's time zone. */
  time(iso: string): string
  number(value: number): string
}

const messages: Readonly<Record<Language, Messages>> = { en, de }
const locales: Readonly<Record<Language, string>> = { en: 'en-IE', de: 'de-DE' }
/** How a language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' }
const timeZone = 'Europe/Berlin'
const made = new Map<Language, Texts>()

/** The texts of a language; made once. */
export function textsIn(language: Language): Texts {
  let texts = made.get(language)
  if (!texts) {
    texts = makeTexts(language)
    made.set(language, texts)
  }
  return texts
}

function makeTexts(language: Language): Texts {
  const locale = locales[language]
  const formats = new Map<string, IntlMessageFormat>()
  const currencies = new Map<string, { format: Intl.NumberFormat; unit: number }>()
  const days = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone })
  const daysWithYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone })
  const times = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone })
  const numbers = new Intl.NumberFormat(locale)

  function text(name: TextName, values?: Values): string {
    let format = formats.get(name)
    if (!format) {
      const [area, key] = name.split('.') as [keyof Messages, never] // Every TextName has both.
      format = new IntlMessageFormat(messages[language][area][key], locale, undefined, { ignoreTag: true })
      formats.set(name, format)
    }
    return String(format.format(values))
  }
  return Object.assign(text, {
    language,
    locale,
    money({ amount, currency }: { amount: number; currency: string }) {
      let known = currencies.get(currency)
      if (!known) {
        const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
        known = { format, unit: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) }
        currencies.set(currency, known)
      }
      return known.format.format(amount / known.unit)
    },
    day: (iso: string, withYear = false) => (withYear ? daysWithYear : days).format(new Date(iso)),
    time: (iso: string) => times.format(new Date(iso)),
    number: (value: number) => numbers.format(value),
  })
}
