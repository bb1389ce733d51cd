// The stream with the messages and the bucket with the positions of groups: how they are made, and refused when they have other
// settings than needed.
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import { type NatsConnection, nanos } from '@nats-io/transport-node'
import type { NatsSettings } from './nats-connection.ts'
import { type Durability, largestMessageBytes, WrongBroker } from './transport.ts'

const keptDays = 7
const dayNanos = nanos(86_400_000)
const unlimited = -1
/** For the subject and the headers of a message. */
const headBytes = 2_000
/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const streamNotFound = 10059
const nameInUse = 10058

type Checked = Pick<
  StreamConfig,
  | 'subjects'
  | 'retention'
  | 'storage'
  | 'discard'
  | 'max_age'
  | 'num_replicas'
  | 'max_msgs'
  | 'max_msgs_per_subject'
  | 'max_msg_size'
>

function wantedStream({ name, replicas, gigabytes }: NatsSettings): Checked & Partial<StreamConfig> & { name: string } {
  return {
    name,
    subjects: [`${name}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    // A full stream refuses messages, which then wait in the outbox. It must not drop what a group has yet to read.
    discard: DiscardPolicy.New,
    max_age: keptDays * dayNanos,
    max_bytes: gigabytes === undefined ? unlimited : Math.ceil(gigabytes * 1e9),
    max_msgs: unlimited,
    max_msgs_per_subject: unlimited,
    max_msg_size: unlimited,
    num_replicas: replicas,
    allow_direct: false,
  }
}

/** The stream, which is made if it is not there. Throws WrongBroker when it has other settings than needed. */
export async function ensureStream(jsm: JetStreamManager, settings: NatsSettings): Promise<StreamInfo> {
  const wanted = wantedStream(settings)
  const info = (await findStream(jsm, wanted.name)) ?? (await makeStream(jsm, wanted))
  const wrong = differences(info.config, wanted)
  if (wrong.length > 0) throw new WrongBroker(`The stream ${wanted.name} of NATS cannot be used: ${wrong.join('; ')}.`)
  return info
}

export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name)
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === streamNotFound) return undefined
    throw error
  }
}

async function makeStream(jsm: JetStreamManager, wanted: ReturnType<typeof wantedStream>): Promise<StreamInfo> {
  try {
    return await jsm.streams.add(wanted)
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error
    if (error.code === nameInUse) return jsm.streams.info(wanted.name) // Another process has made it meanwhile.
    if (error.status === 503) throw error // A cluster that is starting.
    const hint = 'Check ?name=, ?replicas= and ?gigabytes= in BUS_URL and the limits of the account'
    throw new WrongBroker(`NATS does not make the stream ${wanted.name}: ${error.message}. ${hint}.`)
  }
}

/** Sentences that say what differs and how to mend it. */
function differences(is: StreamConfig, wanted: ReturnType<typeof wantedStream>): string[] {
  const edit = `nats stream edit ${wanted.name}`
  const remake = `stop the shop when all is read, remove it (nats stream rm ${wanted.name}), start again`
  const subjects = wanted.subjects.join(', ')
  const checks: [isWrong: boolean, sentence: string][] = [
    [
      is.subjects?.join(', ') !== subjects,
      `its subjects are ${is.subjects?.join(', ')}, not ${subjects} (${edit} --subjects "${subjects}")`,
    ],
    [is.retention !== wanted.retention, `its retention is ${is.retention}, not limits (${remake})`],
    [is.storage !== wanted.storage, `its storage is ${is.storage}, not file (${remake})`],
    [
      is.discard !== wanted.discard,
      `it discards ${is.discard} messages when it is full, not new ones (${edit} --discard new)`,
    ],
    [
      is.max_age !== 0 && is.max_age < wanted.max_age,
      `it keeps messages for ${is.max_age / dayNanos} days, not for ${keptDays} (${edit} --max-age ${keptDays}d)`,
    ],
    [
      is.num_replicas < wanted.num_replicas,
      `it has ${is.num_replicas} replicas, not ${wanted.num_replicas} (${edit} --replicas ${wanted.num_replicas}, or ?replicas=${is.num_replicas} in BUS_URL)`,
    ],
    [is.max_msgs > 0, `it keeps ${is.max_msgs} messages at most (${edit} --max-msgs -1)`],
    [
      is.max_msgs_per_subject > 0,
      `it keeps ${is.max_msgs_per_subject} messages of a type at most (${edit} --max-msgs-per-subject -1)`,
    ],
    [
      is.max_msg_size > 0 && is.max_msg_size < largestMessageBytes + headBytes,
      `it takes messages of ${is.max_msg_size} bytes at most (${edit} --max-msg-size -1)`,
    ],
  ]
  return checks.filter(([isWrong]) => isWrong).map(([, sentence]) => sentence)
}

const bucketName = (name: string) => `${name}_groups`
const streamOfBucket = (name: string) => `KV_${bucketName(name)}`

/** The groups that have an entry. (The library's own list of keys waits for ever when an entry is written meanwhile.) */
export async function groupsIn(jsm: JetStreamManager, name: string): Promise<string[]> {
  const prefix = `$KV.${bucketName(name)}.`
  const { state } = await jsm.streams.info(streamOfBucket(name), { subjects_filter: `${prefix}>` })
  return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length))
}

/** The bucket with a position for each group. `isNew`: it was not there. `created` tells one that was made anew from the one before. */
export async function ensureBucket(
  jsm: JetStreamManager,
  js: JetStreamClient,
  { name, replicas }: NatsSettings,
): Promise<{ bucket: KV; isNew: boolean; created: string }> {
  const stream = streamOfBucket(name)
  const found = await findStream(jsm, stream)
  const bucket = await new Kvm(js).create(bucketName(name), { history: 1, replicas, allow_direct: false })
  const { created } = found ?? (await jsm.streams.info(stream))
  return { bucket, isNew: found === undefined, created }
}

/** Throws WrongBroker when the server cannot be used at all. */
export function checkServer({ info }: NatsConnection): void {
  if (!info?.jetstream)
    throw new WrongBroker(
      'NATS runs without JetStream. Start it with -js, or with jetstream { store_dir: ... } in its configuration.',
    )
  const needed = largestMessageBytes + headBytes
  if (info.max_payload < needed)
    throw new WrongBroker(
      `NATS takes messages of ${info.max_payload} bytes at most. Set max_payload: ${needed} or more in its configuration.`,
    )
}

/** What survives, as far as NATS tells it, and the sentence that it is based on. */
export async function durabilityOf(
  { info }: NatsConnection,
  stream: StreamInfo,
  { monitor }: NatsSettings,
): Promise<{ durability: Durability; durabilityReason: string }> {
  const copies = 1 + (stream.cluster?.replicas?.length ?? 0)
  if (stream.config.num_replicas >= 3 && copies >= 3)
    return {
      durability: 'replicated',
      durabilityReason: `NATS confirms a message when most of ${copies} servers have it.`,
    }
  const better = `${isBefore210(info?.version) ? 'NATS 2.10 or newer with ' : ''}sync_interval: always in its jetstream { } and ?monitor=http://host:8222 in BUS_URL, or ?replicas=3 on a cluster`
  const crash = `NATS ${info?.version} confirms a message before it is on the disk; what makes it durable in a power cut is ${better}.`
  if (!monitor) return { durability: 'process-crash', durabilityReason: crash }
  try {
    const reply = await fetch(`${monitor}/varz`, { signal: AbortSignal.timeout(5_000) })
    const values = (await reply.json()) as { server_id?: string; jetstream?: { config?: { sync_always?: boolean } } }
    if (values.server_id !== info?.server_id)
      return {
        durability: 'process-crash',
        durabilityReason: `${monitor} belongs to another server than BUS_URL. ${crash}`,
      }
    if (values.jetstream?.config?.sync_always)
      return {
        durability: 'power-loss',
        durabilityReason: 'NATS confirms a message when it is on the disk (sync_interval: always).',
      }
    return { durability: 'process-crash', durabilityReason: crash }
  } catch (error) {
    return { durability: 'process-crash', durabilityReason: `${monitor} does not answer (${error}). ${crash}` }
  }
}

function isBefore210(version = ''): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < 2 || (major === 2 && minor < 10)
}
