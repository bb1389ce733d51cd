// The keywords of contract texts and addresses for Ajv. They clean what they check, in place, before the limits of length are checked.
import type { Address } from '@souk/contracts'
import { isCountry } from '@souk/contracts/address-countries'
import type { Ajv, ErrorObject, SchemaValidateFunction } from 'ajv'
import { checkAddress } from './addresses.ts'
import { readEmail } from './email-address.ts'
import { type Read, readSearch, readText } from './human-text.ts'

/** By the value of x-text. */
const readers: Readonly<Record<string, (given: string) => Read>> = {
  line: (given) => readText(given, false),
  lines: (given) => readText(given, true),
  search: (given) => ({ text: readSearch(given) }),
  email: readEmail,
  'email-filter': readEmailFilter,
  country: readCountry,
  opaque: readOpaque,
  secret: (given) => ({ text: given }),
  link: readLink,
}

/** Adds the keywords x-text, x-names and x-address. */
export function addTextKeywords(ajv: Ajv): void {
  ajv.addKeyword({
    keyword: 'x-text',
    type: 'string',
    before: 'maxLength',
    modifying: true,
    errors: true,
    validate: checkText,
  })
  ajv.addKeyword({ keyword: 'x-names', type: 'object', modifying: true, errors: true, validate: checkNames })
  ajv.addKeyword({ keyword: 'x-address', type: 'object', modifying: true, errors: true, validate: checkParts })
}

const checkText: SchemaValidateFunction = (kind: string, given: string, schema, place) => {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema as { minLength?: number; maxLength?: number }
  // A text that is far too long is refused unread. NFC joins at most four code units into one character.
  if (given.length > 4 * maxLength) return fail(checkText, [{ message: `must have at most ${maxLength} characters` }])
  const read = readers[kind]?.(given) ?? { wrong: 'is of a kind that is not known' }
  if ('wrong' in read) return fail(checkText, [{ message: read.wrong }])
  if (read.text === '' && minLength > 0) return fail(checkText, [{ message: 'must not be empty' }])
  if (place) place.parentData[place.parentDataProperty] = read.text
  return true
}

/** Reads the names of a record as lines, of at most so many characters. Its values are checked by x-text. */
const checkNames: SchemaValidateFunction = (longest: number, record: Record<string, unknown>, _schema, place) => {
  const entries: [string, unknown][] = []
  for (const [name, value] of Object.entries(record)) {
    const read = readText(name, false)
    const wrong = 'wrong' in read ? read.wrong : wrongName(read.text, longest, entries)
    if (wrong !== undefined) return fail(checkNames, [{ message: `has a name that ${wrong}` }])
    entries.push([(read as { text: string }).text, value])
  }
  if (place) place.parentData[place.parentDataProperty] = Object.fromEntries(entries)
  return true
}
function wrongName(name: string, longest: number, others: readonly [string, unknown][]): string | undefined {
  if (name === '') return 'must not be empty'
  if ([...name].length > longest) return `must have at most ${longest} characters`
  return others.some(([other]) => other === name) ? 'is there twice' : undefined
}

const checkParts: SchemaValidateFunction = (_true, address: Address, _schema, place) => {
  const wrong = checkAddress(address)
  const at = place?.instancePath ?? ''
  return (
    wrong.length === 0 ||
    fail(
      checkParts,
      wrong.map(({ path, message }) => ({ instancePath: `${at}/${path}`, message })),
    )
  )
}

function fail(check: SchemaValidateFunction, errors: Partial<ErrorObject>[]): false {
  check.errors = errors.map((error) => ({ keyword: 'text', params: {}, ...error }))
  return false
}

function readEmailFilter(given: string): Read {
  const email = readEmail(given)
  return 'text' in email ? email : { text: readSearch(given) }
}
function readCountry(given: string): Read {
  return isCountry(given) ? { text: given } : { wrong: 'must be the code of a country (ISO 3166-1), such as DE' }
}
function readOpaque(given: string): Read {
  return /^[!-~]*$/.test(given) ? { text: given } : { wrong: 'must hold visible ASCII characters only' }
}
function readLink(given: string): Read {
  const text = given.trim()
  const isLink = /^https:\/\/[^\s\\]+$/u.test(text) && URL.canParse(text) && !new URL(text).username
  return isLink ? { text: new URL(text).href } : { wrong: 'must be a whole link that begins with https://' }
}
