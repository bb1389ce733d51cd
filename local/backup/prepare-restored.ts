// What must be done to restored databases before any part of the shop runs on them: what was promised after the restored instant must
// not happen a second time or come back to life.
import { type Database, openDatabase } from '@souk/messaging'
import type { Machine } from '../machine.ts'

export interface Prepared {
  /** The first number that a new order gets. */
  nextOrderNumber: number
  sessions: number
  mails: number
}

/** More orders than are lost by any restore; their mails carry the numbers between. */
const skippedOrderNumbers = 10_000
export const heldReason = 'Held after a restore: it may have been sent already.'

export async function prepareRestored(machine: Machine): Promise<Prepared> {
  const { owners } = machine
  await endRecoverySettings(machine.superuserUrl)
  const nextOrderNumber = await withDatabase(owners.orders, skipOrderNumbers)
  const sessions = await withDatabase(owners.users, revokeSessions)
  const mails = await withDatabase(owners.notifications, holdMails)
  await machine.writeOut()
  return { nextOrderNumber, sessions, mails }
}

/** Lets the held mails go after all. Returns how many. */
export async function releaseMails(url: string): Promise<number> {
  return withDatabase(url, async ({ sql }) => {
    const released = await sql`
      update notification
      set status = 'queued', error = null, next_attempt_at = clock_timestamp()
      where status = 'suppressed' and error = ${heldReason}
      returning id`
    return released.length
  })
}

async function endRecoverySettings(superuserUrl: string): Promise<void> {
  await withDatabase(superuserUrl, async ({ sql }) => {
    await sql`alter system reset restore_command`
    await sql`alter system reset recovery_target_timeline`
    await sql`alter system reset hot_standby`
  })
}

async function skipOrderNumbers({ sql }: Database): Promise<number> {
  const [row] = await sql<{ next: number }>`
    select setval('order_number', nextval('order_number') + ${skippedOrderNumbers}, false)::bigint as next`
  return Number(row?.next)
}

/** Also links for a new password or address: one that was used after the restored instant would work again. */
async function revokeSessions({ sql }: Database): Promise<number> {
  await sql`delete from verification`
  await sql`delete from email_change`
  return (await sql`delete from session returning id`).length
}

/** Those that waited were sent within seconds, as a rule, so most of them have arrived. */
async function holdMails({ sql }: Database): Promise<number> {
  const held = await sql`
    update notification set status = 'suppressed', error = ${heldReason} where status = 'queued' returning id`
  return held.length
}

async function withDatabase<T>(url: string | undefined, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ url: url as string, service: 'restore', connections: 1, sharedConnections: 1 })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
