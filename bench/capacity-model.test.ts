import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needsOf, parts, purchasesOn } from './capacity-model.ts'

const load = { purchasesPerSecond: 10, viewsPerSecond: 500, cached: 0.9, meanOfPeak: 0.1 }

test('twice the load needs twice of everything but the least number of instances', () => {
  const [one, two] = [needsOf(load), needsOf({ ...load, purchasesPerSecond: 20, viewsPerSecond: 1_000 })]
  for (const part of parts) assert.ok(Math.abs(two.cores[part] - 2 * one.cores[part]) < 1e-9, part)
  assert.ok(Math.abs(two.databaseCores - 2 * one.databaseCores) < 1e-9)
  assert.equal(two.walBytesPerSecond, 2 * one.walBytesPerSecond)
  assert.equal(two.keptBytesPerYear, 2 * one.keptBytesPerYear)
  assert.deepEqual([one.instances.users, two.instances.users], [1, 1])
})

test('an instance is added before its core is used up', () => {
  const { cores, instances } = needsOf({ ...load, purchasesPerSecond: 400, viewsPerSecond: 0 })
  assert.ok(cores.orders > 0.65 && cores.orders < 1)
  assert.equal(instances.orders, 2)
})

test('a view from the cache costs the gateway alone', () => {
  const { cores, databaseCores } = needsOf({ purchasesPerSecond: 0, viewsPerSecond: 1_000, cached: 1, meanOfPeak: 0 })
  assert.deepEqual([databaseCores, cores.products, cores.orders], [0, 0, 0])
  assert.ok(cores.gateway > 0)
})

test('a small shop is within all limits, and the worst of a huge one comes first', () => {
  assert.deepEqual(needsOf(load).overLimit, [])
  const { overLimit } = needsOf({ purchasesPerSecond: 50_000, viewsPerSecond: 0, cached: 0, meanOfPeak: 0.1 })
  assert.ok(overLimit.length > 2)
  assert.ok(overLimit.every(({ times }, place) => place === 0 || times <= (overLimit[place - 1]?.times ?? 0)))
})

test('on a machine that everything shares, more cores sell more and a costlier client sells less', () => {
  assert.ok(Math.abs(purchasesOn(4, 1) - 2 * purchasesOn(2, 1)) < 1e-9)
  assert.ok(purchasesOn(2, 2) < purchasesOn(2, 1))
})
