// Cases of the conformance suite: how a group receives, again after failures, one batch at a time, and from when on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '../../envelope.ts'
import type { SerializedMessage } from '../transport.ts'
import {
  collect,
  dataOf,
  firstOf,
  ids,
  messages,
  otherType,
  pause,
  type Subject,
  type,
  until,
  unused,
} from './bench.ts'

/** It runs first, because the groups of other cases stay behind when these have ended. */
export function backlogCase({ transport }: Subject): void {
  test('the backlog says how much the slowest group has yet to read, and falls to zero', async () => {
    const name = unused('group')
    const reader = await collect(transport, name)
    await until(async () => (await transport.backlog()) === 0)
    await reader.close()
    const sent = messages(7)
    await transport.publish(sent)
    await until(async () => (await transport.backlog()) >= 7)
    const again = await collect(transport, name)
    await until(() => again.has(sent))
    await until(async () => (await transport.backlog()) === 0)
    await again.close()
  })
}

export function deliveryCases({ bench, transport }: Subject): void {
  test('a batch that fails comes again, and nothing overtakes it', async () => {
    let failures = 0
    const react = () => {
      if (failures++ < 2) throw new Error('not yet')
    }
    const reader = await collect(transport, unused('group'), { react })
    const sent = messages(5)
    await transport.publish(sent)
    await until(() => reader.has(sent))
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  test('a message that fails six times comes again after growing pauses, and what is behind it of its key waits', async () => {
    const key = unused('key')
    const [poison] = messages(1, { key })
    const behind = messages(5, { key })
    assert.ok(poison)
    const failedAt: number[] = []
    const react = (batch: Envelope[]) => {
      if (failedAt.length < 6 && batch.some(({ id }) => id === poison.id)) {
        failedAt.push(performance.now())
        throw new Error('poison')
      }
    }
    const reader = await collect(transport, unused('group'), { react })
    await transport.publish([poison])
    await until(() => failedAt.length > 0)
    await transport.publish(behind)
    await until(() => reader.has([poison, ...behind]), 120)
    const ofKey = reader.seen.filter(({ subject }) => subject === key)
    assert.deepEqual(firstOf(ofKey), ids([poison, ...behind]))
    const pauses = failedAt.slice(1).map((at, index) => at - (failedAt[index] ?? 0))
    assert.ok((pauses.at(-1) ?? 0) > (pauses[0] ?? 0), `pauses of ${pauses.map(Math.round)} ms`)
    await reader.close()
  })

  test('the messages of each key stay in order while batches fail at random', async () => {
    const keys = Array.from({ length: 20 }, () => unused('key'))
    const list: SerializedMessage[] = []
    const done = new Map<string, number>()
    const overtaken: string[] = []
    let failures = 0
    let seed = 7
    const react = async (batch: Envelope[]) => {
      const reached = new Map(done)
      for (const { id } of batch) {
        const place = list.findIndex((one) => one.id === id)
        const [key = '', round] = [list[place]?.key, Math.floor(place / keys.length)]
        const before = reached.get(key) ?? -1
        if (round > before + 1) overtaken.push(`${round} after ${before}`)
        reached.set(key, Math.max(round, before))
      }
      await pause(2)
      seed = (seed * 16_807) % 2_147_483_647
      if (seed % 3 === 0) {
        failures += 1
        throw new Error('at random')
      }
      for (const [key, round] of reached) done.set(key, round)
    }
    const reader = await collect(transport, unused('group'), { react })
    for (let rounds = 0; rounds < 15 || (failures < 8 && rounds < 300); rounds++) {
      const round = keys.flatMap((key) => messages(1, { key }))
      list.push(...round)
      await transport.publish(round.slice(0, 8))
      await transport.publish(round.slice(8))
      await pause(20)
    }
    await until(() => reader.has(list), 180)
    assert.deepEqual(overtaken, [])
    assert.ok(failures >= 5, `${failures} failures`)
    await reader.close()
  })

  test('a slow reader gets one batch at a time, of at most 200 messages', async () => {
    let inHand = 0
    let most = 0
    let largest = 0
    const react = async (batch: Envelope[]) => {
      inHand += batch.length
      most = Math.max(most, inHand)
      largest = Math.max(largest, batch.length)
      await pause(30)
      inHand -= batch.length
    }
    const reader = await collect(transport, unused('group'), { react })
    const sent = messages(3_000)
    for (let from = 0; from < sent.length; from += 500) await transport.publish(sent.slice(from, from + 500))
    await until(() => reader.has(sent), 120)
    assert.ok(largest <= 200, `a batch of ${largest}`)
    assert.equal(most, largest, 'messages were delivered while others were not done')
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  test('a reader that was away gets what it missed', async () => {
    const name = unused('group')
    const first = await collect(transport, name)
    const early = messages(3)
    await transport.publish(early)
    await until(() => first.has(early))
    await first.close()
    const missed = messages(4)
    await transport.publish(missed)
    const second = await collect(transport, name)
    await until(() => second.has(missed))
    assert.deepEqual(firstOf(second.seen), ids(missed))
    await second.close()
  })

  test('a message waits for a group that was named when the transport was opened and subscribes later', async () => {
    const name = unused('group')
    const member = await bench.open(new Map([[name, [type]]]))
    const sent = messages(3)
    await member.publish([...sent, ...messages(1, { of: otherType })])
    const reader = await collect(member, name)
    await until(() => reader.has(sent))
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
    await member.close()
  })

  test('a group that subscribes again with one type more gets that type from then on', async () => {
    const name = unused('group')
    const first = await collect(transport, name)
    const placed = messages(1)
    await transport.publish(placed)
    await until(() => first.has(placed))
    await first.close()
    const second = await collect(transport, name, { types: [type, otherType] })
    const both = [...messages(1), ...messages(1, { of: otherType }), ...messages(1)]
    await transport.publish(both)
    await until(() => second.has(both))
    assert.deepEqual(
      second.seen.map((envelope) => dataOf(envelope).number),
      second.seen.map((envelope) => dataOf(envelope).number).toSorted((a, b) => a - b),
    )
    await second.close()
  })

  test('closing a subscription waits for the batch in hand, and delivers no other', async () => {
    let isFinished = false
    let batches = 0
    const react = async () => {
      batches += 1
      await pause(200)
      isFinished = true
    }
    const reader = await collect(transport, unused('group'), { react })
    await transport.publish(messages(1))
    await until(() => batches === 1)
    await transport.publish(messages(1))
    await reader.close()
    assert.equal(isFinished, true)
    const then = batches
    await transport.publish(messages(1))
    await pause(100)
    assert.equal(batches, then)
  })

  test('closing the transport waits for the batch in hand', async () => {
    const member = await bench.open()
    let begun = false
    const react = async () => {
      begun = true
      await pause(300)
    }
    const reader = await collect(member, unused('group'), { react })
    const sent = messages(1)
    await member.publish(sent)
    await until(() => begun)
    await member.close()
    assert.deepEqual(ids(reader.seen), ids(sent))
    assert.equal(member.isConnected(), false)
  })
}
