// Connections to other services over TLS: they show our certificate, and the other side's must be signed by the CA and name the host of
// the address.
import { buildConnector } from 'undici'
import type { Certificates } from '../run/certificates.ts'

export type Connector = buildConnector.connector

const connectMs = 2_000

/** Connects with the certificates that are in use at that moment. */
export function tlsConnector(certificates: Certificates): Connector {
  let connect = connectorFor(certificates)
  certificates.onChange(() => {
    connect = connectorFor(certificates)
  })
  return (options, callback) =>
    connect(options, (...ended) => {
      // Of a handshake that fails, too: no byte of a request was sent.
      if (ended[0]) (ended[0] as NodeJS.ErrnoException).syscall ??= 'connect'
      callback(...ended)
    })
}

function connectorFor({ current }: Certificates): Connector {
  // No session is resumed, so that each connection proves its certificate as it is now.
  return buildConnector({ ...current, timeout: connectMs, maxCachedSessions: 0, allowH2: false })
}
