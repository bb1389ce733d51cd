// HTTP over TLS: the server's certificate changes without a restart, callers show theirs where they must, and plain HTTP is refused
// with a sentence.
import type { Server, ServerOptions } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Certificates } from '../run/certificates.ts'

export interface ServerTls {
  certificates: Certificates
  /** Callers must show a certificate that is signed by the CA. */
  asksForCertificates: boolean
  /** Told of each connection that ended before its handshake was complete. */
  onRefused?(reason: string, address: string): void
}
/** The first byte of a TLS connection: a handshake (RFC 8446, 5.1). */
const handshakeByte = 22

/** `refusePlain` answers a connection whose first bytes are no TLS. `waitMs`: until when the first byte must have arrived. */
export function createTlsServer(
  options: ServerOptions,
  tls: ServerTls,
  waitMs: number,
  refusePlain: (socket: Socket) => void,
): Server {
  const { certificates, asksForCertificates } = tls
  const rules = { requestCert: asksForCertificates, rejectUnauthorized: asksForCertificates }
  const server = createServer({ ...options, ...certificates.current, ...rules })
  certificates.onChange(() => server.setSecureContext({ ...certificates.current, ...rules }))
  reportHandshakes(server, tls)
  const accept = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const end = () => void socket.destroy()
    socket.on('error', end)
    socket.setTimeout(waitMs, end)
    socket.once('data', (first: Buffer) => {
      socket.setTimeout(0)
      socket.off('timeout', end)
      socket.off('error', end)
      if (first[0] !== handshakeByte) {
        socket.on('error', end)
        refusePlain(socket)
        return
      }
      socket.pause()
      socket.unshift(first) // TLS reads it from there.
      for (const one of accept) one.call(server, socket)
    })
  })
  return server
}

/** Tells of connections without a handshake, with the reason where Node gives one. */
function reportHandshakes(server: Server, { asksForCertificates, onRefused }: ServerTls): void {
  const open = new Map<string, { isSecure: boolean; reason?: string }>()
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    const handshake = { isSecure: false, reason: undefined as string | undefined }
    const { remoteAddress } = socket
    open.set(name, handshake)
    socket.once('close', () => {
      open.delete(name)
      if (handshake.isSecure) return
      const likely = asksForCertificates ? 'its certificate has expired or is of another authority' : 'it ended'
      onRefused?.(handshake.reason ?? likely, remoteAddress ?? '')
    })
  })
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const handshake = open.get(nameOf(socket))
    if (handshake) handshake.isSecure = true
  })
  // In place of Node's own listener, which would have an answer written into a connection that cannot carry one.
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const handshake = open.get(nameOf(socket))
    if (handshake) handshake.reason = error.code ?? error.message
    socket.destroy()
  })
}
