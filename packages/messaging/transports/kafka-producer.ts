// Publishes to the topic: one request at a time, which takes all that waits. The requests of a client that sends several at once may be
// stored in another order, and a failed one would then leave a gap in the order of a key.
import { compatibilityPartitioner, ProduceAcks, Producer } from '@platformatic/kafka'
import { guarded, rootOf } from './kafka-clients.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import { partitionCount } from './kafka-topic.ts'
import { leaveOutOversized } from './oversized.ts'
import type { Log, SerializedMessage, Transport } from './transport.ts'

/** After this time `publish` resolves with what is confirmed so far. */
const deadlineMs = 12_000
const most = { messages: 2_000, bytesOfPartition: 1_000_000 }

/** One call of `publish`. */
interface Call {
  confirmed: Set<string>
  waiting: number
  isOver: boolean
  end(): void
}
interface Waiting {
  id: string
  record: ReturnType<typeof recordOf>
  call: Call
}
export interface KafkaProducer {
  publish: Transport['publish']
  client: Producer
  close(): Promise<void>
}

/** `onFailure` is called after a request that was not confirmed. */
export function startProducer({ name, client }: KafkaSettings, log: Log, onFailure: () => void): KafkaProducer {
  const producer = guarded(new Producer({ ...client, acks: ProduceAcks.ALL, idempotent: false }))
  const withoutOversized = leaveOutOversized(log)
  const waiting: Waiting[] = []
  let isSending = false
  let isFailing = false

  async function sendWaiting(): Promise<void> {
    if (isSending) return
    isSending = true
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      if (batch.length === 0) continue
      const stored = await send(batch)
      for (const one of batch) settle(one, stored.has(one.record.partition))
      // Nothing behind a failed message may be confirmed.
      if (!batch.every(({ record }) => stored.has(record.partition)))
        for (const one of waiting.splice(0)) settle(one, false)
    }
    isSending = false
  }

  /** Returns the partitions that confirmed their messages. */
  async function send(batch: readonly Waiting[]): Promise<Set<number>> {
    const messages = batch.map(({ record }) => record)
    try {
      const { offsets = [] } = await producer.send({ messages })
      isFailing = false
      return new Set(offsets.map(({ partition }) => partition))
    } catch (error) {
      if (!isFailing) log.warn({ error: rootOf(error) }, 'Kafka did not confirm messages; they are published again.')
      isFailing = true
      producer.clearMetadata()
      onFailure()
      const { produced } = error as { produced?: { offsets?: { partition: number }[] } }
      return new Set((produced?.offsets ?? []).map(({ partition }) => partition))
    }
  }

  return {
    client: producer,
    publish(messages) {
      const accepted = withoutOversized(messages)
      if (accepted.length === 0) return Promise.resolve(new Set())
      return new Promise((resolve) => {
        const call = startCall(accepted.length, resolve)
        for (const message of accepted) {
          waiting.push({ id: message.id, record: recordOf(message, name), call })
        }
        void sendWaiting()
      })
    },
    close: () => producer.close(),
  }
}

function startCall(count: number, resolve: (confirmed: Set<string>) => void): Call {
  const call: Call = {
    confirmed: new Set(),
    waiting: count,
    isOver: false,
    end() {
      clearTimeout(timer)
      if (!call.isOver) resolve(call.confirmed)
      call.isOver = true
    },
  }
  const timer = setTimeout(call.end, deadlineMs)
  return call
}

function settle({ id, call }: Waiting, isConfirmed: boolean): void {
  if (call.isOver) return
  if (isConfirmed) call.confirmed.add(id)
  call.waiting -= 1
  if (call.waiting === 0) call.end()
}

/** Takes the first messages, as many as a request may have. Those of calls that are over are left out. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  const bytes = new Map<number, number>()
  let taken = 0
  for (const { record } of waiting) {
    const { partition, value } = record
    const before = bytes.get(partition)
    // The limit of a broker is for all messages of one partition in a request. One alone may come near it.
    if (before !== undefined && before + value.length > most.bytesOfPartition) break
    if (taken === most.messages) break
    bytes.set(partition, (before ?? 0) + value.length)
    taken += 1
  }
  return waiting.splice(0, taken).filter(({ call }) => !call.isOver)
}

function recordOf({ type, key, json }: SerializedMessage, topic: string) {
  const record = { topic, key: Buffer.from(key), value: Buffer.from(json), headers: headersOf(type) }
  return { ...record, partition: compatibilityPartitioner(record, record.key) % partitionCount }
}

const headersOfTypes = new Map<string, Map<Buffer, Buffer>>()
/** The type stands beside the message, so that readers need not parse those of other types. */
function headersOf(type: string): Map<Buffer, Buffer> {
  const headers = headersOfTypes.get(type) ?? new Map([[Buffer.from('type'), Buffer.from(type)]])
  headersOfTypes.set(type, headers)
  return headers
}
