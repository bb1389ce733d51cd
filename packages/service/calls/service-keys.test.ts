// Which keys a process is given, and which lists of keys it believes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysFromList, keysFromSecrets, listKeysOf, type ServiceKeys } from './service-keys.ts'

const secret = 'a-secret-of-more-than-32-characters'

test('a key of a pair is at least 32 bytes long', () => {
  const list = (bytes: number) => keysFromList(`orders>users=${Buffer.alloc(bytes, 'k').toString('base64url')}`)
  assert.ok(list(31) instanceof Error)
  const keys = list(32) as ServiceKeys
  assert.deepEqual(keys.of('orders', 'users'), [Buffer.alloc(32, 'k')])
  assert.deepEqual(keys.of('users', 'orders'), [])
})

test('a process is given the keys of those whom it calls and who call it, and the gateway calls everybody', () => {
  const api = (name: string) => ({ name }) as never
  const gateway = { name: 'gateway' as const, calls: {}, serve: () => undefined }
  const orders = { name: 'orders' as const, calls: { stock: api('inventory'), itself: api('orders') } }
  const inventory = { name: 'inventory' as const, calls: {} }
  const services = [gateway, orders, inventory]
  const keys = keysFromSecrets([secret, `old-${secret}`])
  const pairs = (service: (typeof services)[number]) => {
    const list = listKeysOf(service, services, keys)
    const known = keysFromList(list) as ServiceKeys
    for (const pair of list.split(',').map((one) => one.split('=')[0] as string)) {
      const [issuer = '', audience = ''] = pair.split('>')
      assert.deepEqual(known.of(issuer, audience), keys.of(issuer, audience))
    }
    return [...new Set(list.split(',').map((one) => one.split('=')[0]))]
  }
  assert.deepEqual(pairs(gateway), ['gateway>orders', 'gateway>inventory'])
  assert.deepEqual(pairs(orders), ['gateway>orders', 'orders>inventory'])
  assert.deepEqual(pairs(inventory), ['gateway>inventory', 'orders>inventory'])
})
