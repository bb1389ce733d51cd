// Postal addresses, checked by the rules of their country (contracts/address-countries.ts): what must be there, what there is not,
// what a postal code looks like, and telephone numbers.
import type { Address } from '@souk/contracts'
import { type AddressRule, addressRuleOf } from '@souk/contracts/address-countries'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** What is wrong with a part of an address, for the person who typed it. */
export interface WrongPart {
  path: keyof Address
  message: string
}

const countryNames = new Intl.DisplayNames('en', { type: 'region' })
/** The parts that are left out where they are empty; an empty city and postal code stay, as the contract says. */
const optional = ['company', 'line2', 'region', 'phone'] as const
/** An address as it is typed. */
export type TypedAddress = Omit<Address, 'city' | 'postalCode'> & { city?: string; postalCode?: string }

/**
 * Checks an address whose texts have been read (`readText`), and brings it into the form that is stored, in place: empty parts are
 * left out, a city and a postal code that the country does not have are empty, postal codes are in capitals, telephone numbers are
 * E.164. Returns everything that is wrong.
 */
export function checkAddress(address: TypedAddress): WrongPart[] {
  for (const part of optional) if (address[part] === '') delete address[part]
  address.city ??= ''
  address.postalCode ??= ''
  const rule = ruleOf(address.country)
  if (!rule) return [{ path: 'country', message: 'must be the code of a country (ISO 3166-1), such as DE' }]
  const country = countryNames.of(address.country) ?? address.country
  return [
    ...wrongWords(address),
    ...wrongCity(address, rule, country),
    ...wrongRegion(address, rule, country),
    ...wrongPostalCode(address, rule, country),
    ...wrongPhone(address, country),
  ]
}

/** The rule of a country, prepared for checks. */
interface Rule extends AddressRule {
  /** Of a whole postal code. */
  code: RegExp
  /** The codes and names of regions, folded. */
  folded: ReadonlySet<string>
}
const rules = new Map<string, Rule>()
function ruleOf(country: string): Rule | undefined {
  const known = rules.get(country)
  const rule = known ?? addressRuleOf(country)
  if (known || !rule) return known
  const code = new RegExp(`^(?:${rule.postalCode || '[A-Z0-9][A-Z0-9 -]{1,18}'})$`)
  const prepared = { ...rule, code, folded: new Set(rule.regions?.flat().map(folded)) }
  rules.set(country, prepared)
  return prepared
}

/** A name, a street or a town of punctuation only is none. */
function wrongWords(address: TypedAddress): WrongPart[] {
  const parts = ['name', 'line1', 'city', 'region'] as const
  return parts.flatMap((path) =>
    !address[path] || /[\p{L}\p{N}]/u.test(address[path]) ? [] : [{ path, message: 'must have a letter or a digit' }],
  )
}

function wrongCity({ city }: TypedAddress, rule: Rule, country: string): WrongPart[] {
  return rule.needsCity && !city ? [{ path: 'city', message: `is missing: addresses in ${country} have a city` }] : []
}

function wrongRegion({ region }: TypedAddress, rule: Rule, country: string): WrongPart[] {
  if (region === undefined)
    return rule.needsRegion
      ? [{ path: 'region', message: `is missing: addresses in ${country} name a state, province or region` }]
      : []
  if (!rule.regions || rule.folded.has(folded(region))) return []
  const some = rule.regions.slice(0, 3).map(([code, name]) => `${code} (${name})`)
  return [{ path: 'region', message: `must be a region of ${country}, such as ${some.join(', ')}` }]
}

/** Without capitals, accents and points: "Québec", "N.S.W.". */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

function wrongPostalCode(address: TypedAddress, rule: Rule, country: string): WrongPart[] {
  const { postalCode } = address
  const wrong = (message: string): WrongPart[] => [{ path: 'postalCode', message }]
  if (!postalCode)
    return rule.needsPostalCode ? wrong(`is missing: addresses in ${country} have one, such as ${rule.example}`) : []
  if (rule.postalCode === undefined) return wrong(`must be left out: there are no postal codes in ${country}`)
  const code = readPostalCode(postalCode, rule.code)
  if (code === undefined) {
    const example = rule.example === undefined ? '' : `, such as ${rule.example}`
    return wrong(`must be a postal code of ${country}${example}`)
  }
  address.postalCode = code
  return []
}

/** In capitals, with the usual digits and hyphens. A country's letters before it (D-10115) are left out where it is stored without. */
function readPostalCode(given: string, whole: RegExp): string | undefined {
  const code = given
    .normalize('NFKC')
    .toUpperCase()
    .replace(/\p{Pd}/gu, '-')
    .replace(/\s+/g, ' ')
  return [code, code.replace(/^[A-Z]{1,3}-/, ''), code.replace(/ /g, '')].find((one) => whole.test(one))
}

function wrongPhone(address: TypedAddress, country: string): WrongPart[] {
  if (address.phone === undefined) return []
  const number = parsePhoneNumberFromString(address.phone, {
    defaultCountry: address.country as CountryCode, // One without telephone numbers of its own reads numbers with + only.
    extract: false,
  })
  if (!number?.isValid())
    return [
      {
        path: 'phone',
        message: `must be a telephone number of ${country}, or one that begins with + and a country code`,
      },
    ]
  address.phone = number.number
  return []
}
