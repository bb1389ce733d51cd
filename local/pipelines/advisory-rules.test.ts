// The advisory check, on reports in npm's form.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAdvisories, ignoredAdvisories } from './advisory-rules.ts'

const advisory = (severity: string, id = 'GHSA-aaaa-bbbb-cccc') => ({
  title: 'Reads too much',
  url: `https://github.com/advisories/${id}`,
  severity,
  range: '<1.2.3',
})
const report = (severity: string) => ({
  vulnerabilities: { one: { via: [advisory(severity)] }, two: { via: ['one'] } },
})
const ignored = { id: 'GHSA-aaaa-bbbb-cccc', reason: 'The function is never called.', until: '2027-01-31' }

test('high and critical advisories are named once, with their address; lower ones are not', () => {
  const sentence = 'one <1.2.3: Reads too much (high), https://github.com/advisories/GHSA-aaaa-bbbb-cccc'
  assert.deepEqual(findAdvisories(report('high'), [], '2027-01-01'), [sentence])
  assert.equal(findAdvisories(report('critical'), [], '2027-01-01').length, 1)
  assert.deepEqual(findAdvisories(report('moderate'), [], '2027-01-01'), [])
  assert.deepEqual(findAdvisories({ vulnerabilities: {} }, [], '2027-01-01'), [])
})

test('an ignored advisory counts again after its last day', () => {
  assert.deepEqual(findAdvisories(report('high'), [ignored], '2027-01-31'), [])
  const after = findAdvisories(report('high'), [ignored], '2027-02-01')
  assert.match(after.join('\n'), /Reads too much[\s\S]*was ignored until 2027-01-31/)
})

test('nothing is ignored for long, without a reason, or for nothing', () => {
  const complaint = (changed: object, severity = 'high') =>
    findAdvisories(report(severity), [{ ...ignored, ...changed }], '2027-01-01').join()
  assert.match(complaint({ until: '2027-06-01' }), /more than 90 days/)
  assert.match(complaint({ reason: ' ' }), /without a reason/)
  assert.match(complaint({ id: 'GHSA-dddd-eeee-ffff' }, 'low'), /concerns no package any more/)
  for (const { reason, until } of ignoredAdvisories) assert.ok(reason.trim() && /^\d{4}-\d{2}-\d{2}$/.test(until))
})

test('no report is no good news', () => {
  assert.throws(() => findAdvisories({}, [], '2027-01-01'), /no report/)
})
