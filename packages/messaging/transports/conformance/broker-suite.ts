// Cases of the conformance suite: the broker's process is killed while members publish and read.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Envelope } from '../../envelope.ts'
import {
  type Bench,
  collect,
  firstOf,
  ids,
  messages,
  pause,
  publishAll,
  type Subject,
  type,
  until,
  unused,
} from './bench.ts'

/** Until a member must be connected again after the broker's return; the machine may be slow. */
const returnSeconds = 60

export function brokerCases({ transport }: Subject, broker: NonNullable<Bench['broker']>): void {
  afterEach(async () => {
    await broker.start() // A case that failed may have left it dead.
    await until(() => transport.isConnected(), returnSeconds)
  })

  test('confirmed messages survive a kill -9 of the broker', async () => {
    const reader = await collect(transport, unused('group'))
    const sent = messages(2_000)
    const confirmed: { id: string }[] = []
    for (let from = 0; from < sent.length; from += 200)
      confirmed.push(...[...(await transport.publish(sent.slice(from, from + 200)))].map((id) => ({ id })))
    await broker.kill()
    await broker.start()
    assert.equal(confirmed.length, 2_000)
    await until(() => reader.has(confirmed), 120)
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  test('messages that no group has read yet survive it, too', async () => {
    const name = unused('group')
    await (await collect(transport, name)).close()
    const sent = messages(500)
    assert.equal((await transport.publish(sent)).size, 500)
    await broker.kill()
    await broker.start()
    const reader = await collect(transport, name)
    await until(() => reader.has(sent), 120)
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  test('publishing resolves without confirmation while the broker is away, and succeeds after its return', async () => {
    const reader = await collect(transport, unused('group'))
    await broker.kill()
    const sent = messages(10)
    const began = performance.now()
    const confirmed = await transport.publish(sent)
    const seconds = (performance.now() - began) / 1000
    assert.deepEqual(confirmed, new Set())
    assert.ok(seconds < 15, `${seconds} s`)
    await broker.start()
    await publishAll(transport, sent, returnSeconds)
    await until(() => reader.has(sent), returnSeconds)
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  test('a member says whether it is connected', async () => {
    assert.equal(transport.isConnected(), true)
    await broker.kill()
    await until(() => !transport.isConnected())
    await broker.start()
    await until(() => transport.isConnected(), returnSeconds)
  })

  test('subscriptions and tails go on after the return of the broker, and a tail misses nothing in silence', async () => {
    const reader = await collect(transport, unused('group'))
    const received: Envelope[] = []
    let missed = 0
    const listener = (envelope: Envelope) => received.push(envelope)
    const tail = await transport.tail([type], listener, () => {
      missed += 1
    })
    const before = messages(5)
    await transport.publish(before)
    await until(() => received.length >= 5 && reader.has(before))
    await broker.kill()
    await broker.start()
    const later = messages(5)
    await publishAll(transport, later, returnSeconds)
    await until(() => reader.has(later), returnSeconds)
    const last = messages(1)
    // A tail begins anew when it must; from then on, it receives.
    await until(async () => {
      await transport.publish(last)
      await pause(100)
      return ids(received).includes(last[0]?.id ?? '')
    }, returnSeconds)
    const gotAll = later.every(({ id }) => ids(received).includes(id))
    assert.ok(gotAll || missed > 0, 'the tail missed messages and did not say so')
    await tail.close()
    await reader.close()
  })

  test('a batch in hand when the broker is killed ends, and what follows arrives in order', async () => {
    let begun = false
    const react = async () => {
      if (begun) return
      begun = true
      await broker.kill()
      await broker.start()
    }
    const reader = await collect(transport, unused('group'), { react })
    const sent = messages(400)
    await publishAll(transport, sent, returnSeconds)
    await until(() => reader.has(sent), 120)
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  test('what is published until it is confirmed arrives in order per key while the broker is killed three times', async () => {
    const reader = await collect(transport, unused('group'))
    const keys = Array.from({ length: 10 }, () => unused('key'))
    const sent = Array.from({ length: 300 }, () => keys.flatMap((key) => messages(1, { key }))).flat()
    let isPublished = false
    const kills = (async () => {
      for (let times = 0; times < 3 && !isPublished; times++) {
        await pause(300)
        await broker.kill()
        await broker.start()
      }
    })()
    for (let from = 0; from < sent.length; from += 250) {
      await publishAll(transport, sent.slice(from, from + 250), 2 * returnSeconds)
      await pause(50)
    }
    isPublished = true
    await kills
    await until(() => reader.has(sent), 180)
    for (const key of keys)
      assert.deepEqual(
        firstOf(reader.seen.filter(({ subject }) => subject === key)),
        ids(sent.filter((one) => one.key === key)),
      )
    await reader.close()
  })
}
