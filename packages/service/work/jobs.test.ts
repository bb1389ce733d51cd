// A job whose worker died runs again soon; the job of a living worker stays with it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { beginTrace, type Database, openDatabase, type Trace } from '@souk/messaging'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { eventually } from '../fixture.ts'
import { job } from '../run/define-service.ts'
import { makeLog } from '../run/log.ts'
import { withJobs } from './enqueue-job.ts'
import { prepareJobs, startJobs } from './run-jobs.ts'

let url: string
let database: Database
before(async () => {
  url = await createDatabase()
  database = openDatabase({ url, service: 'products' })
  await prepareJobs(database)
})
after(async () => {
  await database.close()
  await dropDatabase(url)
})

test('a job is given back when its worker died, and only then', async () => {
  const { sql } = database
  const runs: string[] = []
  const traces: Trace[] = []
  const cause = beginTrace()
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const work = job('work', async ({ name }: { name: string }) => {
    runs.push(name)
    if (name === 'long') await finished
  })
  const start = () =>
    startJobs(
      database,
      'products',
      [work],
      (trace) => void traces.push(trace),
      makeLog({ level: 'silent' }),
      () => undefined,
    )
  const inAnHour = new Date(Date.now() + 3_600_000)
  const enqueue = (name: string, runAt?: Date) =>
    database.transaction(async (transaction) => {
      await withJobs(transaction, cause).enqueue('work', { name }, { key: name, runAt })
    })

  const first = await start()
  await enqueue('long')
  await eventually('the first worker has started it', () => runs.length === 1)
  // What a kill leaves behind: a job held by a worker whose connection is gone.
  await enqueue('orphan', inAnHour)
  await sql`
    update graphile_worker._private_jobs
    set run_at = clock_timestamp(), locked_by = coalesce(locked_by, 'pool-that-died'),
      locked_at = clock_timestamp() - interval '1 minute'`
  const second = await start()
  await eventually('the orphan runs', () => runs.includes('orphan'))
  const [long] = await sql`select locked_by is not null as is_held from graphile_worker.jobs where key = 'long'`
  finish()
  await eventually('nothing is left', async () => (await sql`select from graphile_worker.jobs`).length === 0)
  await second.stop()
  await first.stop()
  // Each runs in the trace of what enqueued it, inside its span.
  assert.deepEqual(
    traces.map(({ traceId, parentSpanId }) => [traceId, parentSpanId]),
    [0, 1].map(() => [cause.traceId, cause.spanId]),
  )
  assert.deepEqual(runs, ['long', 'orphan'])
  assert.deepEqual(long, { isHeld: true })
})
