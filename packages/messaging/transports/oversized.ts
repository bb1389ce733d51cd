// Keeps messages that are larger than brokers take away from them.
import { type Log, largestMessageBytes, type SerializedMessage } from './transport.ts'

const mostRemembered = 1_000

/**
 * Returns a function that leaves out messages which are larger than `largestMessageBytes`, and those of the same key behind them. Each is
 * logged once. There are none but those of before the limit: the outbox refuses them.
 */
export function leaveOutOversized(log: Log): (messages: readonly SerializedMessage[]) => readonly SerializedMessage[] {
  const logged = new Set<string>()
  return (messages) => {
    if (!messages.some(isOversized)) return messages
    const blocked = new Set<string>()
    return messages.filter((message) => {
      const { id, type, key } = message
      if (isOversized(message)) {
        blocked.add(key)
        if (!logged.has(id) && logged.size < mostRemembered) {
          logged.add(id)
          const sentence = `A message is larger than ${largestMessageBytes} bytes, so it and those of its key behind it are not published.`
          log.error({ eventId: id, type, key }, sentence)
        }
      }
      return !blocked.has(key)
    })
  }
}

/** True when a text has more bytes than a message may have. Most texts are so short that their bytes need not be counted. */
function isOversized({ json }: SerializedMessage): boolean {
  return json.length > largestMessageBytes / 3 && Buffer.byteLength(json) > largestMessageBytes
}
