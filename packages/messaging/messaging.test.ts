// Outbox, relay, inbox and dead letters on real PostgreSQL, killed for real where it hurts.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { allMessages } from '@souk/contracts'
import { SoldOut, StockLow } from '@souk/contracts/inventory'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { openTestDatabase } from './fixture.ts'
import {
  continueTrace,
  discardDeadLetter,
  type Envelope,
  listDeadLetters,
  type MemoryTransport,
  memoryTransport,
  newTrace,
  openDatabase,
  type Reaction,
  redrive,
  replayDeadLetter,
  startConsumer,
  startRelay,
  Unprocessable,
} from './index.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const { database, drop } = await openTestDatabase()
before(async () => void (await database.sql`create table thing (name text primary key, number integer not null)`))
after(drop)
const outbox = () => database.sql<{ type: string; envelope: Envelope }>`select type, envelope from outbox order by id`
const emptyOutbox = () => database.sql`delete from outbox`

test('a message leaves only with its transaction, stamped with what caused it', async () => {
  const trace = continueTrace(undefined)
  await assert.rejects(
    database.transaction(async ({ sql, send }) => {
      send(SoldOut({ sku: 'a' }))
      await sql`insert into thing (name, number) values ('a', 1)`
      throw new Error('changed my mind')
    }),
  )
  assert.equal((await outbox()).length, 0)
  await database.transaction(async ({ send }) => send(SoldOut({ sku: 'a' }), SoldOut({ sku: 'b' })), { trace })
  const rows = await outbox()
  assert.deepEqual(
    rows.map((row) => row.envelope.subject),
    ['a', 'b'],
  )
  const [first] = rows
  assert.equal(first?.envelope.specversion, '1.0')
  assert.equal(first?.envelope.source, '/souk/inventory')
  assert.equal(first?.envelope.traceparent, `00-${trace.traceId}-${trace.spanId}-01`)
  await emptyOutbox()
})

test('one statement carries its messages only when it changed something', async () => {
  const put = (number: number) =>
    database.commit<{ number: number }>(
      database.sql`insert into thing (name, number) values ('once', ${number}) on conflict do nothing returning number`,
      {
        also: [database.sql`insert into thing (name, number) select 'also', number from changed`],
        send: [SoldOut({ sku: 'c' })],
      },
    )
  assert.deepEqual(await put(1), [{ number: 1 }])
  assert.deepEqual(await put(2), [])
  assert.equal((await outbox()).length, 1)
  const rows = await database.sql`select name, number from thing where name in ('once', 'also') order by name`
  assert.deepEqual(rows, [
    { name: 'also', number: 1 },
    { name: 'once', number: 1 },
  ])
  await emptyOutbox()
})

test('a statement for many sends the messages of those that it changed, each with its own trace', async () => {
  const ids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
  const traces = [newTrace(), newTrace()]
  await database.sql`create table part (id uuid primary key)`
  await database.sql`insert into part values (${ids[0]})`
  const { sql } = database
  const rows = await database.commit(sql`insert into part select id from given on conflict do nothing returning id`, {
    given: sql`select unnest(${ids}::uuid[]) as id`,
    also: [sql`insert into thing (name, number) select id::text, 1 from changed`],
    sendFor: ids.map((id, index) => ({ id, messages: [SoldOut({ sku: id })], trace: traces[index]! })),
  })
  assert.deepEqual(rows, [{ id: ids[1] }])
  const sent = await outbox()
  assert.deepEqual(
    sent.map(({ envelope }) => [envelope.subject, envelope.traceparent.slice(3, 35)]),
    [[ids[1], traces[1]?.traceId]],
  )
  assert.equal((await sql`select from thing where name = any(${ids}::text[])`).length, 1)
  await emptyOutbox()
})

test('the relay does not skip a row whose transaction commits late', async (t) => {
  const transport = memoryTransport()
  const relay = startRelay({ database, transport, log })
  t.after(relay.stop)
  const [held, written] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = database.transaction(async ({ sql, send }) => {
    send(SoldOut({ sku: 'slow' }))
    await sql`insert into outbox (event_id, type, key, envelope)
      values (uuidv7(), 'inventory.sold-out', 'early id', '{"id":"early","type":"inventory.sold-out"}')`
    written.resolve()
    await held.promise
  })
  await written.promise
  await database.transaction(async ({ send }) => send(SoldOut({ sku: 'quick' })))
  relay.wake()
  await until(() => transport.log.length === 1)
  held.resolve()
  await slow
  relay.wake()
  await until(() => transport.log.length === 3)
  assert.deepEqual(
    transport.log.map((it) => it.key),
    ['quick', 'early id', 'slow'],
  )
})

