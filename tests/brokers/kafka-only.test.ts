// The particulars of the Kafka transport, on a real broker: its topic, its groups, and what its brokers may do.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Admin, Producer } from '@platformatic/kafka'
import { type Envelope, openTransport, type Transport } from '@souk/messaging'
import {
  collect,
  dataOf,
  firstOf,
  ids,
  messages,
  publishAll,
  type,
  until,
  unused,
} from '@souk/messaging/transports/conformance/bench'
import { WrongBroker } from '@souk/messaging/transports/transport'
import type { BrokerServer } from '../../local/brokers/broker.ts'
import { isKafkaChosen, log, startKafka } from './kafka-fixture.ts'

describe('only on Kafka', { skip: !isKafkaChosen }, () => {
  let server: BrokerServer
  let admin: Admin
  const open = (topic: string, more = '') => openTransport({ url: `${server.url}?name=${topic}${more}`, log })
  const clientOptions = () => ({ clientId: 'test', bootstrapBrokers: [server.url.replace('kafka://', '')] })

  before(async () => {
    server = await startKafka()
    admin = new Admin(clientOptions())
  })
  after(async () => {
    await admin.close()
    await server.stop()
  })

  /** Opens a topic and closes it at the end of the test. */
  async function opened(t: { after(end: () => Promise<void>): void }, topic: string): Promise<Transport> {
    const transport = await open(topic)
    t.after(() => transport.close())
    return transport
  }

  test('a topic with other settings than needed is refused, and each difference is named with what mends it', async () => {
    const topic = unused('wrong')
    const configs = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'retention.ms', value: '3600000' },
      { name: 'retention.bytes', value: '1000000' },
      { name: 'max.message.bytes', value: '500000' },
      { name: 'min.insync.replicas', value: '2' },
    ]
    await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1, configs })
    await assert.rejects(open(topic), (error) => {
      assert.ok(error instanceof WrongBroker)
      for (const part of [
        'it has 3 partitions instead of 12',
        'cleanup.policy is compact instead of delete',
        'retention.ms is 3600000 instead of 604800000',
        'retention.bytes is 1000000 instead of -1',
        'max.message.bytes is 500000 instead of 1048588',
        'min.insync.replicas is 2 instead of 1',
        `kafka-configs.sh --alter --topic ${topic} --add-config retention.ms=604800000`,
      ])
        assert.ok(error.message.includes(part), `${part}: ${error.message}`)
      return true
    })
  })

  test('a topic with fewer copies than the URL asks for is refused', async (t) => {
    const topic = unused('topic')
    await opened(t, topic)
    await assert.rejects(open(topic, '&replicas=3'), /it has 1 replicas instead of 3/)
    await assert.rejects(open(unused('topic'), '&replicas=x'), /replicas=x/)
  })

  test('durability is what the topic promises, and says what would be better', async (t) => {
    const plain = await opened(t, unused('topic'))
    assert.equal(plain.durability, 'process-crash')
    assert.match(plain.durabilityReason, /one replica.*replicas=3.*flush\.messages=1/)
    const topic = unused('flushed')
    const configs = [
      { name: 'flush.messages', value: '1' },
      { name: 'retention.ms', value: '-1' },
    ]
    await admin.createTopics({ topics: [topic], partitions: 12, replicas: 1, configs })
    assert.equal((await opened(t, topic)).durability, 'power-loss')
  })

  test('messages of one key that together exceed what a broker takes at once are all confirmed, in order', async (t) => {
    const transport = await opened(t, unused('topic'))
    const reader = await collect(transport, 'group')
    const sent = messages(6, { text: 'x'.repeat(700_000) })
    assert.deepEqual(await transport.publish(sent), new Set(ids(sent)))
    await until(() => reader.has(sent))
    assert.deepEqual(firstOf(reader.seen), ids(sent))
  })

  test('what others wrote to the topic is left out, and what follows arrives', async (t) => {
    const topic = unused('topic')
    const transport = await opened(t, topic)
    const reader = await collect(transport, 'group')
    const producer = new Producer(clientOptions())
    const [key, headers] = [Buffer.from('k'), new Map([[Buffer.from('type'), Buffer.from(type)]])]
    const foreign = [{ value: Buffer.from('not JSON'), headers }, { value: Buffer.from('no type') }, { headers }]
    await producer.send({ acks: -1, messages: foreign.map((one) => ({ ...one, topic, key })) })
    await producer.close()
    const sent = messages(2)
    await transport.publish(sent)
    await until(() => reader.has(sent))
    assert.deepEqual(firstOf(reader.seen), ids(sent))
  })

  test('a topic that is deleted under its members is made anew, and they read it from its beginning', async (t) => {
    const topic = unused('topic')
    const transport = await opened(t, topic)
    const reader = await collect(transport, 'group')
    const tailed: Envelope[] = []
    let missed = 0
    const countMissed = () => {
      missed += 1
    }
    await transport.tail([type], (envelope) => tailed.push(envelope), countMissed)
    const early = messages(20)
    await publishAll(transport, early)
    await until(() => reader.has(early) && tailed.length === 20)
    await admin.deleteTopics({ topics: [topic] })
    const late = messages(30)
    await publishAll(transport, late)
    await until(() => reader.has(late) && ids(late).every((id) => ids(tailed).includes(id)), 60)
    assert.deepEqual(firstOf(reader.seen), ids([...early, ...late]))
    assert.ok(missed > 0, 'the tail was told that it may have missed messages')
    assert.equal((await opened(t, topic)).durability, 'process-crash')
  })

  test('a member that joins during a long batch waits for its end, so that nothing is handled twice at once', async (t) => {
    const topic = unused('topic')
    const [one, two] = [await opened(t, topic), await opened(t, topic)]
    const inHand: string[] = []
    let isDone = false
    const react = async (batch: Envelope[]) => {
      if (inHand.length > 0) return
      inHand.push(...ids(batch))
      await pause(14_000) // Longer than a member may be silent.
      isDone = true
    }
    const first = await collect(one, 'group', { react })
    const keys = Array.from({ length: 24 }, () => unused('key')) // On all partitions, so also on those that the other member gets.
    const [sent, later] = [keys, keys].map((list) => list.flatMap((key) => messages(1, { key })))
    assert.ok(sent && later)
    await one.publish(sent)
    await until(() => inHand.length > 0)
    const early: Envelope[] = []
    const second = await collect(two, 'group', { react: (batch) => early.push(...(isDone ? [] : batch)) })
    await one.publish(later)
    await until(() => new Set(ids([...first.seen, ...second.seen])).size === 48, 60)
    assert.deepEqual(early, [])
    assert.deepEqual(
      ids(second.seen).filter((id) => inHand.includes(id)),
      [],
    )
    assert.ok(second.seen.length > 0, 'the other member got some of the partitions')
  })

  test('a member that was stopped for a while begins nothing that another member has got meanwhile', async (t) => {
    const topic = unused('topic')
    const transport = await opened(t, topic)
    await (await collect(transport, 'group')).close()
    const keys = Array.from({ length: 24 }, () => unused('key'))
    const sent = Array.from({ length: 60 }, () => keys.flatMap((key) => messages(1, { key }))).flat()
    await publishAll(transport, sent)
    const child = fork(join(import.meta.dirname, 'kafka-member.ts'), [`${server.url}?name=${topic}`, 'group', type])
    t.after(() => void child.kill('SIGKILL'))
    const begun: string[][] = []
    child.on('message', (batch) => begun.push(batch as string[]))
    await until(() => begun.length > 0, 60) // It has fetched several batches by now.
    child.kill('SIGSTOP')
    const reader = await collect(transport, 'group')
    const rest = sent.filter(({ id }) => !begun.flat().includes(id))
    assert.ok(rest.length > 0)
    await until(() => reader.has(rest), 60)
    const before = begun.length
    child.kill('SIGCONT')
    const later: { id: string }[] = []
    await until(async () => {
      const more = keys.flatMap((key) => messages(1, { key }))
      later.push(...more)
      await publishAll(transport, more)
      await pause(200)
      return ids(later).some((id) => begun.slice(before).flat().includes(id))
    }, 60)
    const late = begun.slice(before).flat()
    assert.deepEqual(
      late.filter((id) => ids(rest).includes(id)),
      [],
    )
    await until(
      () => later.every(({ id }) => late.includes(id) || begun.flat().includes(id) || reader.has([{ id }])),
      60,
    )
  })

  test('members come and go every 2 seconds while messages flow: none is lost, and each key stays in order', async (t) => {
    const topic = unused('topic')
    const publisher = await opened(t, topic)
    const seen: Envelope[] = []
    const react = async (batch: Envelope[]) => {
      await pause(5)
      seen.push(...batch)
    }
    const steady = await collect(publisher, 'group', { react })
    const keys = Array.from({ length: 30 }, () => unused('key'))
    const sent = Array.from({ length: 100 }, () => keys.flatMap((key) => messages(1, { key }))).flat()
    let isPublished = false
    const churn = (async () => {
      while (!isPublished) {
        const guest = await open(topic)
        await collect(guest, 'group', { react })
        await pause(2_000)
        await guest.close()
      }
    })()
    for (let from = 0; from < sent.length; from += 30) {
      await publishAll(publisher, sent.slice(from, from + 30))
      await pause(120)
    }
    isPublished = true
    await churn
    await until(() => firstOf(seen).length === sent.length, 60)
    for (const key of keys) {
      const numbers = seen.filter(({ subject }) => subject === key).map((envelope) => dataOf(envelope).number)
      assert.deepEqual(
        [...new Set(numbers)],
        numbers.toSorted((a, b) => a - b).filter((one, i, all) => one !== all[i - 1]),
      )
    }
    await steady.close()
  })

  test('a broker that is silent and comes back loses nothing, and publishing does not wait for it forever', async (t) => {
    const transport = await opened(t, unused('topic'))
    const reader = await collect(transport, 'group')
    server.pause()
    const sent = messages(5)
    const publishing = transport.publish(sent)
    await until(() => !transport.isConnected(), 20)
    await publishing
    server.resume()
    await publishAll(transport, sent)
    await until(() => reader.has(sent) && transport.isConnected(), 60)
    assert.deepEqual(firstOf(reader.seen), ids(sent))
  })

  test('a broker that lost all it held serves the members that still run', async (t) => {
    const topic = unused('topic')
    const transport = await openTransport({
      url: `${server.url}?name=${topic}`,
      log,
      groups: new Map([['later', [type]]]),
    })
    t.after(() => transport.close())
    const reader = await collect(transport, 'group')
    const early = messages(10)
    await publishAll(transport, early)
    await until(() => reader.has(early))
    await server.wipe()
    const late = messages(10)
    await publishAll(transport, late)
    await until(() => reader.has(late), 60)
    const later = await collect(transport, 'later')
    await until(() => later.has(late), 60)
    assert.deepEqual(firstOf(reader.seen), ids([...early, ...late]))
  })
})
