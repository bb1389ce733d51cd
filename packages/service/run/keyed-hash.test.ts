// Keyed hashes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyedHash } from './keyed-hash.ts'

test('a keyed hash tells equal things apart from different ones, by purpose and secret', () => {
  const hash = keyedHash('network', '192.0.2.7', 'new,old')
  assert.equal(hash, keyedHash('network', '192.0.2.7', 'new'))
  assert.notEqual(hash, keyedHash('mailbox', '192.0.2.7', 'new'))
  assert.notEqual(hash, keyedHash('network', '192.0.2.7', 'old'))
})
