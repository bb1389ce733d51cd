// The invariants of messages: what was committed arrives once, in every service that reacts to it.
import type { AnyService } from '@souk/service'
import { bySql, type Check, collectViolations, inBatches, type ShopToVerify, smallestId } from './check.ts'

// Large, because outbox_sent has no index by event id: each batch reads all of it.
const batchSize = 20_000

/** The invariants of one service's own message tables. */
export function messageInvariants(service: string): Check[] {
  return [
    {
      id: 'E3',
      statement: 'A message takes effect once.',
      sql: `
        select format('%s took %s %s times', consumer, event_id, count(*)) as detail
        from inbox
        group by consumer, event_id
        having count(*) > 1`,
    },
    {
      id: 'E5',
      statement: 'No message is dead.',
      sql: `
        select format('%s %s (%s): %s', type, event_id, status, error) as detail
        from dead_letter
        where status = 'dead'`,
    },
    {
      id: 'E7',
      statement: 'Messages leave the outbox within fifteen seconds.',
      sql: `
        select format('%s %s waits since %s', type, event_id, created_at) as detail
        from outbox
        where created_at < clock_timestamp() - interval '15 seconds'`,
    },
  ].map((one) => bySql(service, one))
}

/** These hold only when nothing is under way. */
export function quietMessageInvariants(service: string): Check[] {
  return [
    {
      id: 'E1',
      statement: 'No message waits in the outbox.',
      sql: `select format('%s %s waits', type, event_id) as detail from outbox`,
    },
    {
      id: 'E5',
      statement: 'No message waits for a retry.',
      sql: `select format('%s %s: %s', type, event_id, error) as detail from dead_letter where status = 'retrying'`,
    },
  ].map((one) => bySql(service, one))
}

/** Checks that every message that was sent is in the inbox, or a dead letter, of every service that reacts to it. */
export function arrivalCheck(services: readonly AnyService[], has: (service: string) => boolean): Check {
  const listeners = new Map<string, string[]>()
  for (const { name, reacts } of services) {
    if (!has(name)) continue
    for (const { type } of new Set((reacts ?? []).flatMap((one) => one.messages))) {
      listeners.set(type, [...(listeners.get(type) ?? []), name])
    }
  }
  return {
    id: 'E1',
    statement: 'Every message that was sent has arrived in every service that reacts to it.',
    where: 'all services',
    async find(shop) {
      const violations = collectViolations()
      for (const { name, migrations } of services) {
        if (!migrations || !has(name)) continue
        await findLost(name, listeners, shop, (detail) => violations.add('E1', detail))
      }
      return violations.of('E1')
    },
  }
}

/** By type, the id from which on a service expects messages that it did not listen to in an earlier version. */
async function oldestExpected(listener: string, shop: ShopToVerify): Promise<Map<string, string>> {
  const [table] = await shop.sql(listener)<{
    exists: boolean
  }>`select to_regclass('listens_since') is not null as exists`
  if (!table?.exists) return new Map()
  const rows = await shop.sql(listener)<{ type: string; oldest: string }>`
    select type, uuid_at(since) as oldest from listens_since`
  return new Map(rows.map(({ type, oldest }) => [type, oldest]))
}

type SentMessage = { eventId: string; type: string }

async function findLost(
  sender: string,
  listeners: ReadonlyMap<string, readonly string[]>,
  shop: ShopToVerify,
  add: (detail: string) => void,
): Promise<void> {
  const types = [...listeners.keys()]
  // An inbox keeps its rows longer than outbox_sent does, so no message looks lost because its inbox row was deleted.
  const read = (after: string) => shop.sql(sender)<SentMessage>`
    select event_id, type
    from outbox_sent
    where event_id > ${after}
      and type = any(${types}::text[])
      and sent_at < clock_timestamp() - make_interval(secs => ${shop.graceSeconds})
    order by event_id
    limit ${batchSize}`
  for await (const batch of inBatches(read, (row) => row.eventId, smallestId)) {
    const listening = new Set(batch.flatMap((sent) => listeners.get(sent.type) ?? []))
    for (const listener of listening) {
      const expected = batch.filter((sent) => listeners.get(sent.type)?.includes(listener))
      const types = new Map(expected.map((one) => [one.eventId, one.type]))
      for (const [type, oldest] of await oldestExpected(listener, shop)) {
        for (const one of expected) if (one.type === type && one.eventId < oldest) types.delete(one.eventId)
      }
      const missing = await shop.sql(listener)<{ eventId: string }>`
        select sent.event_id
        from unnest(${[...types.keys()]}::uuid[]) as sent (event_id)
        where not exists (select from inbox i where i.event_id = sent.event_id and i.consumer = ${listener})
          and not exists (select from dead_letter d where d.event_id = sent.event_id and d.consumer = ${listener})`
      for (const { eventId } of missing)
        add(`${types.get(eventId)} ${eventId} of ${sender} has not reached ${listener}`)
    }
  }
}

/** Messages of this many days are certainly still in outbox_sent, which keeps them for fourteen. */
const keptDays = 13

/** Checks that every message in an inbox is in the outbox, or in outbox_sent, of a service. */
export function originCheck(services: readonly AnyService[]): Check {
  const names = services.filter(({ migrations }) => migrations).map(({ name }) => name)
  return {
    id: 'E2',
    statement: 'Every message that had an effect was sent.',
    where: 'all services',
    async find(shop) {
      const violations = collectViolations()
      for (const listener of names) {
        for await (const received of inBatches(readInbox(listener, shop), (row) => row.eventId, smallestId)) {
          for (const { eventId } of await withoutSender(received, names, shop))
            violations.add('E2', `${listener} took ${eventId}, which nobody has sent`)
        }
      }
      return violations.of('E2')
    },
  }
}

type Received = { eventId: string }

function readInbox(listener: string, shop: ShopToVerify): (after: string) => PromiseLike<Received[]> {
  return (after) => shop.sql(listener)<Received>`
    select event_id
    from inbox
    where event_id > greatest(${after}::uuid, uuid_at(clock_timestamp() - make_interval(days => ${keptDays})))
    order by event_id
    limit ${batchSize}`
}

async function withoutSender(
  received: readonly Received[],
  senders: readonly string[],
  shop: ShopToVerify,
): Promise<readonly Received[]> {
  let unknown = received
  for (const sender of senders) {
    if (unknown.length === 0) break
    unknown = await shop.sql(sender)<Received>`
      select received.event_id
      from unnest(${unknown.map((row) => row.eventId)}::uuid[]) as received (event_id)
      where not exists (select from outbox_sent s where s.event_id = received.event_id)
        and not exists (select from outbox o where o.event_id = received.event_id)`
  }
  return unknown
}
