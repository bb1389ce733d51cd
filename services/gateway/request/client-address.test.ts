// Client addresses: which part of X-Forwarded-For is believed, and which addresses count as one network.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientNetwork } from '@souk/service'
import { clientAddress } from './client-address.ts'

test('X-Forwarded-For is believed as far as our own proxies have written it (sec-A01)', () => {
  const from = (forwarded: string | undefined, trusted: number) =>
    clientAddress(
      { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: '::ffff:10.0.0.1' } } as never,
      trusted,
    )
  assert.equal(from('6.6.6.6', 0), '10.0.0.1')
  assert.equal(from('6.6.6.6, 5.5.5.5', 1), '5.5.5.5')
  assert.equal(from('6.6.6.6, 5.5.5.5, 10.0.0.2', 2), '5.5.5.5')
  assert.equal(from(undefined, 1), '10.0.0.1')
  assert.equal(clientNetwork('2001:db8:1:2:3:4:5:6'), clientNetwork('2001:db8:1:2::9'))
  assert.notEqual(clientNetwork('2001:db8:1:2::1'), clientNetwork('2001:db8:1:3::1'))
  assert.equal(clientNetwork('1.2.3.4'), '1.2.3.4')
})
