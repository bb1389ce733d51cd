// Cases of the conformance suite: what is published and confirmed, whatever its number, size and characters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { largestMessageBytes } from '../transport.ts'
import { collect, dataOf, firstOf, ids, messages, otherType, type Subject, type, until, unused } from './bench.ts'

export function publishCases({ bench, transport }: Subject): void {
  test('what is confirmed arrives, in order per key', async () => {
    const reader = await collect(transport, unused('group'))
    const sent = messages(300)
    for (let from = 0; from < sent.length; from += 50) {
      const batch = sent.slice(from, from + 50)
      assert.deepEqual(await transport.publish(batch), new Set(ids(batch)))
    }
    await until(() => reader.has(sent))
    assert.deepEqual(firstOf(reader.seen), ids(sent))
    await reader.close()
  })

  // A client that loses some of many concurrent publishes: https://github.com/platformatic/kafka/issues/326
  test('10,000 messages published one by one, a thousand at once, all arrive', async () => {
    const reader = await collect(transport, unused('group'))
    const sent = messages(10_000)
    for (let from = 0; from < sent.length; from += 1_000) {
      const confirmed = await Promise.all(sent.slice(from, from + 1_000).map((one) => transport.publish([one])))
      assert.equal(confirmed.filter((one) => one.size === 1).length, 1_000)
    }
    await until(() => reader.has(sent), 120)
    assert.equal(new Set(ids(reader.seen)).size, 10_000)
    await reader.close()
  })

  test('nothing published is nothing confirmed', async () => {
    assert.deepEqual(await transport.publish([]), new Set())
  })

  test('a message that nobody reads is confirmed', async () => {
    const [one] = messages(1, { of: 'users.nobody-listens' })
    assert.ok(one)
    assert.deepEqual(await transport.publish([one]), new Set([one.id]))
  })

  test('a message that is published twice arrives, and disturbs no other', async () => {
    const reader = await collect(transport, unused('group'))
    const [first, twice, last] = messages(3)
    assert.ok(first && twice && last)
    assert.deepEqual(await transport.publish([first, twice]), new Set(ids([first, twice])))
    assert.deepEqual(await transport.publish([twice, last]), new Set(ids([twice, last])))
    assert.deepEqual(await transport.publish([last, last]), new Set([last.id]))
    await until(() => reader.has([first, twice, last]))
    assert.deepEqual(firstOf(reader.seen), ids([first, twice, last]))
    await reader.close()
  })

  test('a message of 800 kB arrives whole', async () => {
    const reader = await collect(transport, unused('group'))
    const text = 'ä'.repeat(400_000)
    const sent = messages(1, { text })
    assert.equal((await transport.publish(sent)).size, 1)
    await until(() => reader.has(sent))
    assert.ok(reader.seen[0])
    assert.equal(dataOf(reader.seen[0]).text, text)
    await reader.close()
  })

  test('a message of exactly the largest size arrives', async () => {
    const reader = await collect(transport, unused('group'))
    const sent = messages(1, { text: '' }).map((message) => {
      const text = 'x'.repeat(largestMessageBytes - Buffer.byteLength(message.json))
      return { ...message, json: message.json.replace('"text":""', `"text":"${text}"`) }
    })
    assert.equal(Buffer.byteLength(sent[0]?.json ?? ''), largestMessageBytes)
    assert.equal((await transport.publish(sent)).size, 1)
    await until(() => reader.has(sent))
    await reader.close()
  })

  test('a message of 5 MB is not confirmed, nor what follows of its key, and what stands around it arrives', async () => {
    const reader = await collect(transport, unused('group'))
    const key = unused('large')
    const [before, after] = [messages(2), messages(2)]
    const large = messages(1, { key, text: 'x'.repeat(5_000_000) })
    const behind = messages(1, { key })
    const confirmed = await transport.publish([...before, ...large, ...behind, ...after])
    assert.deepEqual(confirmed, new Set(ids([...before, ...after])))
    const later = messages(1)
    assert.equal((await transport.publish(later)).size, 1)
    await until(() => reader.has([...before, ...after, ...later]))
    assert.deepEqual(firstOf(reader.seen), ids([...before, ...after, ...later]))
    await reader.close()
  })

  test('keys and texts may hold any characters', async () => {
    const reader = await collect(transport, unused('group'))
    const odd = ['a.b', '.', 'a b', ' ', '*', '>', 'a.>', '#', '$KV', '🛒 café', 'ключ', '"', '\\', '\n\r\t', '%2F/']
    const sent = [...odd, 'x'.repeat(200), '🛒'.repeat(50)].flatMap((text) => messages(2, { key: text, text }))
    assert.deepEqual(await transport.publish(sent), new Set(ids(sent)))
    await until(() => reader.has(sent))
    const byId = new Map(reader.seen.map((envelope) => [envelope.id, envelope]))
    for (const { id, key, json } of sent) {
      assert.equal(byId.get(id)?.subject, key)
      assert.deepEqual(byId.get(id), JSON.parse(json))
    }
    await reader.close()
  })

  test('every group gets every message, and only the types that it asked for', async () => {
    const one = await collect(transport, unused('group'))
    const two = await collect(transport, unused('group'), { types: [type, otherType] })
    const [placed, shipped, last] = [messages(2), messages(3, { of: otherType }), messages(1)]
    await transport.publish([...placed, ...shipped, ...last])
    await until(() => one.has([...placed, ...last]) && two.has([...placed, ...shipped, ...last]))
    assert.deepEqual(firstOf(one.seen), ids([...placed, ...last]))
    await one.close()
    await two.close()
  })

  if (transport.features.isShared)
    test('what two members publish at once arrives, in order per key', async () => {
      const other = await bench.open()
      const reader = await collect(transport, unused('group'))
      const keys = [unused('key'), unused('key')]
      const sent = keys.map((key) => messages(500, { key }))
      await Promise.all(
        [transport, other].map(async (member, index) => {
          for (let from = 0; from < 500; from += 25) await member.publish(sent[index]?.slice(from, from + 25) ?? [])
        }),
      )
      await until(() => reader.has(sent.flat()), 60)
      for (const [index, key] of keys.entries())
        assert.deepEqual(firstOf(reader.seen.filter(({ subject }) => subject === key)), ids(sent[index] ?? []))
      await reader.close()
      await other.close()
    })
}
