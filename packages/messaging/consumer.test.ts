// How a consumer handles what the broker delivers: batches, repeats, failures, reports. The test is the broker.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { allMessages } from '@souk/contracts'
import { SoldOut, StockLow } from '@souk/contracts/inventory'
import { openTestDatabase } from './fixture.ts'
import { type Envelope, memoryTransport, newTrace, type Reaction, startConsumer, traceparentOf } from './index.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const { database, drop } = await openTestDatabase()
before(async () => void (await database.sql`create table effect (name text)`))
after(drop)

type Options = Parameters<typeof startConsumer>[0]
type Reported = [subject: string, outcome: string, milliseconds: number]
let made = 0

function message(subject: string, type: string = StockLow.type): Envelope {
  return {
    specversion: '1.0',
    id: `0199bbbb-0000-7000-8000-${String(++made).padStart(12, '0')}`,
    source: '/souk/inventory',
    type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    traceparent: traceparentOf({ ...newTrace(), isBare: undefined }),
    data: { sku: subject, available: 1 },
  }
}

/** A consumer of StockLow whose batches are delivered by hand. It closes with the test, unless that closes it. */
async function open(react: Reaction, more: Partial<Options> = {}) {
  const group = `group-${++made}`
  const reported: Reported[] = []
  const begun: string[] = []
  let closed = 0
  let deliver: (batch: Envelope[]) => Promise<void> = () => assert.fail('Nobody has subscribed.')
  const transport: Options['transport'] = {
    ...memoryTransport(),
    async subscribe(_group, _types, handle) {
      deliver = handle
      return {
        async close() {
          closed += 1
        },
      }
    },
  }
  const consumer = await startConsumer({
    database,
    transport,
    group,
    definitions: allMessages,
    check: () => undefined,
    log,
    retrySeconds: [0],
    reactions: new Map([[StockLow.type, [react]]]),
    onHandling({ subject }, { traceId }) {
      begun.push(traceId)
      return (outcome, milliseconds) => reported.push([subject, outcome, milliseconds])
    },
    ...more,
  })
  return {
    group,
    close: () => consumer.close(),
    closedTimes: () => closed,
    deliver: (...batch: Envelope[]) => deliver(batch),
    begun,
    reported,
    outcomes: () => reported.splice(0).map(([subject, outcome]) => `${subject} ${outcome}`),
    setAside: () =>
      database.sql<{ key: string; status: string; error: string }>`
        select key, status, error from dead_letter where consumer = ${group} order by position`,
    recorded: async () => {
      const rows = await database.sql<{ eventId: string }>`
        select event_id from inbox where consumer = ${group} order by event_id`
      return rows.map(({ eventId }) => eventId)
    },
  }
}

test('a batch takes effect once, and each of its messages is reported as done, then as repeated', async () => {
  const seen: string[] = []
  const consumer = await open(async ({ subject }) => void seen.push(subject))
  const [one, two] = [message('one'), message('two')]
  const began = performance.now()
  await consumer.deliver(one, two, one)
  const elapsed = performance.now() - began
  assert.deepEqual(seen, ['one', 'two'])
  const times = consumer.reported.map(([, , milliseconds]) => milliseconds)
  const sum = times.reduce((all, milliseconds) => all + milliseconds, 0)
  assert.ok(sum > 0 && sum <= elapsed, 'the messages of a batch share its time')
  assert.deepEqual(consumer.outcomes(), ['one done', 'two done', 'one done'])
  const three = message('three')
  await consumer.deliver(two, three)
  assert.deepEqual(seen, ['one', 'two', 'three'])
  assert.deepEqual(consumer.outcomes(), ['two repeated', 'three done'])
  await consumer.close()
})

test('a batch of known messages is recorded without a reaction; with a new one in it, that one has its effect', async () => {
  const seen: string[] = []
  const isKnown = ({ subject }: Envelope) => subject === 'known'
  const consumer = await open(async ({ subject }) => void seen.push(subject), { isKnown })
  const [known, again, news] = [message('known'), message('known'), message('news')]
  await consumer.deliver(known)
  await consumer.deliver(known, again)
  assert.deepEqual(consumer.reported.splice(0), [
    ['known', 'done', 0],
    ['known', 'repeated', 0],
    ['known', 'done', 0],
  ])
  const last = message('known')
  await consumer.deliver(news, last)
  assert.deepEqual(consumer.outcomes(), ['news done', 'known done'])
  assert.deepEqual(seen, ['news'])
  assert.deepEqual(await consumer.recorded(), [known.id, again.id, news.id, last.id])
  await consumer.close()
})

