// NATS JetStream: one stream with all messages, and a bucket with the position of each group. One member at a time reads for a group, so
// the messages of a key stay in order whatever happens to members (docs/decisions/010-nats.md).
import { setTimeout as pause } from 'node:timers/promises'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connectToNats, natsSettingsIn } from './nats-connection.ts'
import { answerAsMember, slowest } from './nats-groups.ts'
import { keepObjects } from './nats-objects.ts'
import { natsPublisher } from './nats-publisher.ts'
import { type NatsBus, startGroupReader, startTail } from './nats-readers.ts'
import { checkServer, durabilityOf, groupsIn } from './nats-stream.ts'
import { type Subscription, type Transport, type TransportOptions, WrongBroker } from './transport.ts'

/** How long the stream may be unavailable at the start, as in a cluster that elects a leader. */
const startSeconds = 60

/**
 * Opens NATS at a nats:// or tls:// URL (natsSettingsIn), and makes the stream and the bucket that are not there. Throws WrongBroker when
 * they have other settings than needed.
 */
export async function natsTransport({ url, log, tls, groups = new Map() }: TransportOptions): Promise<Transport> {
  const settings = natsSettingsIn(url)
  const { name } = settings
  const link = await connectToNats(settings, tls, log)
  const { connection } = link
  try {
    checkServer(connection)
    const js = jetstream(connection)
    const jsm = await jetstreamManager(connection, { checkAPI: false })
    const known = new Set(groups.keys())
    const objects = keepObjects(js, jsm, settings, known)
    const { info } = await patiently(() => objects.ensure())
    const { newOwner } = answerAsMember(connection, name)
    const bus: NatsBus = { name, link, js, jsm, log, objects }
    const subscriptions = new Set<Subscription>()

    return {
      name: 'nats',
      features: { isShared: true, spreadsGroups: false, hasOneOrder: true },
      ...(await durabilityOf(connection, info, settings)),
      isConnected: link.isConnected,
      publish: natsPublisher(bus),
      async subscribe(group, types, deliver) {
        known.add(group)
        await patiently(() => objects.ensure())
        const subscription = startGroupReader(bus, { group, owner: newOwner(), types, deliver })
        subscriptions.add(subscription)
        return subscription
      },
      async tail(types, listener, missed) {
        const subscription = await patiently(() => startTail(bus, types, listener, missed))
        subscriptions.add(subscription)
        return subscription
      },
      async backlog() {
        const { bucket, ...stream } = await objects.ensure()
        return slowest(bucket, await groupsIn(jsm, name), stream)
      },
      async close() {
        await Promise.all([...subscriptions].map((subscription) => subscription.close()))
        await connection.close()
      },
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** Tries again while NATS does not answer, up to a minute. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + startSeconds * 1000; ; await pause(500)) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof WrongBroker || Date.now() > until) throw error
    }
  }
}
