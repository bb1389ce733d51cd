// What is logged can be read by many, so what must not be read is not in it.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../fixture.ts'
import { makeLog } from './log.ts'

test('secrets are cut by name, wherever they are logged', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'souk-log-')), 'log')
  const log = makeLog({ file })
  const error = Object.assign(new Error('It failed.'), { url: 'canary', code: 'E1' })
  log.info({ token: 'canary', route: 'a', headers: { cookie: 'canary', accept: 'x' }, list: ['kept'] }, 'one')
  log.error({ err: error, password: 'canary' }, 'two')
  log.info({ service: 'users', userId: undefined, order: { id: 1 } }, 'three')
  log.flush()
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  await eventually('three lines are written', () => read().trim().split('\n').length === 3)
  const text = read()
  assert.doesNotMatch(text, /canary/)
  const [one, two, three] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual([one.token, one.headers, one.list], ['(hidden)', { cookie: '(hidden)', accept: 'x' }, ['kept']])
  assert.deepEqual([two.err.message, two.err.code, two.err.url, two.level], ['It failed.', 'E1', '(hidden)', 'error'])
  assert.deepEqual([three.order, three.msg, 'userId' in three], [{ id: 1 }, 'three', false])
})
