// Opens the transport that a URL names. The client of a broker is loaded only when its URL is used.
import { memoryTransport } from './memory.ts'
import { postgresTransport } from './postgres.ts'
import type { Transport, TransportOptions } from './transport.ts'

/**
 * Opens `postgres://...` (the embedded bus), `nats://`, `amqp://`, `kafka://` (`tls://`, `amqps://`, `kafkas://` for TLS), or `memory:`
 * (one process, for tests). Waits up to a minute for a broker that cannot be reached. Throws for any other scheme, when the broker stays
 * away, and WrongBroker when it has other settings than needed. `ownerUrl`: the same database as the owner of its tables, who migrates
 * it; without one, the role of `url` does.
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const scheme = options.url.slice(0, options.url.indexOf(':'))
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return postgresTransport(options)
    case 'memory':
      return memoryTransport(options.groups)
    case 'nats':
    case 'tls':
      return (await import('./nats.ts')).natsTransport(options)
    case 'amqp':
    case 'amqps':
      return (await import('./rabbitmq.ts')).rabbitTransport(options)
    case 'kafka':
    case 'kafkas':
      return (await import('./kafka.ts')).kafkaTransport(options)
    default:
      throw new Error(
        `There is no message broker for ${scheme}: URLs; use postgres://, nats://, amqp://, kafka:// or memory:.`,
      )
  }
}
