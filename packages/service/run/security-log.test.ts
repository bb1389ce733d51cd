// The security log: a fixed list of events, and accounts as keyed hashes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { accountHash, logSecurityEvent, securityEvents } from './security-log.ts'

test('docs/security.md lists every event with its meaning', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/security.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([\w-]+)` \| (.+) \|$/gm)].map(([, event, meaning]) => [event, meaning])
  assert.deepEqual(rows, Object.entries(securityEvents))
})

test('an account has one name however its address is written, and another name under another key', () => {
  const name = accountHash(' Nour@Example.com', 'first,second')
  assert.equal(name, accountHash('nour@example.com', 'first'))
  assert.notEqual(name, accountHash('nour@example.com', 'second'))
  assert.match(name, /^[\w-]{22}$/)
})

test('what was refused is a warning, what was allowed is information, and nothing is an error', () => {
  const levels: string[] = []
  const keep = (level: string) => () => void levels.push(level)
  const log = { info: keep('info'), warn: keep('warn'), error: keep('error') }
  logSecurityEvent({ log }, 'staff-signed-in', { outcome: 'allowed' })
  logSecurityEvent({ log }, 'sign-in-failed', { outcome: 'refused' })
  assert.deepEqual(levels, ['info', 'warn'])
})
