// The tax of each country, written down a second time: a slip of the pen in one of both lists is noticed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { taxIn } from './tax.ts'

/** Countries by their standard rate in percent. */
const contained: Record<number, string> = {
  8.1: 'CH',
  10: 'AU JP',
  15: 'NZ',
  17: 'LU',
  18: 'MT',
  19: 'CY DE',
  20: 'AT BG FR GB',
  21: 'BE CZ ES LT LV NL RO',
  22: 'IT SI',
  23: 'IE PL PT SK',
  24: 'EE GR',
  25: 'DK HR NO SE',
  25.5: 'FI',
  27: 'HU',
}
const added: Record<number, string> = { 0: 'BR IN', 8: 'US', 13: 'CA' }

const ratesIn = (list: Record<number, string>) =>
  Object.entries(list).flatMap(([percent, countries]) => countries.split(' ').map((country) => ({ country, percent })))

test('prices contain the standard rate of value-added tax of their country', () => {
  for (const { country, percent } of ratesIn(contained))
    assert.deepEqual(taxIn(country), { basisPoints: Math.round(Number(percent) * 100), included: true }, country)
})

test('in the United States and Canada a flat rate is added, and nothing in countries that are not listed', () => {
  for (const { country, percent } of ratesIn(added))
    assert.deepEqual(taxIn(country), { basisPoints: Number(percent) * 100, included: false }, country)
})
