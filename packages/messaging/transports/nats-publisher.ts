// Publishes to NATS. Messages of different keys are in flight together; those of one key go one after the other, so that a later one is
// never stored without the one before, whatever NATS refuses.
import type { NatsBus } from './nats-readers.ts'
import { leaveOutOversized } from './oversized.ts'
import type { SerializedMessage } from './transport.ts'

const confirmMs = 5_000
const mostInFlight = 256

/**
 * Returns the `publish` of the transport. There is no Nats-Msg-Id: NATS would drop a message that is sent again on purpose within two
 * minutes (redrive), and the inbox knows the rest.
 */
export function natsPublisher(bus: NatsBus): (messages: readonly SerializedMessage[]) => Promise<ReadonlySet<string>> {
  const { name, link, js, objects, log } = bus
  const withoutOversized = leaveOutOversized(log)
  let isFailing = false

  /** Says once that messages stay unconfirmed. A stream that was deleted is made anew. */
  async function report(error: unknown): Promise<void> {
    if (!isFailing) log.warn({ error: String(error) }, 'NATS does not confirm messages; they are published again.')
    isFailing = true
    if (!link.isConnected()) return
    try {
      await objects.ensure()
    } catch (failure) {
      log.warn({ error: String(failure) }, 'The stream of NATS is not available.')
    }
  }

  return async function publish(messages) {
    const confirmed = new Set<string>()
    if (!link.isConnected()) return confirmed
    const keys = Map.groupBy(withoutOversized(messages), ({ key }) => key).values()
    let failure: unknown
    let stopFollowing = () => {}
    const lost = new Promise<void>((resolve) => {
      stopFollowing = link.onLost(() => {
        failure = 'The connection is lost.'
        resolve()
      })
    })
    async function publishKeys(): Promise<void> {
      for (const ofKey of keys) {
        for (const { id, type, json } of ofKey) {
          if (failure !== undefined) return
          try {
            await js.publish(`${name}.${type}`, json, { timeout: confirmMs, expect: { streamName: name } })
            if (failure === undefined) confirmed.add(id)
          } catch (error) {
            failure ??= error
          }
        }
      }
    }
    const lanes = Array.from({ length: Math.min(mostInFlight, messages.length) }, publishKeys)
    await Promise.race([Promise.all(lanes), lost])
    stopFollowing()
    if (failure === undefined) isFailing = false
    else await report(failure)
    return confirmed
  }
}
