// The position of each group on NATS, and its lease: one member at a time reads for a group, and each of its writes excludes the members
// before. Both are one entry of a bucket, which is written only if it still has the revision that the writer knows.
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import type { KV } from '@nats-io/kv'
import { type NatsConnection, NoRespondersError, nuid, RequestError } from '@nats-io/transport-node'

/** A member that has not renewed its lease for this long, by the clock of the one who waits for it, has lost it. */
const leaseMs = 10_000
export const renewMs = 3_000
const aliveMs = 1_000
const writeMs = 5_000

interface Entry {
  /** The sequence of the last message that is done. */
  position: number
  /** When the stream was created to which the position belongs. */
  stream: string
  owner?: string
}

/** What a member that waits for a lease saw last. */
export interface Watched {
  revision?: number
  at: number
}

export interface Lease {
  readonly position: number
  /** The stream to which the position belongs. */
  readonly stream: string
  readonly isLost: boolean
  /** Stores a position, which renews the lease. Throws when another member has it, or NATS does not answer. */
  store(position: number, stream: string): Promise<void>
  /** Renews the lease at the position that was stored last. */
  renew(): Promise<void>
  /** Lets another member have it at once. */
  release(): Promise<void>
}

export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/** Answers those who ask whether this process is alive. Ends with the connection. */
export function answerAsMember(connection: NatsConnection, name: string): { newOwner(): string } {
  const member = nuid.next()
  connection.subscribe(memberSubject(name, member), { callback: (_error, message) => void message.respond() })
  let count = 0
  return { newOwner: () => `${member}.${count++}` }
}

/** Not below the subjects of the stream, which would store it. */
const memberSubject = (name: string, member: string) => `${name}_members.${member}`

async function isAlive(connection: NatsConnection, name: string, owner: string): Promise<boolean> {
  const [member = ''] = owner.split('.')
  try {
    await connection.request(memberSubject(name, member), undefined, { timeout: aliveMs })
    return true
  } catch (error) {
    // Without an answer it may hang; then its lease runs out.
    return !(error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders()))
  }
}

/** Adds a group at a position. Does nothing when there is one of that name. */
export async function addGroup(bucket: KV, group: string, entry: Entry): Promise<void> {
  try {
    await bucket.create(group, JSON.stringify(entry))
  } catch (error) {
    if (!isConflict(error)) throw error
  }
}

/** How many messages the slowest of these groups has yet to read. */
export async function slowest(
  bucket: KV,
  groups: readonly string[],
  stream: { created: string; last: number },
): Promise<number> {
  const entries = await Promise.all(groups.map((group) => bucket.get(group)))
  const unread = entries.map((found) => {
    const entry = found?.json<Entry>()
    return stream.last - (entry?.stream === stream.created ? entry.position : 0)
  })
  return Math.max(0, ...unread)
}

/**
 * Takes the lease of a group if it is free, its member is gone, or it has not been renewed. Undefined when another member has it.
 * `watched` must be the same at each try. Throws when there is no such group.
 */
export async function claimLease(
  connection: NatsConnection,
  bucket: KV,
  name: string,
  group: string,
  owner: string,
  watched: Watched,
): Promise<Lease | undefined> {
  const found = await bucket.get(group)
  if (!found) throw new Error(`NATS does not know the group ${group}.`)
  const entry = found.json<Entry>()
  if (entry.owner !== undefined && entry.owner !== owner) {
    if (watched.revision !== found.revision) Object.assign(watched, { revision: found.revision, at: performance.now() })
    const isRenewed = performance.now() - watched.at < leaseMs
    if (isRenewed && (await isAlive(connection, name, entry.owner))) return undefined
  }
  const lease = makeLease(bucket, group, { ...entry, owner }, found.revision)
  try {
    await lease.renew()
    return lease
  } catch (error) {
    if (error instanceof LeaseLost) return undefined
    throw error
  }
}

function makeLease(bucket: KV, group: string, first: Entry, known: number): Lease {
  let entry = first
  let revision = known
  let isLost = false
  let last: Promise<void> = Promise.resolve()

  async function put(wanted: Entry): Promise<void> {
    if (isLost) throw new LeaseLost(`Another member reads for ${group}.`)
    try {
      revision = await bucket.update(group, JSON.stringify(wanted), revision, writeMs)
      entry = wanted
    } catch (error) {
      if (!isConflict(error)) throw error
      // A write whose answer was lost has changed the revision; nobody else writes our name.
      const now = await bucket.get(group)
      if (!now || now.json<Entry>().owner !== first.owner) {
        isLost = true
        throw new LeaseLost(`Another member reads for ${group}.`)
      }
      revision = await bucket.update(group, JSON.stringify(wanted), now.revision, writeMs)
      entry = wanted
    }
  }
  /** Writes one after the other, because each needs the revision of the one before. */
  function inTurn(next: () => Entry): Promise<void> {
    const written = last.then(() => put(next()))
    last = written.catch(() => undefined) // Its caller gets the error; the next write tries for itself.
    return written
  }
  return {
    get position() {
      return entry.position
    },
    get stream() {
      return entry.stream
    },
    get isLost() {
      return isLost
    },
    store: (position, stream) => inTurn(() => ({ ...entry, position, stream })),
    renew: () => inTurn(() => entry),
    release: () => inTurn(() => ({ ...entry, owner: undefined })),
  }
}

function isConflict(error: unknown): boolean {
  const codes: number[] = [JetStreamApiCodes.StreamWrongLastSequence, JetStreamApiCodes.StreamWrongLastSequenceUnknown]
  return error instanceof JetStreamApiError && codes.includes(error.code)
}
