// The texts of letters, pushes and text messages, by language. A text that one language lacks does not compile.
import type { Language } from '@souk/contracts/notifications'
import { de } from './de.ts'
import { en, type Texts } from './en.ts'

const all: Record<Language, Texts> = { en, de }

/** The texts of a language; English for one that is not known, or none. */
export function textsOf(language: string | undefined): Texts {
  return all[languageOf(language)]
}
export function languageOf(language: string | undefined): Language {
  return language === 'de' ? 'de' : 'en'
}
