// The particulars of RabbitMQ: queues that are deleted, full or wrong, a server that is blocked or hangs, and members that end.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Envelope, openTransport, type Transport, WrongBroker } from '@souk/messaging'
import {
  collect,
  firstOf,
  ids,
  messages,
  otherType,
  pause,
  publishAll,
  type,
  until,
} from '@souk/messaging/transports/conformance/bench'
import type { RabbitServer } from '../../local/brokers/rabbitmq.ts'
import { isRabbitChosen, log, startRabbit } from './rabbitmq-fixture.ts'

describe('RabbitMQ', { skip: !isRabbitChosen }, () => {
  let server: RabbitServer
  let next = 0
  before(async () => {
    server = await startRabbit()
  })
  after(() => server.stop())

  /** A transport with an exchange of its own, which only the test uses. */
  async function open({ group, query = '' }: { group?: string; query?: string } = {}) {
    const name = `souk${next++}`
    const url = `${server.url}?name=${name}${query}`
    const groups = new Map(group ? [[group, [type]]] : [])
    const members: Transport[] = []
    const member = async () => {
      const transport = await openTransport({ url, log, groups })
      members.push(transport)
      return transport
    }
    return { name, url, transport: await member(), member, members }
  }
  async function using(
    work: (opened: Awaited<ReturnType<typeof open>>) => Promise<void>,
    options?: Parameters<typeof open>[0],
  ) {
    const opened = await open(options)
    try {
      await work(opened)
    } finally {
      await Promise.all(opened.members.map((one) => one.close())) // One that stays open would keep the process.
    }
  }
  const publishNow = async (transport: Transport, count: number, key?: string) => {
    const sent = messages(count, { key })
    await publishAll(transport, sent)
    return sent
  }

  test('messages whose queue was deleted are not confirmed, and the next try brings them', () =>
    using(
      async ({ name, transport }) => {
        await server.control('delete_queue', `${name}.orders`)
        const sent = messages(5)
        assert.deepEqual(await transport.publish(sent), new Set())
        await publishAll(transport, sent)
        const reader = await collect(transport, 'orders')
        await until(() => reader.has(sent))
        assert.deepEqual(firstOf(reader.seen), ids(sent))
      },
      { group: 'orders' },
    ))

  test('a group whose queue is deleted while it is read goes on reading, also when a tail takes the messages meanwhile', () =>
    using(async ({ name, transport }) => {
      const received: Envelope[] = []
      await transport.tail([type], (envelope) => received.push(envelope))
      const reader = await collect(transport, 'orders')
      const early = await publishNow(transport, 3)
      await until(() => reader.has(early))
      await server.control('delete_queue', `${name}.orders`)
      await until(async () => {
        const one = await publishNow(transport, 1)
        await pause(50)
        return reader.has(one)
      })
    }))

  test('a queue that is deleted while its group does not run is declared again within seconds', () =>
    using(
      async ({ name, transport }) => {
        await transport.tail([type], () => undefined)
        await server.control('delete_queue', `${name}.orders`)
        await until(async () => (await server.control('list_queues', 'name')).includes(`${name}.orders`))
      },
      { group: 'orders' },
    ))

  test('a full queue confirms nothing, and nothing overtakes what it refused', () =>
    using(async ({ name, transport, member }) => {
      await (await collect(transport, 'orders')).close()
      await server.control('set_policy', '--apply-to', 'queues', 'full', `^${name}\\.`, '{"max-length":10}')
      await until(async () => (await server.control('list_queues', 'name', 'policy')).includes(`${name}.orders\tfull`))
      const sent = messages(40)
      const confirmed = await transport.publish(sent)
      assert.ok(confirmed.size >= 10 && confirmed.size < 40, `${confirmed.size} are confirmed`)
      assert.deepEqual([...confirmed], ids(sent).slice(0, confirmed.size))
      const other = await member()
      const reader = await collect(other, 'orders', { react: () => pause(20) })
      await publishAll(transport, sent)
      // The reader makes room while these are published.
      const more = messages(600)
      await publishAll(transport, more)
      await until(() => reader.has([...sent, ...more]))
      assert.deepEqual(firstOf(reader.seen), ids([...sent, ...more]))
      await other.close()
      await server.control('clear_policy', 'full')
    }))

  test('a queue with other settings is named, with the difference', async () => {
    const { transport, name } = await open({ group: 'orders' })
    await transport.close()
    const groups = new Map([['orders', [type]]])
    await assert.rejects(
      openTransport({ url: `${server.url}?name=${name}&queue=quorum`, log, groups }),
      (error) =>
        error instanceof WrongBroker &&
        /x-queue-type is .*classic.*delete_queue/.test(error.message) &&
        error.message.includes(`${name}.orders`),
    )
  })

  test('a group whose queue has other settings is refused, and the others go on', () =>
    using(async ({ url, transport }) => {
      await (await collect(transport, 'orders')).close()
      const other = await openTransport({ url: `${url}&queue=quorum`, log })
      await assert.rejects(collect(other, 'orders'), WrongBroker)
      const reader = await collect(other, 'payments')
      const sent = await publishNow(other, 2)
      await until(() => reader.has(sent))
      await other.close()
    }))

  test('a wrong password, virtual host or setting is said at once', async () => {
    const at = (url: string) => openTransport({ url, log })
    const host = server.url.replace('amqp://', '')
    await assert.rejects(at(`amqp://guest:wrong@${host}`), /refuses the user guest or its password/)
    await assert.rejects(at(`amqp://${host}/elsewhere`), /has no virtual host elsewhere/)
    await assert.rejects(at(`amqps://${host}`), /does not speak TLS/)
    await assert.rejects(at(`amqp://${host}?queue=stream`), /queue=stream is not one of/)
    await assert.rejects(at(`amqp://${host}?nmae=souk`), /has no nmae/)
  })

  test('another server is used when the first one is away', async () => {
    const host = server.url.replace('amqp://', '')
    const transport = await openTransport({ url: `amqp://127.0.0.1:1?name=further&hosts=${host}`, log })
    const sent = messages(2)
    assert.deepEqual(await transport.publish(sent), new Set(ids(sent)))
    await transport.close()
  })

  test('what a member had in hand when its connection was cut comes again first, and in order', () =>
    using(async ({ transport }) => {
      let begun = false
      const react = async () => {
        if (begun) return
        begun = true
        await server.control('close_all_connections', 'a test')
      }
      const reader = await collect(transport, 'orders', { react })
      const sent = messages(600)
      await publishAll(transport, sent)
      await until(() => reader.has(sent), 60)
      assert.deepEqual(firstOf(reader.seen), ids(sent))
    }))

  test('members that close one after the other hand over without a gap while messages come', () =>
    using(
      async ({ transport, member }) => {
        const sent = messages(600)
        let isPublished = false
        const publishing = publishAll(transport, sent).then(() => {
          isPublished = true
        })
        const seen: Envelope[] = []
        while (!isPublished || firstOf(seen).length < sent.length) {
          const other = await member()
          const subscription = await other.subscribe('orders', [type], async (batch) => {
            await pause(1)
            seen.push(...batch)
          })
          await pause(isPublished ? 300 : 100)
          // The next one waits already.
          const waiting = await member()
          const successor = await waiting.subscribe('orders', [type], async (batch) => void seen.push(...batch))
          await subscription.close()
          await pause(50)
          await successor.close()
          await Promise.all([other.close(), waiting.close()])
        }
        await publishing
        const begin = ids(sent).indexOf(seen[0]?.id ?? '')
        assert.deepEqual(firstOf(seen), ids(sent).slice(begin))
      },
      { group: 'orders' },
    ))

  test('what somebody else puts into a queue is left out, and stops nobody', () =>
    using(async ({ name, transport }) => {
      const reader = await collect(transport, 'orders')
      const { connect } = await import('amqplib')
      const connection = await connect(server.url)
      const channel = await connection.createConfirmChannel()
      channel.publish(name, type, Buffer.from('no JSON'))
      channel.publish(name, type, Buffer.alloc(0))
      await channel.waitForConfirms()
      await connection.close()
      const sent = await publishNow(transport, 2)
      await until(() => reader.has(sent))
    }))

  test('types that a group no longer reads do not hold it up', () =>
    using(async ({ transport }) => {
      await (await collect(transport, 'orders', { types: [type, otherType] })).close()
      const shipped = messages(3, { of: otherType })
      await publishAll(transport, shipped)
      const reader = await collect(transport, 'orders')
      const sent = await publishNow(transport, 2)
      await until(() => reader.has(sent))
      await until(async () => (await transport.backlog()) === 0)
      assert.deepEqual(firstOf(reader.seen), ids(sent))
    }))

  test('a server without memory confirms nothing, keeps what it has, and goes on afterwards', () =>
    using(async ({ transport }) => {
      const reader = await collect(transport, 'orders')
      await server.control('set_vm_memory_high_watermark', '0.0001')
      const sent = messages(3)
      const began = performance.now()
      assert.deepEqual(await transport.publish(sent), new Set())
      assert.deepEqual(await transport.publish(sent), new Set())
      assert.ok(performance.now() - began < 30_000)
      await server.control('set_vm_memory_high_watermark', '0.4')
      await publishAll(transport, sent)
      await until(() => reader.has(sent))
      assert.deepEqual(firstOf(reader.seen), ids(sent))
    }))

  test('a server that hangs is given up, and used again when it answers', () =>
    using(async ({ transport }) => {
      const reader = await collect(transport, 'orders')
      const sent = messages(3)
      server.pause()
      assert.deepEqual(await transport.publish(sent), new Set())
      await until(() => !transport.isConnected())
      server.resume()
      await publishAll(transport, sent)
      await until(() => reader.has(sent))
      assert.deepEqual(firstOf(reader.seen), ids(sent))
    }))

  test('says which durability it could verify', async () => {
    const durable = async (query: string) => {
      const opened = await open({ group: 'orders', query })
      await opened.transport.close()
      const { durability, durabilityReason } = opened.transport
      return `${durability}: ${durabilityReason}`
    }
    assert.match(await durable(''), /^power-loss: /)
    assert.match(await durable('&queue=quorum'), /^process-crash: .*set management=/)
    assert.match(
      await durable('&queue=quorum&management=http://guest:guest@127.0.0.1:1'),
      /^process-crash: .*could not be asked/,
    )
  })
})
