// The words after `npm run start:apart --` and `npm run restart --`: wrong ones are refused by a sentence that lists the services.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WrongSettings } from '@souk/service'
import { addressVariables, planSlots } from './slots.ts'
import { readApartWords, readServiceNames } from './words.ts'

const services = /gateway, users, products, inventory, orders, payments, notifications/

test('the number of processes is read by service, and is one where nothing is said', () => {
  const { replicas, showsLogs } = readApartWords(['--replicas', 'orders=3, gateway=2', '--logs'])
  assert.deepEqual([replicas.orders, replicas.gateway, replicas.users, showsLogs], [3, 2, 1, true])
})

for (const words of [
  ['--replicas', 'ordrs=2'],
  ['--replicas', 'orders'],
  ['--replicas', 'orders=0'],
  ['--replicas', 'orders=10'],
  ['--replicas', 'orders=two'],
  ['--replicas', 'orders=2,orders=3'],
  ['--replicas', ''],
  ['--replicas'],
  ['--replica', 'orders=2'],
  ['orders=2'],
]) {
  test(`refused with the list of services: ${words.join(' ')}`, () => {
    assert.throws(
      () => readApartWords(words),
      (error: Error) => error instanceof WrongSettings && services.test(error.message),
    )
  })
}

test('a restart is of all services, or of those that are named', () => {
  assert.equal(readServiceNames([]).length, 8)
  assert.deepEqual(readServiceNames(['orders', 'gateway']), ['gateway', 'orders'])
  assert.throws(() => readServiceNames(['ordrs']), services)
})

test('two shops on one machine have no address in common, also none that is free at the moment', async () => {
  const one = Object.fromEntries(
    ['gateway', 'users', 'products', 'inventory', 'orders', 'payments', 'notifications', 'storefront'].map((name) => [
      name,
      1,
    ]),
  ) as Parameters<typeof planSlots>[0]
  const hosts = { host: '127.0.0.1', operationsHost: '127.0.0.1' }
  const shops = [await planSlots(one, {}, hosts), await planSlots(one, {}, hosts)]
  const ports = shops.flatMap((slots) => slots.flatMap((slot) => [slot.port, slot.operationsPort]))
  assert.equal(new Set(ports).size, 2 * 8 * 2 * 2)
  assert.match(
    addressVariables(shops[0] ?? []).ORDERS_URL ?? '',
    /^http:\/\/127\.0\.0\.1:\d+,http:\/\/127\.0\.0\.1:\d+$/,
  )
})
