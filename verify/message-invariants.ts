// What must hold of messages (RELIABILITY 3.4): what was committed arrives, once, everywhere it should.
import type { AnyService } from '@souk/service'
import { bySql, type Check, inBatches, type ShopToLookAt, smallestId, tally } from './check.ts'

// Large, because what was sent is found by its id only by reading all of it.
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
      statement: 'No message has been given up.',
      sql: `
        select format('%s %s (%s): %s', type, event_id, status, error) as detail
        from dead_letter
        where status = 'dead'`,
    },
    {
      id: 'E7',
      statement: 'Messages leave within fifteen seconds.',
      sql: `
        select format('%s %s waits since %s', type, event_id, created_at) as detail
        from outbox
        where created_at < clock_timestamp() - interval '15 seconds'`,
    },
  ].map((one) => bySql(service, one))
}

/** Only when nothing is under way: nothing waits, nothing was set aside. */
export function quietMessageInvariants(service: string): Check[] {
  return [
    {
      id: 'E1',
      statement: 'Nothing waits to be sent.',
      sql: `select format('%s %s waits', type, event_id) as detail from outbox`,
    },
    {
      id: 'E5',
      statement: 'Nothing is set aside.',
      sql: `select format('%s %s: %s', type, event_id, error) as detail from dead_letter where status = 'retrying'`,
    },
  ].map((one) => bySql(service, one))
}

/** Every message that was sent has been taken by every service that reacts to it. */
export function arrivals(services: readonly AnyService[], has: (service: string) => boolean): Check {
  const listeners = new Map<string, string[]>()
  for (const { name, reacts } of services) {
    if (!has(name)) continue
    for (const { type } of new Set((reacts ?? []).flatMap((one) => one.messages))) {
      listeners.set(type, [...(listeners.get(type) ?? []), name])
    }
  }
  return {
    id: 'E1',
    statement: 'Every message that was sent has arrived wherever somebody reacts to it.',
    where: 'all services',
    async find(shop) {
      const { note, of } = tally()
      for (const { name, migrations } of services) {
        if (!migrations || !has(name)) continue
        await findLost(name, listeners, shop, (detail) => note('E1', detail))
      }
      return of('E1')
    },
  }
}

type Sent = { eventId: string; type: string }

async function findLost(
  sender: string,
  listeners: ReadonlyMap<string, readonly string[]>,
  shop: ShopToLookAt,
  note: (detail: string) => void,
): Promise<void> {
  const types = [...listeners.keys()]
  // The retention of inboxes is longer than that of what was sent, so nothing looks lost because it was forgotten.
  const read = (after: string) => shop.sql(sender)<Sent>`
    select event_id, type
    from outbox_sent
    where event_id > ${after}
      and type = any(${types}::text[])
      and sent_at < clock_timestamp() - make_interval(secs => ${shop.graceSeconds})
    order by event_id
    limit ${batchSize}`
  for await (const batch of inBatches(read, (row) => row.eventId, smallestId)) {
    const byListener = new Map<string, Sent[]>()
    for (const sent of batch) {
      for (const listener of listeners.get(sent.type) ?? []) {
        const so = byListener.get(listener)
        if (so) so.push(sent)
        else byListener.set(listener, [sent])
      }
    }
    for (const [listener, expected] of byListener) {
      const types = new Map(expected.map((one) => [one.eventId, one.type]))
      const missing = await shop.sql(listener)<{ eventId: string }>`
        select sent.event_id
        from unnest(${[...types.keys()]}::uuid[]) as sent (event_id)
        where not exists (select from inbox i where i.event_id = sent.event_id and i.consumer = ${listener})
          and not exists (select from dead_letter d where d.event_id = sent.event_id and d.consumer = ${listener})`
      for (const { eventId } of missing)
        note(`${types.get(eventId)} ${eventId} of ${sender} has not reached ${listener}`)
    }
  }
}

/** Days for which what was sent is certainly still on record; it is kept for fourteen. */
const recordedDays = 13

/** The other way round: every message that had an effect was sent by somebody. */
export function origins(services: readonly AnyService[]): Check {
  const names = services.filter(({ migrations }) => migrations).map(({ name }) => name)
  return {
    id: 'E2',
    statement: 'Every message that had an effect was sent.',
    where: 'all services',
    async find(shop) {
      const { note, of } = tally()
      for (const listener of names) {
        const read = (after: string) => shop.sql(listener)<{ eventId: string }>`
          select event_id
          from inbox
          where event_id > greatest(${after}::uuid, uuid_at(clock_timestamp() - make_interval(days => ${recordedDays})))
          order by event_id
          limit ${batchSize}`
        for await (const taken of inBatches(read, (row) => row.eventId, smallestId)) {
          let unknown = taken
          for (const sender of names) {
            if (unknown.length === 0) break
            unknown = await shop.sql(sender)<{ eventId: string }>`
              select taken.event_id
              from unnest(${unknown.map((row) => row.eventId)}::uuid[]) as taken (event_id)
              where not exists (select from outbox_sent s where s.event_id = taken.event_id)
                and not exists (select from outbox o where o.event_id = taken.event_id)`
          }
          for (const { eventId } of unknown) note('E2', `${listener} took ${eventId}, which nobody has sent`)
        }
      }
      return of('E2')
    },
  }
}