test('only one of two relays works, and the other takes over when it stops', async () => {
  const transport = memoryTransport()
  const first = startRelay({ database, transport, log })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const second = startRelay({ database, transport, log })
  for (let i = 0; i < 20; i++) await database.transaction(async ({ send }) => send(SoldOut({ sku: `${i}` })))
  await until(() => transport.log.length === 20)
  await first.stop()
  await database.transaction(async ({ send }) => send(SoldOut({ sku: 'after' })))
  await until(() => transport.log.length === 21)
  await second.stop()
  assert.equal(new Set(transport.log.map((it) => it.id)).size, 21)
})

test('a relay that stands by tells the working one what its process has stored', async (t) => {
  const transport = memoryTransport()
  const working = startRelay({ database, transport, log })
  t.after(working.stop)
  await database.transaction(async ({ send }) => send(SoldOut({ sku: 'first' })))
  working.wake()
  await until(() => transport.log.length === 1)
  const standby = startRelay({ database, transport, log })
  t.after(standby.stop)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await database.transaction(async ({ send }) => send(SoldOut({ sku: 'second' })))
  standby.wake()
  await until(() => transport.log.length === 2, 1) // The working relay looks by itself every three seconds.
})

test('what the broker does not confirm stays, with all that follows it under its key', async (t) => {
  const published: string[] = []
  let refuses = true
  const picky = {
    ...memoryTransport(),
    publish: async (messages: readonly { id: string; key: string }[]) => {
      const taken = refuses ? messages.filter((it) => it.key !== 'bad') : messages
      published.push(...taken.map((it) => it.key))
      return new Set(taken.map((it) => it.id))
    },
  }
  await database.transaction(async ({ send }) => send(SoldOut({ sku: 'bad' }), SoldOut({ sku: 'good' })))
  const relay = startRelay({ database, transport: picky, log })
  t.after(relay.stop)
  await until(async () => published.includes('good') && (await outbox()).length === 1)
  assert.deepEqual(
    (await outbox()).map((row) => row.envelope.subject),
    ['bad'],
  )
  refuses = false
  await until(async () => (await outbox()).length === 0)
  assert.deepEqual(published, ['good', 'bad'])
})

async function consume(
  transport: MemoryTransport,
  react: Reaction,
  retrySeconds = [0.02, 0.05],
  more: Pick<Partial<Parameters<typeof startConsumer>[0]>, 'group' | 'isKnown' | 'check'> = {},
) {
  return startConsumer({
    database,
    transport,
    group: `g${Math.random()}`,
    definitions: allMessages,
    check: () => undefined,
    ...more,
    log,
    retrySeconds,
    reactions: new Map([[StockLow.type, [react]]]),
  })
}
let made = 0
function message(sku: string, available: number) {
  const id = `0199aaaa-0000-7000-8000-${String(++made).padStart(12, '0')}`
  const envelope = {
    specversion: '1.0',
    id,
    type: StockLow.type,
    subject: sku,
    time: new Date().toISOString(),
    data: { sku, available },
  }
  return { id, type: StockLow.type, key: sku, json: JSON.stringify(envelope) }
}

test('a message delivered three times, at once and later, takes effect once (Pinelab #620)', async () => {
  const transport = memoryTransport()
  let effects = 0
  const consumer = await consume(transport, async () => {
    effects += 1
  })
  const one = message('thrice', 1)
  await transport.publish([one, one])
  await transport.publish([one])
  await until(async () => (await transport.backlog()) === 0)
  assert.equal(effects, 1)
  await consumer.close()
})

