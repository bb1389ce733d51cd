// Schedules run again and again, and end soon when the service stops.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../fixture.ts'
import { every } from '../run/define-service.ts'
import { makeLog } from '../run/log.ts'
import { startSchedules } from './schedules.ts'

test('a schedule ends when it is asked to; one that hangs is not waited for', async () => {
  const log = makeLog({ level: 'silent' })
  const events: string[] = []
  const obedient = every(0, 'obedient', async (_context, stopping) => {
    events.push('begun')
    await new Promise((resolve) => stopping.addEventListener('abort', resolve))
    events.push('ended')
  })
  const hanging = every(0, 'hanging', async () => {
    events.push('begun')
    await new Promise(() => undefined)
  })
  const schedules = startSchedules([obedient, hanging], () => undefined, log)
  await eventually('both have begun', () => events.length === 2)
  let hasStopped = false
  void schedules.stop().then(() => {
    hasStopped = true
  })
  await eventually('the stop is over', () => hasStopped)
  assert.deepEqual(events, ['begun', 'begun', 'ended'])
})

test('a schedule that is wanted soon runs at once, and once more when it is running', async () => {
  let runs = 0
  let finish = () => {}
  const rare = every(3_600, 'rare', async () => {
    runs += 1
    await new Promise<void>((resolve) => {
      finish = resolve
    })
  })
  const schedules = startSchedules([rare], () => undefined, makeLog({ level: 'silent' }))
  schedules.runSoon('rare')
  schedules.runSoon('rare')
  schedules.runSoon('rare')
  assert.equal(runs, 1)
  finish()
  await eventually('it runs once more', () => runs === 2)
  finish()
  await schedules.stop()
  assert.equal(runs, 2)
})
