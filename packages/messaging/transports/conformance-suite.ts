// The tests that every transport must pass, whatever its broker. A new transport adds a line to transports.test.ts.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Envelope } from '../envelope.ts'
import type { SerializedMessage, Transport } from './transport.ts'

export interface Bench {
  /** Another member of the same broker, as another process would open it. */
  open(): Promise<Transport>
  /** Ends the broker after all members are closed. */
  end(): Promise<void>
  /** False for a transport that forgets at the end of its process. */
  isShared: boolean
}

const type = 'orders.order-placed'
let next = 0
function messages(count: number, key = 'k', ofType = type): SerializedMessage[] {
  return Array.from({ length: count }, () => {
    const id = randomUUIDv7()
    const envelope = { specversion: '1.0', id, type: ofType, subject: key, data: { number: next++ } }
    return { id, type: ofType, key, json: JSON.stringify(envelope) }
  })
}
const ids = (list: readonly { id: string }[]) => list.map((one) => one.id)

export function transportSuite(name: string, makeBench: () => Promise<Bench>): void {
  let bench: Bench
  let transport: Transport
  const group = () => `group-${next++}`
  const titled = (sentence: string) => `${name}: ${sentence}`

  before(async () => {
    bench = await makeBench()
    transport = await bench.open()
  })
  after(async () => {
    await transport.close()
    await bench.end()
  })

  /** Subscribes and collects; `seen` fills as messages arrive. */
  async function collect(
    name: string,
    from: Transport = transport,
    react: (envelope: Envelope) => void = () => undefined,
  ) {
    const seen: Envelope[] = []
    const subscription = await from.subscribe(name, [type], async (batch) => {
      for (const envelope of batch) {
        react(envelope)
        seen.push(envelope)
      }
    })
    return { seen, close: () => subscription.close() }
  }

  test(titled('what is confirmed arrives, in order per key'), async () => {
    const reader = await collect(group())
    const sent = messages(300)
    for (let from = 0; from < sent.length; from += 50) {
      const batch = sent.slice(from, from + 50)
      assert.deepEqual(await transport.publish(batch), new Set(ids(batch)))
    }
    await until(() => reader.seen.length === 300)
    assert.deepEqual(ids(reader.seen), ids(sent))
    await reader.close()
  })

  test(
    titled('10,000 messages published one by one, a thousand at once, all arrive (platformatic/kafka #326)'),
    async () => {
      const reader = await collect(group())
      const sent = messages(10_000)
      for (let from = 0; from < sent.length; from += 1_000) {
        const confirmed = await Promise.all(sent.slice(from, from + 1_000).map((one) => transport.publish([one])))
        assert.equal(confirmed.filter((one) => one.size === 1).length, 1_000)
      }
      await until(() => reader.seen.length >= 10_000, 60)
      assert.equal(new Set(ids(reader.seen)).size, 10_000)
      await reader.close()
    },
  )

  test(titled('every group gets every message, and only the types it asked for'), async () => {
    const [one, two] = [await collect(group()), await collect(group())]
    await transport.publish([...messages(2), ...messages(3, 'k', 'orders.order-shipped'), ...messages(1)])
    await until(() => one.seen.length === 3 && two.seen.length === 3)
    await one.close()
    await two.close()
  })

  test(titled('a batch that fails comes again, and nothing overtakes it'), async () => {
    let failures = 0
    const reader = await collect(group(), transport, () => {
      if (failures++ < 2) throw new Error('not yet')
    })
    const sent = messages(5)
    await transport.publish(sent)
    await until(() => reader.seen.length >= 5)
    assert.deepEqual([...new Set(ids(reader.seen))], ids(sent))
    await reader.close()
  })

  test(titled('a reader that was away gets what it missed'), async () => {
    const name = group()
    const first = await collect(name)
    const early = messages(3)
    await transport.publish(early)
    await until(() => first.seen.length === 3)
    await first.close()
    const missed = messages(4)
    await transport.publish(missed)
    const second = await collect(name)
    await until(() => second.seen.length >= 4)
    assert.deepEqual(ids(second.seen), ids(missed))
    await second.close()
  })

  test(titled('closing waits for the batch that is being handled'), async () => {
    let finished = false
    let begun = false
    const subscription = await transport.subscribe(group(), [type], async () => {
      begun = true
      await new Promise((resolve) => setTimeout(resolve, 100))
      finished = true
    })
    await transport.publish(messages(1))
    await until(() => begun)
    await subscription.close()
    assert.equal(finished, true)
  })

  test(titled('a tail receives what comes from now on'), async () => {
    await transport.publish(messages(2))
    const received: Envelope[] = []
    const tail = await transport.tail([type], (envelope) => received.push(envelope))
    const sent = messages(3)
    await transport.publish(sent)
    await until(() => received.length === 3)
    assert.deepEqual(ids(received), ids(sent))
    await tail.close()
  })

  test(titled('a large message arrives whole'), async () => {
    const reader = await collect(group())
    const [small] = messages(1) as [SerializedMessage]
    const envelope = { ...JSON.parse(small.json), data: { text: 'ä'.repeat(400_000) } }
    await transport.publish([{ ...small, json: JSON.stringify(envelope) }])
    await until(() => reader.seen.length === 1)
    assert.equal((reader.seen[0]?.data as { text: string } | undefined)?.text.length, 400_000)
    await reader.close()
  })

  test(titled('two members of a group share it without loss'), async () => {
    const bench2 = bench.isShared ? await bench.open() : transport
    const name = group()
    const [here, there] = [await collect(name), await collect(name, bench2)]
    const sent = messages(200)
    await transport.publish(sent)
    await until(() => new Set([...ids(here.seen), ...ids(there.seen)]).size === 200)
    await here.close()
    const more = messages(50)
    await transport.publish(more)
    await until(() => new Set(ids(there.seen).filter((id) => ids(more).includes(id))).size === 50, 20)
    await there.close()
    if (bench.isShared) await bench2.close()
  })

  test(titled('the backlog says how much is unread'), async () => {
    const name = group()
    const reader = await collect(name)
    await reader.close()
    await transport.publish(messages(7))
    assert.ok((await transport.backlog()) >= 7)
  })
}

async function until(check: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} seconds: ${check}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
