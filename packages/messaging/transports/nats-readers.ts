// Reads NATS: for a group, which one member at a time does under a lease, or as a tail, which every process does for itself.
import { setTimeout as pause } from 'node:timers/promises'
import type { JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream'
import type { Envelope } from '../envelope.ts'
import type { NatsLink } from './nats-connection.ts'
import { claimLease, type Lease, renewMs, type Watched } from './nats-groups.ts'
import type { NatsObjects } from './nats-objects.ts'
import { readStream, type StreamReader } from './nats-pull.ts'
import type { Log, Subscription } from './transport.ts'

const standbyMs = 500
/** Pauses before a failed batch is delivered again, and before a reader begins anew; doubled each time. */
const retryMs = { first: 100, most: 5_000 }

/** What all readers of a transport share. */
export interface NatsBus {
  /** Of the stream, its subjects and the bucket. */
  name: string
  link: NatsLink
  js: JetStreamClient
  jsm: JetStreamManager
  log: Log
  objects: NatsObjects
}
type Deliver = (batch: Envelope[]) => Promise<void>

/** Reads for a group while it has its lease; otherwise it waits for the lease. */
export function startGroupReader(
  bus: NatsBus,
  { group, owner, types, deliver }: { group: string; owner: string; types: readonly string[]; deliver: Deliver },
): Subscription {
  const watched: Watched = { at: performance.now() }
  return startReader(bus, group, async (reader, signal, progressed) => {
    const stream = await bus.objects.ensure()
    let lease: Lease | undefined
    while (!lease) {
      lease = await claimLease(bus.link.connection, stream.bucket, bus.name, group, owner, watched)
      if (!lease) await sleep(standbyMs, signal)
      if (signal.aborted) break
    }
    if (!lease) return
    try {
      await readUnderLease(bus, reader, lease, stream, group, types, deliver, signal, progressed)
    } finally {
      // A member that has lost its connection cannot release its lease; others see that it is gone.
      if (!lease.isLost && bus.link.isConnected()) await lease.release()
    }
  })
}

async function readUnderLease(
  bus: NatsBus,
  reader: StreamReader,
  lease: Lease,
  stream: { created: string; last: number },
  group: string,
  types: readonly string[],
  deliver: Deliver,
  signal: AbortSignal,
  progressed: () => void,
): Promise<void> {
  let { position } = lease
  if (lease.stream !== stream.created || position > stream.last) {
    bus.log.warn({ group }, 'The stream was made anew; the group reads it from its beginning.')
    position = 0
  }
  let renewedAt = performance.now()
  while (!signal.aborted) {
    const messages = await reader.next(position)
    const [first, last] = [messages[0], messages.at(-1)]
    if (first && last) {
      const lost = first.seq - position - 1
      if (lost > 0)
        bus.log.error({ group, lost }, 'Messages left the stream before the group had read them. Redrive them.')
      const batch = envelopesOf(messages, bus.name, types)
      if (batch.length > 0) {
        const isDone = await deliverUntilDone(bus, lease, group, () => deliver(batch), signal)
        if (!isDone) return
      }
      position = last.seq
    }
    if (first || performance.now() - renewedAt > renewMs) {
      await lease.store(position, stream.created)
      renewedAt = performance.now()
      progressed()
    }
  }
}

/** Delivers a batch again until it succeeds. Meanwhile it keeps the lease. False when it was stopped, or the lease is lost. */
async function deliverUntilDone(
  { log }: NatsBus,
  lease: Lease,
  group: string,
  deliver: () => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  const renewal = setInterval(() => {
    lease.renew().catch((error) => log.warn({ group, error: String(error) }, 'A reader could not renew its lease.'))
  }, renewMs)
  try {
    for (let retryInMs = retryMs.first; ; retryInMs = Math.min(2 * retryInMs, retryMs.most)) {
      try {
        await deliver()
        return true
      } catch (error) {
        log.warn({ group, error: String(error) }, 'Messages could not be delivered; they are delivered again.')
      }
      await sleep(retryInMs, signal)
      if (signal.aborted || lease.isLost) return false
    }
  } finally {
    clearInterval(renewal)
  }
}

/** Reads from now on, in this process alone. Nothing is stored. */
export async function startTail(
  bus: NatsBus,
  types: readonly string[],
  listener: (envelope: Envelope) => void,
  missed: () => void = () => undefined,
): Promise<Subscription> {
  let { created, last: position } = await bus.objects.ensure()
  return startReader(bus, 'tail', async (reader, signal, progressed) => {
    const stream = await bus.objects.ensure()
    if (stream.created !== created || position > stream.last) {
      created = stream.created
      position = 0
      missed()
    }
    while (!signal.aborted) {
      const messages = await reader.next(position)
      if (messages[0] && messages[0].seq > position + 1) missed()
      for (const envelope of envelopesOf(messages, bus.name, types)) listener(envelope)
      position = messages.at(-1)?.seq ?? position
      progressed()
    }
  })
}

/** NATS 2.9 filters by one subject only, so readers get all messages and parse those of their types. */
function envelopesOf(messages: readonly JsMsg[], name: string, types: readonly string[]): Envelope[] {
  return messages
    .filter(({ subject }) => types.includes(subject.slice(name.length + 1)))
    .map((message) => message.json<Envelope>())
}

/** Runs `work` again and again until closed, with a pause that grows after each failure until something was read. */
function startReader(
  bus: NatsBus,
  name: string,
  work: (reader: StreamReader, signal: AbortSignal, progressed: () => void) => Promise<void>,
): Subscription {
  const stop = new AbortController()
  const { signal } = stop
  const reader = readStream(bus, bus.name)
  const run = async () => {
    let retryInMs = retryMs.first
    const progressed = () => {
      retryInMs = retryMs.first
    }
    while (!signal.aborted) {
      try {
        await work(reader, signal, progressed)
      } catch (error) {
        if (signal.aborted) break
        if (bus.link.isConnected()) bus.log.warn({ group: name, error: String(error) }, 'A reader of NATS begins anew.')
        await sleep(retryInMs, signal)
        retryInMs = Math.min(2 * retryInMs, retryMs.most)
      }
    }
  }
  const finished = run()
  return {
    async close() {
      stop.abort()
      reader.close()
      await finished
    },
  }
}

/** Ends early when it is aborted. */
async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined) // The one error is that of the signal.
}
