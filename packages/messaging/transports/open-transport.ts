// Opens the transport that a URL names.
import { memoryTransport } from './memory.ts'
import { postgresTransport } from './postgres.ts'
import type { Transport, TransportOptions } from './transport.ts'

/**
 * Opens `postgres://...` (the embedded bus) or `memory:` (one process, for tests). Throws for any other scheme, and when the
 * broker cannot be reached or has other tables than this version needs. `ownerUrl`: the same database as the owner of its tables,
 * who migrates it; without one, the role of `url` does.
 */
export async function openTransport({ url, ownerUrl, log }: TransportOptions): Promise<Transport> {
  const scheme = url.slice(0, url.indexOf(':'))
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return postgresTransport({ url, ownerUrl, log })
    case 'memory':
      return memoryTransport()
    default:
      throw new Error(`There is no message broker for ${scheme}: URLs; use postgres:// or memory:.`)
  }
}
