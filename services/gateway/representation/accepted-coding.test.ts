// Which content coding a client gets for which Accept-Encoding.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptedCoding } from './accepted-coding.ts'

const cases: [header: string | undefined, coding: 'br' | 'gzip' | undefined][] = [
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['deflate', undefined],
  ['zstd', undefined],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['gzip, *;q=0', 'gzip'],
  ['br;q=0, *', 'gzip'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0.8,gzip;q=0.8', 'br'],
  ['br ; q=0 , gzip ; q=0.001', 'gzip'],
  ['br;q=0.000, gzip;q=0', undefined],
  ['identity;q=1, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip;q=0.5', 'gzip'],
  ['identity;q=0', undefined],
  ['identity;q=0, gzip', 'gzip'],
  ['gzip;q=1.000', 'gzip'],
  ['gzip;q=2', undefined],
  ['gzip;q=-1', undefined],
  ['gzip;q=x', undefined],
  ['gzip;q=0.1234', undefined],
  ['gzip;q=', undefined],
  [', ,gzip,,', 'gzip'],
  ['gzipped', undefined],
]
test('a client gets the coding that it prefers among ours, and none that it does not take', () => {
  for (let twice = 0; twice < 2; twice += 1)
    for (const [header, coding] of cases) assert.equal(acceptedCoding(header), coding, String(header))
})

test('no client can fill the memory with preferences', () => {
  for (let n = 0; n < 1_000; n += 1) assert.equal(acceptedCoding(`gzip;q=0.5, x${n}`), 'gzip')
})