test('a message whose effect is known is recorded without its reaction', async () => {
  const transport = memoryTransport()
  const seen: string[] = []
  const isKnown = ({ subject }: Envelope) => subject === 'known'
  const react: Reaction = async ({ subject }) => void seen.push(subject)
  const consumer = await consume(transport, react, [0.02], { group: 'knowing', isKnown })
  const sent = [message('known', 1), message('known', 2), message('news', 1), message('known', 3)]
  await transport.publish(sent.slice(0, 2))
  await until(async () => (await transport.backlog()) === 0)
  await transport.publish(sent.slice(2))
  await until(async () => (await transport.backlog()) === 0)
  await consumer.close()
  assert.deepEqual(seen, ['news'])
  const rows = await database.sql<{ eventId: string }>`
    select event_id from inbox where consumer = 'knowing' order by event_id`
  assert.deepEqual(
    rows.map((row) => row.eventId),
    sent.map((one) => one.id),
  )
})

test('a message that is not what its contract says is dead at once, also where known messages are only recorded', async (t) => {
  const transport = memoryTransport()
  const isKnown = ({ data }: Envelope) => (data as { available: number }).available === 0
  const check = (_: unknown, data: unknown) => (data === null ? 'it is null' : undefined)
  const consumer = await consume(transport, async () => undefined, [0.02], { group: 'checking', isKnown, check })
  t.after(() => consumer.close())
  t.after(() => database.sql`delete from dead_letter where consumer = 'checking'`.then(() => undefined))
  const wrong = message('wrong', 1)
  await transport.publish([message('known', 0), { ...wrong, json: wrong.json.replace(/"data":.*}}$/, '"data":null}') }])
  const deadLetters = () => database.sql`select status, key from dead_letter where consumer = 'checking'`
  await until(async () => (await deadLetters()).length > 0)
  assert.deepEqual(await deadLetters(), [{ status: 'dead', key: 'wrong' }])
})

test('a failing message holds back its own key only, then all arrive in order (vendure #832)', async () => {
  const transport = memoryTransport()
  const seen: string[] = []
  const consumer = await consume(
    transport,
    async ({ subject, data }) => {
      const { available } = data as { available: number }
      if (subject === 'stuck' && available === 1 && !seen.includes('free 1')) throw new Error('not yet')
      seen.push(`${subject} ${available}`)
    },
    Array(500).fill(0.02),
  )
  await transport.publish([message('stuck', 1), message('stuck', 2), message('free', 1)])
  await until(() => seen.length === 3)
  assert.deepEqual(seen, ['free 1', 'stuck 1', 'stuck 2'])
  await consumer.close()
})

test('an error of a reaction that only speaks of connections is set aside, and other messages flow', async () => {
  const transport = memoryTransport()
  const seen: string[] = []
  const consumer = await consume(transport, async ({ subject }) => {
    if (subject === 'wires') throw new Error('Connection terminated: cannot connect these wires (ECONNREFUSED).')
    seen.push(subject)
  })
  await transport.publish([message('wires', 1), message('lamp', 1)])
  await until(() => seen.length > 0, 3)
  const isDead = async () => {
    const rows = await database.sql`select from dead_letter where key = 'wires' and status = 'dead'`
    return rows.length > 0
  }
  await until(isDead, 3)
  await consumer.close()
  await database.sql`delete from dead_letter where key = 'wires'`
})

test('a message whose reaction lost its connection is delivered again, not set aside', async () => {
  const transport = memoryTransport()
  let tries = 0
  const consumer = await consume(transport, async (_envelope, { sql }) => {
    tries += 1
    if (tries < 3) await sql`select pg_terminate_backend(pg_backend_pid())`
  })
  await transport.publish([message('cut', 1)])
  await until(async () => tries === 3 && (await transport.backlog()) === 0)
  assert.deepEqual(await database.sql`select from dead_letter where key = 'cut'`, [])
  await consumer.close()
})

