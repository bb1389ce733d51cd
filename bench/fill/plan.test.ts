import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOfFill, chunksOf, firstOrderWithin, planOf, refuseForRoom } from './plan.ts'

const now = new Date('2026-11-29T06:00:00Z')

test('a fill says how many orders and products it wants, and a sentence tells what is wrong with it', () => {
  const plan = planOf('orders=10000000,products=1000000', now)
  assert.deepEqual([plan.orders, plan.products, plan.customers], [10_000_000, 1_000_000, 1_000_000])
  for (const wrong of [undefined, '', 'orders=5', 'orders=100000', 'orders=1e6,products=1000', 'orders=100000,carts=3'])
    assert.throws(() => planOf(wrong, now), /orders/)
  assert.throws(() => planOf('orders=100000,products=999999999', now), /1000 to 2000000 products/)
})

test('a fill is refused when the disk has too little room for it', () => {
  const plan = planOf('orders=100000,products=10000', now)
  assert.match(refuseForRoom(plan, 1e9) ?? '', /needs about \d+ GB, and 1 GB are free/)
  assert.equal(refuseForRoom(plan, bytesOfFill(plan) + 9e9), undefined)
})

test('chunks contain every number once', () => {
  assert.deepEqual(chunksOf(5, 2), [
    [1, 2],
    [3, 4],
    [5, 5],
  ])
  assert.deepEqual(chunksOf(4, 4), [[1, 4]])
})

test('orders within some days are the youngest ones', () => {
  const plan = planOf('orders=109500,products=1000', now) // 100 orders a day.
  assert.equal(firstOrderWithin(14, plan), 109_500 - 1_400 + 1)
  assert.equal(firstOrderWithin(9_999, plan), 1)
})
