// Cases of the conformance suite: several processes of one service share a group, take over from each other, and tail.
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Envelope } from '../../envelope.ts'
import { collect, firstOf, ids, messages, pause, type Subject, type, until, unused } from './bench.ts'

export function tailCases({ bench, transport }: Subject): void {
  test('a tail receives what comes from now on', async () => {
    await transport.publish(messages(2))
    const received: Envelope[] = []
    const tail = await transport.tail([type], (envelope) => received.push(envelope))
    const sent = messages(3)
    await transport.publish([...sent, ...messages(1, { of: 'orders.order-shipped' })])
    await until(() => received.length === 3)
    assert.deepEqual(ids(received), ids(sent))
    await tail.close()
    await transport.publish(messages(1))
    await pause(100)
    assert.equal(received.length, 3)
  })

  if (transport.features.isShared)
    test('each tail of each member receives everything', async () => {
      const other = await bench.open()
      const received: Envelope[][] = [[], [], []]
      const tails = await Promise.all(
        [transport, other, other].map((member, index) =>
          member.tail([type], (envelope) => received[index]?.push(envelope)),
        ),
      )
      const sent = messages(50)
      await transport.publish(sent)
      await until(() => received.every((list) => list.length >= 50))
      for (const list of received) assert.deepEqual(ids(list), ids(sent))
      await Promise.all(tails.map((tail) => tail.close()))
      await other.close()
    })
}

export function memberCases({ bench, transport }: Subject): void {
  test('two members of a group share it without loss, and one of them goes on alone', async () => {
    const other = await bench.open()
    const name = unused('group')
    const [here, there] = [await collect(transport, name), await collect(other, name)]
    const sent = messages(200)
    await transport.publish(sent)
    await until(() => new Set(ids([...here.seen, ...there.seen])).size === 200)
    await here.close()
    const more = messages(50)
    await transport.publish(more)
    await until(() => there.has(more))
    assert.deepEqual(firstOf(there.seen).slice(-50), ids(more))
    await there.close()
    await other.close()
  })

  test('a member that closes hands its messages over within two seconds', async () => {
    const name = unused('group')
    const other = await bench.open()
    const here = await collect(other, name)
    const first = messages(1)
    await transport.publish(first)
    await until(() => here.has(first))
    const there = await collect(transport, name)
    await other.close()
    const sent = messages(5)
    await transport.publish(sent)
    await until(() => there.has(sent), 2)
    await there.close()
  })

  test('what a member handled while its transport closed does not come again to the next member', async () => {
    const name = unused('group')
    const other = await bench.open()
    let begun = false
    const react = async () => {
      begun = true
      await pause(300)
    }
    const here = await collect(other, name, { react })
    const handled = messages(3)
    await other.publish(handled)
    await until(() => begun)
    await other.close()
    const rest = handled.filter((one) => !here.has([one]))
    const there = await collect(transport, name)
    const later = messages(2)
    await transport.publish(later)
    await until(() => there.has([...rest, ...later]))
    assert.deepEqual(ids(there.seen), ids([...rest, ...later]))
    await there.close()
  })

  test('a member that vanishes is replaced within 15 seconds, and nothing that it held is lost', async () => {
    const name = unused('group')
    const child = await startMember(bench.url as string, name)
    const sent = messages(20)
    await transport.publish(sent)
    await once(child, 'message') // It holds a batch, which it never ends.
    const reader = await collect(transport, name)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await until(() => reader.has(sent), 15)
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  test('a batch that takes twelve seconds is not given to another member meanwhile', async () => {
    const name = unused('group')
    const other = await bench.open()
    let begun = 0
    const react = async () => {
      begun += 1
      if (begun === 1) await pause(12_000)
    }
    const readers = [await collect(transport, name, { react }), await collect(other, name, { react })]
    const sent = messages(1)
    await transport.publish(sent)
    await until(() => readers.some((reader) => reader.has(sent)), 60)
    assert.equal(begun, 1)
    await Promise.all(readers.map((reader) => reader.close()))
    await other.close()
  })
}

/** A member in a process of its own, whose first batch never ends. Resolves when it has subscribed. */
async function startMember(url: string, group: string): Promise<ChildProcess> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = fork(join(import.meta.dirname, 'member-child.ts'), [url, group, type], { env })
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  assert.equal(first, 'subscribed')
  return child
}
