// Token buckets by themselves. Rate limits and the limit of new carts have tests from outside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeTokenBuckets } from './token-buckets.ts'

test('two hundred requests at once are counted exactly', () => {
  let time = 0
  const buckets = makeTokenBuckets(60, () => time)
  const takeMany = () => Array.from({ length: 200 }, () => buckets.take('a')).filter((wait) => wait === 0).length
  assert.equal(takeMany(), 60)
  assert.equal(buckets.take('b'), 0)
  time = 10_000
  assert.equal(takeMany(), 10)
  time = 80_000
  assert.equal(takeMany(), 60)
})

test('what was given back can be taken again, and never more than the limit', () => {
  const buckets = makeTokenBuckets(1, () => 0)
  assert.equal(buckets.take('a'), 0)
  assert.equal(buckets.take('a'), 60_000)
  buckets.giveBack('a')
  buckets.giveBack('a')
  assert.deepEqual([buckets.take('a') === 0, buckets.take('a') === 0], [true, false])
})

test('without a limit there is always a token', () => {
  const buckets = makeTokenBuckets(Number.POSITIVE_INFINITY)
  for (let n = 0; n < 100; n++) assert.equal(buckets.take('a'), 0)
})
