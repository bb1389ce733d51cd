// The fields of an address by country, and what is wrong with what was typed. The API checks again; here each field gets a sentence of
// its own in the language of the page.
import type { Address } from '@souk/contracts'
import { addressRuleOf } from '@souk/contracts/address-countries'
import { shopConfig } from '../../shop.config.ts'
import type { Texts } from '../texts/texts.ts'
import { countryName } from './countries.ts'

type Fields = Readonly<Record<string, string>>
export type AddressPart = 'name' | 'company' | 'line1' | 'line2' | 'postalCode' | 'city' | 'region' | 'country'
/** The delivery address has the plain names; the billing address has a prefix. */
export type Prefix = '' | 'billing-'
const longest: Readonly<Record<AddressPart, number>> = {
  name: 120,
  company: 120,
  line1: 200,
  line2: 200,
  postalCode: 20,
  city: 120,
  region: 120,
  country: 2,
}
export const addressParts = Object.keys(longest) as AddressPart[]

export interface CountryFields {
  readonly country: string
  readonly hasPostalCode: boolean
  readonly needsPostalCode: boolean
  readonly needsCity: boolean
  readonly needsRegion: boolean
  /** Code and name, where mail is sorted by a fixed list. */
  readonly regions: readonly (readonly [string, string])[] | undefined
  readonly example: string | undefined
  /** True where postal codes are digits alone. */
  readonly isNumeric: boolean
}

/** The fields of an address there; those of the shop's own country for a code that is none. */
export function countryFields(code: string | undefined): CountryFields {
  const country = code && addressRuleOf(code) ? code : shopConfig.country
  const rule = addressRuleOf(country)
  return {
    country,
    hasPostalCode: rule?.postalCode !== undefined,
    needsPostalCode: rule?.needsPostalCode ?? false,
    needsCity: rule?.needsCity ?? true,
    needsRegion: rule?.needsRegion ?? false,
    regions: rule?.needsRegion ? rule.regions : undefined,
    example: rule?.example,
    isNumeric: /^\d+$/.test(rule?.example ?? ''),
  }
}

/** The address in the fields of a form, as the API takes it. */
export function typedAddress(fields: Fields, prefix: Prefix = ''): Address {
  const text = (part: AddressPart) => (fields[prefix + part] ?? '').slice(0, longest[part])
  const rule = countryFields(text('country'))
  return {
    name: text('name'),
    line1: text('line1'),
    city: text('city'),
    postalCode: rule.hasPostalCode ? (postalCodeIn(text('postalCode'), rule.country) ?? text('postalCode')) : '',
    country: text('country') || shopConfig.country,
    ...(text('company') ? { company: text('company') } : {}),
    ...(text('line2') ? { line2: text('line2') } : {}),
    ...(rule.needsRegion && text('region') ? { region: text('region') } : {}),
  }
}

/** The fields of a stored address, for a form that is opened again. */
export function addressFields(address: Address | undefined, prefix: Prefix = ''): Fields {
  if (!address) return {}
  return Object.fromEntries(addressParts.map((part) => [prefix + part, address[part] ?? '']))
}

/**
 * The postal code in the form of the country, whatever spaces, hyphens and case it was typed with, and with or without the letters of
 * the country before it. Undefined when it is none of that country.
 */
export function postalCodeIn(typed: string, country: string): string | undefined {
  const rule = addressRuleOf(country)
  if (!rule || rule.postalCode === undefined) return undefined
  const whole = new RegExp(`^(?:${rule.postalCode || '[A-Z0-9][A-Z0-9 -]{1,18}'})$`)
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/\p{Pd}/gu, '-')
    .replace(/\s+/g, ' ')
    .trim()
  const bare = code.replace(/[ -]/g, '')
  const withoutCountry = bare.replace(new RegExp(`^${country}|^[A-Z](?=\\d{4,5}$)`), '')
  const candidates = [code, bare, spaced(bare, rule.example), withoutCountry, spaced(withoutCountry, rule.example)]
  return candidates.find((one) => one !== undefined && whole.test(one))
}

/** The characters with the spaces and hyphens of the example: 00950 as 00-950. */
function spaced(bare: string, example = ''): string | undefined {
  if (example.replace(/[ -]/g, '').length !== bare.length) return undefined
  let at = 0
  return [...example].map((one) => (/[ -]/.test(one) ? one : bare[at++])).join('')
}

/** Sentences by the name of their field; empty when nothing is wrong. */
export function wrongIn(fields: Fields, t: Texts, prefix: Prefix = ''): Record<string, string> {
  const wrong: Record<string, string> = {}
  const text = (part: AddressPart) => fields[prefix + part] ?? ''
  const say = (part: AddressPart, sentence: string) => {
    wrong[prefix + part] ??= sentence
  }
  const rule = countryFields(text('country'))
  const country = countryName(rule.country, t.language)
  if (!isWords(text('name'))) say('name', t('buy.nameMissing'))
  if (!isWords(text('line1'))) say('line1', t('buy.streetMissing'))
  if (rule.hasPostalCode && (text('postalCode') || rule.needsPostalCode)) {
    if (!postalCodeIn(text('postalCode'), rule.country)) say('postalCode', wrongPostalCode(rule, country, t))
  }
  if (rule.needsCity && !isWords(text('city'))) say('city', t('buy.cityMissing'))
  if (rule.needsRegion && !text('region')) say('region', t('buy.regionMissing', { country }))
  if (!shopConfig.countries.includes(text('country')) && prefix === '') say('country', t('buy.countryMissing'))
  for (const part of addressParts)
    if (text(part).length > longest[part] && (part !== 'region' || rule.needsRegion))
      say(part, t('buy.tooLong', { count: longest[part] }))
  return wrong
}

function wrongPostalCode({ isNumeric, example = '' }: CountryFields, country: string, t: Texts): string {
  if (isNumeric)
    return t('buy.postalCodeDigits', { count: example.length, example: example === '26133' ? '10115' : example })
  return t('buy.postalCodeWrong', { country, example })
}

const isWords = (text: string) => /[\p{L}\p{N}]/u.test(text)
