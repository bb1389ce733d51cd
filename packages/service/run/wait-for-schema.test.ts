// What a process of a fleet waits for, and what ends its start.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseUnavailable, MissingMigrations } from '@souk/postgres'
import { makeLog } from './log.ts'
import { whenSchemaSuffices } from './wait-for-schema.ts'

const log = makeLog({ level: 'silent' })
const patient = { waits: true, log, stopping: new AbortController().signal }
/** Fails with each of these errors, then opens. */
function failing(...errors: Error[]) {
  const opening = { tries: 0, open }
  async function open() {
    const error = errors[opening.tries++]
    if (error) throw error
    return 'open'
  }
  return opening
}

test('a database that lacks migrations, and one that cannot be reached, are asked again', async () => {
  const errors = [new MissingMigrations('lacks 001'), new DatabaseUnavailable('is away')]
  const waiting = errors.map((error) => whenSchemaSuffices(patient, failing(error).open))
  assert.deepEqual(await Promise.all(waiting), ['open', 'open'])
})

test('any other error ends the start at once, and so does a missing migration where nobody waits', async () => {
  for (const [wait, error] of [
    [patient, new Error('was edited after it had been applied')],
    [{ ...patient, waits: false }, new MissingMigrations('lacks 001')],
  ] as const) {
    const opening = failing(error)
    await assert.rejects(whenSchemaSuffices(wait, opening.open), error)
    assert.equal(opening.tries, 1)
  }
})

test('it waits no longer when the process stops', async () => {
  const stop = new AbortController()
  const opening = failing(new MissingMigrations('lacks 001'))
  const waiting = whenSchemaSuffices({ ...patient, stopping: stop.signal }, opening.open)
  stop.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
  assert.equal(opening.tries, 1)
})
