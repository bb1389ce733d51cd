// Stops the door: what stays open by nature ends at once, what is in hand may finish, and nobody is waited for too long.
import type { Streams } from './live/server-sent-events.ts'
import type { Server } from './request/responder.ts'

const lookMs = 50

export function closeInTime(server: Server, streams: Streams, seconds: number): void {
  let looking: NodeJS.Timeout | undefined
  let patience: NodeJS.Timeout | undefined
  server.addHook('preClose', async () => {
    streams.closeAll()
    // A connection that kept itself alive for the next request becomes idle only when its last answer is out.
    looking = setInterval(() => server.server.closeIdleConnections(), lookMs)
    patience = setTimeout(() => server.server.closeAllConnections(), seconds * 1000)
  })
  server.server.on('close', () => {
    clearInterval(looking)
    clearTimeout(patience)
  })
}
