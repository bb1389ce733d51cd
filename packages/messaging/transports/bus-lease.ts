// The lease of a group: one reader at a time reads for it. Each new lease has a higher epoch, which excludes the reader before.
import type { Sql } from '@souk/postgres'

const leaseSeconds = 10
/** A reader renews its lease so often that two renewals may fail. */
export const renewMs = (leaseSeconds * 1000) / 3

export interface Lease {
  group: string
  epoch: number
  /** Up to where the group has read. */
  position: number
}

/** Adds groups, which read what is appended from now on. Does nothing to those that exist. */
export async function addGroups(groups: readonly string[], sql: Sql): Promise<void> {
  await sql`
    insert into bus_cursor (group_name, position)
    select name, position from bus_head, unnest(${groups}::text[]) as name
    order by name -- In one order, so that two processes which start at once do not wait for each other.
    on conflict do nothing`
}

/**
 * Takes the lease of a group if it is free: it has run out (its reader hangs), or the session of its reader is gone (its process was
 * killed). `owner` names the session of this process.
 */
export async function claimLease(group: string, owner: string, sql: Sql): Promise<Lease | undefined> {
  const [lease] = await sql<{ epoch: number; position: number }>`
    update bus_cursor
    set owner = ${owner}, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where group_name = ${group}
      and (lease_until <= clock_timestamp() or not exists (
        select from pg_stat_activity a where a.pid || ' ' || a.backend_start = bus_cursor.owner))
    returning epoch, position`
  return lease && { group, ...lease }
}

/** Stores the position and renews the lease. Returns where the log ends, or undefined when the lease is lost. */
export async function storePosition({ group, epoch }: Lease, position: number, sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ head: number }>`
    update bus_cursor
    set position = ${position}, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where group_name = ${group} and epoch = ${epoch}
    returning (select position from bus_head) as head`
  return row?.head
}

/** Lets another reader have the lease at once. */
export async function releaseLease({ group, epoch }: Lease, sql: Sql): Promise<void> {
  await sql`
    update bus_cursor set lease_until = clock_timestamp() where group_name = ${group} and epoch = ${epoch}`
}
