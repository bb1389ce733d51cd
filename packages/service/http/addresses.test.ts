// Addresses by the rules of their countries.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressRuleOf, isCountry } from '@souk/contracts/address-countries'
import { checkAddress, type TypedAddress } from './addresses.ts'

const at = (country: string, more: Partial<TypedAddress> = {}): TypedAddress => ({
  name: 'Ada Lovelace',
  line1: 'Long Street 1',
  city: 'Town',
  country,
  ...more,
})
const wrongParts = (address: TypedAddress) => checkAddress(address).map(({ path }) => path)

test('good addresses of many countries are taken', () => {
  const good = [
    at('DE', { postalCode: '10115' }),
    at('US', { region: 'NY', postalCode: '12534-0001' }),
    at('US', { region: 'new york', postalCode: '12534' }),
    at('CA', { region: 'Québec', postalCode: 'h2x 1y4' }),
    at('GB', { postalCode: 'BS1 5TR' }),
    at('NL', { postalCode: '1015 KL' }),
    at('HK', { region: 'Kowloon', city: undefined }),
    at('HK', { region: 'Kowloon', postalCode: '' }),
    at('AE', { region: 'Dubai', city: undefined }),
    at('SG', { postalCode: '546080', city: undefined }),
    at('IE'),
    at('IE', { postalCode: 'A65 F4E2' }),
    at('IT', { region: 'FI', postalCode: '50124' }),
    at('JP', { region: '東京都', city: '千代田区', postalCode: '〒154-0023'.slice(1) }),
    at('AO'),
    at('TT', { postalCode: '500234' }),
  ]
  for (const address of good) assert.deepEqual(checkAddress(address), [], JSON.stringify(address))
})

test('what a country needs and what is missing is told, part by part', () => {
  assert.deepEqual(wrongParts(at('DE')), ['postalCode'])
  assert.deepEqual(wrongParts(at('US', { city: '' })), ['city', 'region', 'postalCode'])
  assert.deepEqual(wrongParts(at('HK')), ['region'])
  assert.deepEqual(wrongParts(at('US', { region: 'ZZ', postalCode: '12534' })), ['region'])
  assert.deepEqual(wrongParts(at('XX', { postalCode: '1' })), ['country'])
  const [wrong] = checkAddress(at('DE', { postalCode: '1011' }))
  assert.deepEqual(wrong, { path: 'postalCode', message: 'must be a postal code of Germany, such as 26133' })
})

test('a postal code where there are none is refused', () => {
  for (const country of ['HK', 'AE', 'AO', 'BS', 'QA'])
    assert.deepEqual(wrongParts(at(country, { region: 'Somewhere', postalCode: '00000' })), ['postalCode'], country)
})

test('postal codes and telephone numbers are stored in one form', () => {
  const stored = (address: TypedAddress) => {
    assert.deepEqual(checkAddress(address), [])
    return [address.postalCode, address.phone]
  }
  assert.deepEqual(stored(at('GB', { postalCode: 'bs1  5tr', phone: '0117 496 0173' })), ['BS1 5TR', '+441174960173'])
  assert.deepEqual(stored(at('DE', { postalCode: 'D-10115', phone: '(0221) 555 0142' })), ['10115', '+492215550142'])
  assert.deepEqual(stored(at('DE', { postalCode: '１０１１５', phone: '+33 1 42 68 53 00' })), [
    '10115',
    '+33142685300',
  ])
  assert.deepEqual(stored(at('AQ', { phone: '+1 202 555 0142' })), ['', '+12025550142'])
  for (const phone of ['12', 'call me', '+49', '0221 555 0142 or 0221 555 0143', '+999 1234567', '٠'])
    assert.deepEqual(wrongParts(at('DE', { postalCode: '10115', phone })), ['phone'], phone)
})

test('a name, a street or a town is made of letters or digits', () => {
  assert.deepEqual(wrongParts(at('AO', { name: '.', line1: '---', city: '!' })), ['name', 'line1', 'city'])
})

test('empty parts are left out; an empty city and postal code stay', () => {
  const address = at('HK', { region: 'Kowloon', city: undefined, company: '', line2: '', phone: '' })
  assert.deepEqual(checkAddress(address), [])
  const { name, line1 } = at('HK')
  assert.deepEqual({ ...address }, { name, line1, city: '', region: 'Kowloon', postalCode: '', country: 'HK' })
})

test('the example of each country is a postal code of it, and every country of the world is known', () => {
  const codes = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].flatMap((a) => [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((b) => a + b))
  const countries = codes.filter(isCountry)
  assert.equal(countries.length, 249)
  for (const country of countries) {
    const rule = addressRuleOf(country)
    assert.equal(rule?.example !== undefined, Boolean(rule?.postalCode), country)
    const region = rule?.regions?.[0]?.[0] ?? 'Region'
    assert.deepEqual(checkAddress(at(country, { region, postalCode: rule?.example })), [], country)
  }
})