test('a message is not lost when what it waits behind succeeds at that very moment', async (t) => {
  const { sql, pool } = database
  // Whoever finds nothing new in a batch stops there, until the test lets go.
  const gate = await database.connect()
  t.after(() => gate.close())
  await gate.sql`select pg_advisory_lock(7)`
  await pool.query(`
    create function stop_here() returns trigger language plpgsql as $$
    begin
      if not exists (select from taken) then perform pg_advisory_xact_lock(7); end if;
      return null;
    end $$;
    create trigger stop_here after insert on inbox referencing new table as taken
    for each statement execute function stop_here()`)
  t.after(() => pool.query('drop function stop_here cascade'))
  const stopped = () => sql`select from pg_locks where locktype = 'advisory' and objid = 7 and not granted`
  const setAside = () => sql`select from dead_letter where key = 'crossing'`
  const transport = memoryTransport()
  const seen: number[] = []
  const react: Reaction = async ({ data }) => {
    const { available } = data as { available: number }
    if (available === 1 && (await stopped()).length === 0) throw new Error('not yet')
    seen.push(available)
  }
  const consumer = await consume(transport, react, Array(500).fill(0.02))
  t.after(() => consumer.close())
  await transport.publish([message('crossing', 1)])
  await until(async () => (await setAside()).length === 1)
  await transport.publish([message('crossing', 2)])
  await until(async () => seen.includes(1) && (await setAside()).length === 0)
  await gate.sql`select pg_advisory_unlock(7)`
  await until(() => seen.includes(2))
  assert.deepEqual(seen, [1, 2])
})

test('a message that never succeeds ends where staff can see it, replay it or let it go (vendure #739)', async () => {
  const transport = memoryTransport()
  let isMended = false
  const seen: number[] = []
  const consumer = await consume(transport, async ({ data }) => {
    const { available } = data as { available: number }
    if (available === 13 && !isMended) throw new Unprocessable('thirteen')
    seen.push(available)
  })
  await transport.publish([message('p', 13), message('p', 13), message('p', 2)])
  await until(() => seen.includes(2))
  const dead = await listDeadLetters(database)
  assert.deepEqual(
    dead.map((it) => [it.status, it.attempts]),
    [
      ['dead', 1],
      ['dead', 1],
    ],
  )
  assert.match(dead[0]?.error ?? '', /thirteen/)
  isMended = true
  assert.equal(await replayDeadLetter(database, dead[0]?.eventId as string), true)
  await until(async () => seen.includes(13) && (await listDeadLetters(database)).length === 1)
  assert.equal(await discardDeadLetter(database, dead[1]?.eventId as string), true)
  assert.equal(await discardDeadLetter(database, dead[1]?.eventId as string), false)
  assert.deepEqual(await listDeadLetters(database), [])
  await consumer.close()
})

test('a broker that lost everything is refilled from what was sent', async () => {
  const [count] = await database.sql<{ count: number }>`select count(*) as count from outbox_sent`
  const fresh = memoryTransport()
  assert.equal(await redrive(database, fresh, { since: '2000-01-01', until: '2100-01-01' }), count?.count)
  assert.equal(fresh.log.length, count?.count)
})

const crashpoints = [
  'inventory.before-commit:3',
  'inventory.after-commit:3',
  'relay.before-publish',
  'relay.after-publish',
  'relay.after-publish:2',
  'relay.after-delete',
  'inventory.after-reaction',
  'inventory.after-reaction:2',
]
for (const name of crashpoints) {
  test(`killed at ${name}, nothing is lost and nothing happens twice (eShopOnContainers #700)`, async () => {
    const [databaseUrl, busUrl] = [await createDatabase(), await createDatabase()]
    const killed = await runChild([databaseUrl, busUrl, '40'], name)
    assert.equal(killed, 'SIGKILL', 'the crash point was reached')
    assert.equal(await runChild([databaseUrl, busUrl, '40']), 0)
    const after = openDatabase({ url: databaseUrl, service: 'test', connections: 1 })
    const rows = await after.sql<{ number: number }>`select number from effect order by number`
    assert.deepEqual(
      rows.map((row) => row.number),
      Array.from({ length: 40 }, (_, number) => number),
    )
    await after.close()
    await dropDatabase(databaseUrl)
    await dropDatabase(busUrl)
  })
}

function runChild(words: string[], crashpoint?: string): Promise<number | string | null> {
  const env = { ...process.env, ...(crashpoint ? { SOUK_CRASHPOINT: crashpoint } : {}) }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), ...words], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const timer = setTimeout(() => child.kill('SIGTERM'), 30_000)
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      resolve(signal ?? code)
    })
  })
}

async function until(check: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (let isOver = false; !(await check()); isOver = Date.now() > deadline) {
    if (isOver) throw new Error(`Not within ${seconds} seconds: ${check}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
