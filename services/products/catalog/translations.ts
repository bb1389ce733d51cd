// A product's texts in the language that was asked for, or its original ones.
import type { Legal, ProductTexts } from '@souk/contracts/product-parts'

interface Original {
  readonly title: string
  readonly description: string
  readonly texts: Readonly<Record<string, ProductTexts>>
}
export interface Translated {
  readonly title: string
  readonly description: string
  readonly language: string
  readonly legal: ProductTexts['legal']
  /** The translation of a name, a value or the description of a picture; the original where there is none. */
  readonly word: (original: string) => string
  /** The translated names of a record; undefined when none is. */
  readonly namesOf: (record: Readonly<Record<string, string>>) => Record<string, string> | undefined
  /** A record of names and values. Names that programs use are kept. */
  readonly named: (record: Readonly<Record<string, string>>, options: { isNameKept: boolean }) => Record<string, string>
}

/** The language asked for, unless it is that of the original texts. */
export function otherLanguage(asked: string | undefined, own: string): string | undefined {
  return asked === own ? undefined : asked
}

export function translate(
  { title, description, texts }: Original,
  { language = '', own }: { language?: string; own: string },
): Translated {
  const found = language === own ? undefined : texts[language]
  const words = found?.words ?? {}
  const word = (original: string) => (Object.hasOwn(words, original) ? (words[original] as string) : original)
  return {
    title: found?.title ?? title,
    description: found?.description ?? description,
    language: found ? language : own,
    legal: found?.legal,
    word,
    namesOf: (record) => {
      const names = Object.keys(record).filter((name) => Object.hasOwn(words, name))
      return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, word(name)]))
    },
    named: (record, { isNameKept }) =>
      Object.fromEntries(
        Object.entries(record).map(([name, value]) => [isNameKept ? name : word(name), word(value)] as const),
      ),
  }
}

/** The legal facts with those texts that are translated. */
export function translatedLegal(legal: Legal | null, { legal: texts, word }: Translated): Legal | undefined {
  if (legal === null) return undefined
  if (texts === undefined && !legal.textile) return legal
  const { warnings, withdrawalReason, ...food } = texts ?? {}
  return {
    ...legal,
    ...(legal.warnings !== undefined && warnings !== undefined && { warnings }),
    ...(legal.withdrawalReason !== undefined && withdrawalReason !== undefined && { withdrawalReason }),
    ...(legal.food && { food: { ...legal.food, ...food } }),
    ...(legal.textile && {
      textile: { fibers: legal.textile.fibers.map(({ fiber, percent }) => ({ fiber: word(fiber), percent })) },
    }),
  }
}

/** A sentence about what is wrong with translations; undefined when nothing is. */
export function wrongTranslations(
  translations: Readonly<Record<string, unknown>> | null | undefined,
  own: string,
): string | undefined {
  return translations && Object.hasOwn(translations, own)
    ? `The texts of the shop are in the language ${own}: write these into the product or category itself.`
    : undefined
}
