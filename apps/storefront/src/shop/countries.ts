// Names of countries in the language of the page, sorted as people there sort them; the shop's own country first.
import type { Language } from '@souk/contracts/storefront'
import { shopConfig } from '../../shop.config.ts'

const sorted = new Map<string, readonly (readonly [code: string, name: string])[]>()

export function countryName(code: string, language: Language): string {
  return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code
}

/** Pairs of code and name. */
export function countryNames(codes: readonly string[], language: Language): readonly (readonly [string, string])[] {
  const key = `${language} ${codes.join()}`
  let names = sorted.get(key)
  if (!names) {
    const home = (code: string) => (code === shopConfig.country ? 0 : 1)
    names = codes
      .map((code) => [code, countryName(code, language)] as const)
      .sort(([a, x], [b, y]) => home(a) - home(b) || x.localeCompare(y, language))
    sorted.set(key, names)
  }
  return names
}
