// Reads the stream in order, from a position on, with a consumer that NATS forgets when it is not used.
import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsLink } from './nats-connection.ts'

export const batchSize = 200
/** How long a reader waits for the next message before it looks around. */
const waitMs = 3_000
/** For messages that are there. */
const fetchMs = 5_000
const forgetMs = 60_000

export interface StreamReader {
  /**
   * At most 200 messages that follow this position, as soon as there are some; none after three seconds. Throws when they cannot be read:
   * the connection or the stream is gone, or messages were lost on the way. Then it may be called again.
   */
  next(after: number): Promise<JsMsg[]>
  /** Ends a `next` that waits. */
  close(): void
}

export function readStream(
  { jsm, js, link }: { jsm: JetStreamManager; js: JetStreamClient; link: NatsLink },
  stream: string,
): StreamReader {
  let consumer: Consumer | undefined
  let waiting: ConsumerMessages | undefined
  /** The last message that the consumer gave, in its own count and in that of the stream. */
  let delivered = 0
  let position = 0
  let isClosed = false

  async function open(after: number): Promise<Consumer> {
    const info = await jsm.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      inactive_threshold: nanos(forgetMs),
      mem_storage: true,
      num_replicas: 1,
    })
    delivered = 0
    position = after
    return js.consumers.getConsumerFromInfo(info)
  }
  async function take(from: Consumer, most: number, milliseconds: number): Promise<JsMsg[]> {
    const messages: JsMsg[] = []
    waiting = await from.fetch({ max_messages: most, expires: milliseconds })
    if (isClosed) waiting.stop()
    for await (const message of waiting) {
      if (message.info.deliverySequence !== delivered + 1) throw new Error('Messages were lost on the way from NATS.')
      delivered += 1
      position = message.seq
      messages.push(message)
    }
    return messages
  }
  const stopFollowing = link.onLost(() => {
    consumer = undefined
    waiting?.stop()
  })

  return {
    async next(after) {
      if (!link.isConnected()) throw new Error('There is no connection to NATS.')
      if (position !== after) consumer = undefined
      try {
        consumer ??= await open(after)
        const using = consumer
        const [first] = await take(using, 1, waitMs)
        if (!first) return []
        const rest = Math.min(first.info.pending, batchSize - 1)
        return rest > 0 ? [first, ...(await take(using, rest, fetchMs))] : [first]
      } catch (error) {
        consumer = undefined
        throw error
      }
    },
    close() {
      isClosed = true
      stopFollowing()
      waiting?.stop()
    },
  }
}
