// The license gate: on this project's own lock, and on packages that it must refuse.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { findWrongLicenses } from './license-rules.ts'

const locked = (license: string | undefined, more = {}) => ({
  packages: { 'services/orders/node_modules/one': { version: '1.0.0', license, ...more } },
})
const isRefused = (license: string | undefined, more = {}) =>
  findWrongLicenses(locked(license, more), ['MIT', 'ISC'], []).length > 0

test('all packages of the running shop have an allowed license', () => {
  const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package-lock.json'), 'utf8'))
  assert.deepEqual(findWrongLicenses(lock), [])
})

test('a license that is missing or not on the list is refused', () => {
  for (const license of [
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    'SEE LICENSE IN LICENSE.md',
    '',
    undefined,
    'MIT-2',
    '(MIT OR (ISC AND X))',
  ]) {
    assert.ok(isRefused(license), String(license))
  }
  for (const license of ['MIT', 'MIT OR GPL-3.0-only', '(GPL-3.0-only OR MIT)', 'MIT AND ISC'])
    assert.ok(!isRefused(license), license)
  assert.deepEqual(findWrongLicenses(locked('X'), ['MIT'], []), ['one 1.0.0 is under X, which is not allowed.'])
})

test('what only developers install, and our own packages, are not asked', () => {
  assert.ok(!isRefused('GPL-3.0-only', { dev: true }))
  assert.ok(!isRefused(undefined, { link: true }))
  assert.ok(isRefused('GPL-3.0-only', { optional: true }))
  assert.ok(isRefused('GPL-3.0-only', { devOptional: true }))
})

test('an exception holds for its packages and its license, and goes when no package needs it', () => {
  const exceptions = [{ packages: /^one$/, license: 'X', reason: 'a test' }]
  assert.deepEqual(findWrongLicenses(locked('MIT AND X'), ['MIT'], exceptions), [])
  assert.equal(findWrongLicenses(locked('Y'), ['MIT'], exceptions).length, 2)
  assert.match(
    findWrongLicenses(locked('MIT'), ['MIT'], exceptions).join(),
    /No package needs the exception \/\^one\$\//,
  )
})
