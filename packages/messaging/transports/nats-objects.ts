// What a shop has on a NATS server: the stream, the bucket, and an entry for each group. They are made when they are not there, at the
// start and after somebody has deleted them.
import type { JetStreamClient, JetStreamManager, StreamInfo } from '@nats-io/jetstream'
import type { KV } from '@nats-io/kv'
import type { NatsSettings } from './nats-connection.ts'
import { addGroup } from './nats-groups.ts'
import { ensureBucket, ensureStream } from './nats-stream.ts'

export interface NatsObjects {
  /** Makes what is not there. Throws WrongBroker when the stream has other settings than needed. */
  ensure(): Promise<{ info: StreamInfo; created: string; last: number; bucket: KV }>
}

/** `groups`: those that get an entry. It may grow. */
export function keepObjects(
  js: JetStreamClient,
  jsm: JetStreamManager,
  settings: NatsSettings,
  groups: ReadonlySet<string>,
): NatsObjects {
  const added = new Set<string>()
  let known: { stream: string; bucket: string } | undefined
  /** Groups whose entry was deleted: nobody knows where they were. */
  const lost = new Set<string>()
  let running: ReturnType<NatsObjects['ensure']> | undefined

  async function ensureNow() {
    const info = await ensureStream(jsm, settings)
    const { created } = info
    const last = info.state.last_seq
    const { bucket, isNew, created: bucketCreated } = await ensureBucket(jsm, js, settings)
    const isReplaced = known !== undefined && (known.stream !== created || known.bucket !== bucketCreated)
    if (isReplaced || isNew) {
      added.clear()
      for (const group of groups) lost.add(group)
    }
    known = { stream: created, bucket: bucketCreated }
    for (const group of groups) {
      if (added.has(group)) continue
      // A group that is new reads from now on.
      await addGroup(bucket, group, { position: lost.has(group) ? 0 : last, stream: created })
      added.add(group)
      lost.delete(group)
    }
    return { info, created, last, bucket }
  }
  return {
    ensure() {
      running ??= ensureNow().finally(() => {
        running = undefined
      })
      return running
    },
  }
}
