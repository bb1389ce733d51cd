// Which addresses a limit counts as one client.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientNetwork, mailboxOf } from './client-identity.ts'

test('spellings of one mailbox count as one person', () => {
  const same = ['Ada.Love@gmail.com', 'adalove+tag@googlemail.com', ' a.d.a.love@GMAIL.com ']
  for (const email of same) assert.equal(mailboxOf(email), 'adalove@gmail.com')
  assert.equal(mailboxOf('Lena.Vogt+1@Souk.Example'), 'lena.vogt@souk.example')
  assert.notEqual(mailboxOf('lena.vogt@souk.example'), mailboxOf('lenavogt@souk.example'))
  assert.equal(mailboxOf('+1@souk.example'), '+1@souk.example')
  assert.equal(mailboxOf('nobody'), 'nobody')
})

test('an IPv6 network is one client, however it is written', () => {
  const same = ['2001:db8::1', '2001:DB8:0:0::2', '2001:0db8:0000:0000:1:2:3:4']
  for (const ip of same) assert.equal(clientNetwork(ip), '2001:db8:0:0::/64')
  assert.equal(clientNetwork('192.0.2.7'), '192.0.2.7')
})