test('a message that fails is set aside alone; those of other keys are done, and those of its key wait behind it', async () => {
  const seen: string[] = []
  const consumer = await open(
    async ({ subject }) => {
      if (subject === 'bad') throw new Error('It is bad.')
      seen.push(subject)
    },
    { retrySeconds: [600] },
  )
  const [done, bad, behind, other] = [message('done'), message('bad'), message('bad'), message('other')]
  await consumer.deliver(done)
  consumer.outcomes()
  const began = performance.now()
  await consumer.deliver(bad, behind, done, other)
  const elapsed = performance.now() - began
  for (const [, , milliseconds] of consumer.reported) assert.ok(milliseconds <= elapsed)
  assert.deepEqual(consumer.outcomes(), ['bad failed', 'bad repeated', 'done repeated', 'other done'])
  assert.deepEqual(seen, ['done', 'other'])
  const waits = 'Waits behind an earlier message of its key.'
  assert.deepEqual(await consumer.setAside(), [
    { key: 'bad', status: 'retrying', error: 'Error: It is bad.' },
    { key: 'bad', status: 'retrying', error: waits },
  ])
  assert.deepEqual(await consumer.recorded(), [done.id, other.id])
  await consumer.deliver(message('bad'), message('free'))
  assert.deepEqual(consumer.outcomes(), ['bad repeated', 'free done'])
  assert.equal((await consumer.setAside()).length, 3)
  await consumer.close()
})

test('while the database is away nothing is set aside: the broker delivers the messages again', async () => {
  let tries = 0
  const consumer = await open(async ({ subject }, { sql }) => {
    tries += 1
    if (subject === 'bad') throw new Error('It is bad.')
    if (subject === 'cut') await sql`select pg_terminate_backend(pg_backend_pid())`
  })
  await assert.rejects(consumer.deliver(message('cut')))
  assert.equal(tries, 1, 'it is not tried alone')
  assert.deepEqual([await consumer.setAside(), consumer.outcomes()], [[], []])
  await assert.rejects(consumer.deliver(message('bad'), message('cut')))
  assert.deepEqual(
    (await consumer.setAside()).map(({ key }) => key),
    ['bad'],
  )
  assert.deepEqual(consumer.outcomes(), ['bad failed'])
  await consumer.close()
})

for (const isBehind of [false, true]) {
  test(`a process that sets a message aside ${isBehind ? 'behind another' : 'itself'} soon retries it, however long it had nothing to retry`, async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    let isMended = false
    const seen: string[] = []
    const consumer = await open(
      async ({ subject }) => {
        if (!isMended) throw new Error('not yet')
        seen.push(subject)
      },
      { retrySeconds: isBehind ? [600] : [0] },
    )
    const poll = async () => {
      t.mock.timers.tick(100)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    if (isBehind) {
      // Another process has set aside the first one, and this one has not looked since.
      for (let n = 0; n < 3; n++) await poll()
      await database.sql`
        insert into dead_letter (consumer, event_id, type, key, envelope, status, next_attempt_at, error)
        select ${consumer.group}, ${message('x').id}, ${StockLow.type}, 'late', ${JSON.stringify(message('late'))}::json,
          'retrying', clock_timestamp(), ''`
      isMended = true
      await consumer.deliver(message('late'))
    } else {
      for (let n = 0; n < 3; n++) await poll()
      await consumer.deliver(message('late'))
      isMended = true
    }
    // A process that expects nothing asks with every 30th poll.
    for (let n = 0; n < 20 && seen.length === 0; n++) await poll()
    assert.ok(seen.length > 0, 'it was retried')
    await consumer.close()
  })
}

test('what a reaction sends continues the trace of its own message, also in a batch and when it is handled alone', async () => {
  const consumer = await open(async ({ subject }, { send }) => {
    if (subject === 'bad') throw new Error('It is bad.')
    send(SoldOut({ sku: subject }))
  })
  const traceIdOf = ({ traceparent }: Envelope) => traceparent.slice(3, 35)
  const sent = async () => {
    const rows = await database.sql<{ envelope: Envelope }>`delete from outbox returning envelope`
    return new Map(rows.map(({ envelope }) => [envelope.subject, traceIdOf(envelope)]))
  }
  const [one, two, bad] = [message('one'), message('two'), message('bad')]
  await consumer.deliver(one, two)
  assert.deepEqual(Object.fromEntries(await sent()), { one: traceIdOf(one), two: traceIdOf(two) })
  assert.deepEqual(consumer.begun, [one, two].map(traceIdOf))
  const three = message('three')
  await consumer.deliver(bad, three)
  assert.deepEqual(Object.fromEntries(await sent()), { three: traceIdOf(three) })
  await consumer.close()
})

test('a message of a type that nobody has declared, or that breaks its contract, is dead at once', async () => {
  const check: Options['check'] = (_definition, data) => (data === null ? 'it is null' : undefined)
  const react: Reaction = async () => assert.fail('It must not take effect.')
  const consumer = await open(react, { check })
  await consumer.deliver(message('odd', 'inventory.unheard-of'))
  await consumer.deliver({ ...message('wrong'), data: null })
  const why = 'Unprocessable: This message is not what its contract says:'
  assert.deepEqual(await consumer.setAside(), [
    { key: 'odd', status: 'dead', error: `${why} this type is not declared` },
    { key: 'wrong', status: 'dead', error: `${why} it is null` },
  ])
  await consumer.close()
})

test('a message without a reaction is done, and nobody needs to listen to how messages are handled', async () => {
  const consumer = await open(async () => undefined, { onHandling: undefined })
  const [low, out] = [message('low'), message('out', SoldOut.type)]
  await consumer.deliver(low, out)
  assert.deepEqual(await consumer.recorded(), [low.id, out.id])
  await consumer.close()
})

test('a consumer that is closed has left its broker', async () => {
  const consumer = await open(async () => undefined)
  await consumer.close()
  assert.equal(consumer.closedTimes(), 1)
})
