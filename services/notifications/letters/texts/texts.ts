// The texts of letters, pushes and text messages, by language. A text that one language lacks does not compile.
import type { Language } from '@souk/contracts/notifications'
import { languages } from '@souk/contracts/storefront'
import { de as accountDe } from './account-de.ts'
import { type AccountTexts, en as accountEn } from './account-en.ts'
import { de } from './de.ts'
import { en, type Texts } from './en.ts'

const all: Record<Language, Texts> = { en, de }
const ofAccounts: Record<Language, AccountTexts> = { en: accountEn, de: accountDe }

/** The texts of a language; those of the shop's own for one that is not known, or none. */
export function textsOf(language: string | undefined): Texts {
  return all[languageOf(language)]
}
export function accountTextsOf(language: Language): AccountTexts {
  return ofAccounts[language]
}
/** The language itself, if letters are written in it, or else the shop's own: the first of the shop front. */
export function languageOf(language: string | undefined): Language {
  return languages.find((one) => one === language) ?? languages[0]
}
