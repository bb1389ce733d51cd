// Strangers choose where pushes go: only to public addresses, whatever they write.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayConnect, publicLookup, readEndpoint } from './push-address.ts'

const strict = { hosts: [], allowsLoopback: false }

test('the push services of the browsers are taken', () => {
  for (const endpoint of [
    'https://fcm.googleapis.com/fcm/send/abc:def',
    'https://updates.push.services.mozilla.com/wpush/v2/abc',
    'https://web.push.apple.com/QABC',
    'https://wns2-par02p.notify.windows.com/w/?token=abc',
  ])
    assert.ok(readEndpoint(endpoint, strict) instanceof URL, endpoint)
})

test('addresses of our own network, in whatever spelling, are refused', () => {
  for (const endpoint of [
    'http://push.example.com/a',
    'https://127.0.0.1/a',
    'https://localhost/a',
    'https://orders:4104/a',
    'https://10.1.2.3/a',
    'https://2130706433/a',
    'https://0x7f.1/a',
    'https://[::1]/a',
    'https://[::ffff:169.254.169.254]/a',
    'https://169.254.169.254/latest/meta-data',
    'https://93.184.216.34/a',
    'https://push.example.com:8443/a',
    'https://user:secret@push.example.com/a',
    'https:push',
    'file:///etc/passwd',
    'nonsense',
  ])
    assert.equal(typeof readEndpoint(endpoint, strict), 'string', endpoint)
})

test('a list of hosts allows these and what lies under them', () => {
  const rules = { ...strict, hosts: ['push.example.com'] }
  assert.ok(readEndpoint('https://push.example.com/a', rules) instanceof URL)
  assert.ok(readEndpoint('https://eu.push.example.com/a', rules) instanceof URL)
  assert.equal(typeof readEndpoint('https://evilpush.example.com/a', rules), 'string')
})

test('only public addresses are connected to', () => {
  for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700:4700::1111', '2a00:1450:4001:81b::200a'])
    assert.equal(mayConnect(address, strict), true, address)
  for (const address of [
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fd00::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'ff02::1',
    'not an address',
  ])
    assert.equal(mayConnect(address, strict), false, address)
})

test('a name that leads to this machine is refused when the connection is made', async () => {
  const failure = await new Promise((done) => {
    publicLookup(strict)('localhost', {}, (error) => done(error))
  })
  assert.match(String(failure), /no public address/)
  assert.equal(mayConnect('127.0.0.1', { ...strict, allowsLoopback: true }), true)
})
