// Quiet hours end where the person lives, also over midnight and in the nights when the clocks change.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOfQuiet } from './quiet-hours.ts'

const night = { from: '22:00', until: '07:00', timeZone: 'Europe/Berlin' }
const endAt = (time: string, hours = night) => endOfQuiet(hours, new Date(time))?.toISOString()

test('quiet hours over midnight end in the morning, by the clock of the person', () => {
  assert.equal(endAt('2026-01-10T20:59:30Z'), undefined)
  assert.equal(endAt('2026-01-10T21:00:00Z'), '2026-01-11T06:00:00.000Z')
  assert.equal(endAt('2026-01-11T05:59:59Z'), '2026-01-11T06:00:00.000Z')
  assert.equal(endAt('2026-01-11T06:00:00Z'), undefined)
  assert.equal(endAt('2026-07-10T20:00:00Z'), '2026-07-11T05:00:00.000Z')
})

test('quiet hours within a day end on the same day', () => {
  const nap = { from: '13:00', until: '14:30', timeZone: 'Asia/Kolkata' }
  assert.equal(endAt('2026-01-10T07:30:00Z', nap), '2026-01-10T09:00:00.000Z')
  assert.equal(endAt('2026-01-10T09:00:00Z', nap), undefined)
})

test('when the clocks go forward over the end, quiet ends with the jump; when they go back, it lasts an hour more', () => {
  assert.equal(endAt('2026-03-29T00:00:00Z', { ...night, until: '02:30' }), '2026-03-29T01:00:00.000Z')
  assert.equal(endAt('2026-10-24T22:00:00Z', { ...night, until: '07:00' }), '2026-10-25T06:00:00.000Z')
})

test('hours that begin and end at the same time are none', () => {
  assert.equal(endAt('2026-01-10T22:00:00Z', { ...night, until: '22:00' }), undefined)
})
