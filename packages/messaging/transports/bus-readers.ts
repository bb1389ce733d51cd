// Reads the bus: for a group, which one reader at a time does under a lease, or as a tail, which every process does for itself.
import type { Database } from '@souk/postgres'
import type { Envelope } from '../envelope.ts'
import { claimLease, type Lease, releaseLease, renewMs, storePosition } from './bus-lease.ts'
import type { BusListener } from './bus-listener.ts'
import { headPosition, readAfter } from './bus-log.ts'
import { type Loop, startPollingLoop, type Waker } from './polling-loop.ts'
import type { RecentAppends, RecentReader } from './recent-appends.ts'
import type { Log, Subscription } from './transport.ts'

const batchSize = 200
/** When a reader stores its position: once a second while messages come steadily, soon when no more come. */
const storeMs = { busy: 1_000, quiet: 100 }
/** While notifications are missed, readers poll this often. Otherwise they do when they renew their lease. */
const pollWithoutNotificationsMs = 250
const standbyMs = 500
/** Until a reader looks again whether the listener has connected. */
const connectingMs = 20

/** What all readers of a transport share. */
export interface Bus {
  database: Database
  /** Where positions are stored: its commits do not wait for the disk. */
  cursors: Database
  listener: BusListener
  recent: RecentAppends
  /** The readers to wake when something is appended. */
  wakers: Set<Waker>
  log: Log
}
type Deliver = (batch: Envelope[]) => Promise<void>

/** Reads for a group while this process has its lease; otherwise it waits for the lease. */
export function startGroupReader(bus: Bus, group: string, types: readonly string[], deliver: Deliver): Subscription {
  const { database, listener, wakers, log } = bus
  return startPollingLoop(
    wakers,
    async (loop) => {
      const owner = listener.session()
      const lease = owner && (await claimLease(group, owner, database.sql))
      if (!lease) {
        await loop.wait(owner ? standbyMs : connectingMs)
        return
      }
      try {
        await readUnderLease(bus, lease, types, deliver, loop)
      } finally {
        await releaseLease(lease, database.sql)
      }
    },
    log,
    group,
  )
}

async function readUnderLease(
  bus: Bus,
  lease: Lease,
  types: readonly string[],
  deliver: Deliver,
  { isStopping, wait, progressed }: Loop,
): Promise<void> {
  let { position } = lease
  let mustRead = true
  let stored = position
  let storedAt = Date.now()
  const store = () => storePosition(lease, position, bus.cursors.sql)
  const reader = bus.recent.reader()
  try {
    while (!isStopping()) {
      const deliverRenewing = async (batch: Envelope[]) => {
        await whileRenewing(store, () => deliver(batch), lease, bus.log)
        progressed()
      }
      const step = await readNext(bus, reader, position, types, mustRead, deliverRenewing)
      position = step.position
      const isAhead = position > stored
      const isDue = isAhead && Date.now() - storedAt > storeMs.busy
      const news = isDue || step.isFull ? 'here' : await wait(isAhead ? storeMs.quiet : pollMs(bus))
      mustRead = step.isFull || news === 'elsewhere'
      // Rarely is enough: after a crash, messages since the stored position are read again, and the inbox knows them.
      if (isDue || news === 'none') {
        const head = await store()
        if (head === undefined) return
        stored = position
        storedAt = Date.now()
        mustRead ||= head > position
      }
    }
    if (position > stored) await store()
  } finally {
    reader.close()
  }
}

/** A slow batch keeps its lease. When renewing fails, the next store of the position finds out whether another reader has it. */
async function whileRenewing(
  store: () => Promise<unknown>,
  work: () => Promise<void>,
  { group }: Lease,
  log: Log,
): Promise<void> {
  const renewal = setInterval(() => {
    store().catch((error) => log.warn({ group, error: String(error) }, 'A reader could not renew its lease.'))
  }, renewMs)
  try {
    await work()
  } finally {
    clearInterval(renewal)
  }
}

/** Reads from now on, in this process alone. Nothing is stored. */
export async function startTail(
  bus: Bus,
  types: readonly string[],
  listener: (envelope: Envelope) => void,
): Promise<Subscription> {
  let position = await headPosition(bus.database.sql)
  return startPollingLoop(
    bus.wakers,
    async ({ isStopping, wait }) => {
      let mustRead = true
      const reader = bus.recent.reader()
      try {
        while (!isStopping()) {
          const step = await readNext(bus, reader, position, types, mustRead, async (batch) => batch.forEach(listener))
          position = step.position
          mustRead = step.isFull || (await wait(pollMs(bus))) !== 'here'
        }
      } finally {
        reader.close()
      }
    },
    bus.log,
    'tail',
  )
}

function pollMs({ listener }: Bus): number {
  return listener.session() ? renewMs : pollWithoutNotificationsMs
}

/**
 * Delivers what follows a position: from memory, or from the database where it must be read. It is a function of its own, so that a
 * reader that waits keeps no messages in memory.
 */
async function readNext(
  { database, recent }: Bus,
  reader: RecentReader,
  position: number,
  types: readonly string[],
  mustRead: boolean,
  deliver: Deliver,
): Promise<{ position: number; isFull: boolean }> {
  let rows = reader.after(position, types, batchSize)
  if (rows.length === 0 && (mustRead || recent.isBehind(position)))
    rows = await readAfter(position, types, batchSize, database.sql)
  const batch = rows.flatMap((row) => (row.envelope ? [row.envelope] : []))
  if (batch.length > 0) await deliver(batch)
  return { position: rows.at(-1)?.position ?? position, isFull: rows.length === batchSize }
}
