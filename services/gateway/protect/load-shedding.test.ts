// Load shedding: which requests are refused first under overload.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allRoutes, type Route } from '@souk/contracts'
import type { Refusal } from '@souk/service'
import { makeLoadShedding } from './load-shedding.ts'

const routeOf = (name: string) => allRoutes.find((one) => `${one.service}.${one.name}` === name) as Route

test('batches are refused first, then browsing, checkouts last (sec-E05)', async () => {
  let lag = 0
  const shedding = makeLoadShedding(100, { milliseconds: () => lag, close: () => undefined })
  const mayEnter = (name: string) => {
    try {
      shedding.check(routeOf(name))
      return true
    } catch (error) {
      assert.equal((error as Refusal).code, 'unavailable')
      return false
    }
  }
  const all = () => ['products.createMany', 'products.list', 'orders.checkout'].map(mayEnter)
  let leave = () => {}
  const leaving = new Promise<void>((resolve) => {
    leave = resolve
  })
  const work: Promise<void>[] = []
  const fillTo = (count: number) => {
    while (shedding.inProgress < count) work.push(shedding.during(() => leaving))
  }
  assert.deepEqual(all(), [true, true, true])
  fillTo(50)
  assert.deepEqual(all(), [false, true, true])
  fillTo(75)
  assert.deepEqual(all(), [false, false, true])
  fillTo(100)
  assert.deepEqual(all(), [false, false, false])
  leave()
  await Promise.all(work)
  assert.deepEqual(all(), [true, true, true])
  lag = 300
  assert.deepEqual(all(), [false, true, true])
  lag = 600
  assert.deepEqual(all(), [false, false, true])
})
