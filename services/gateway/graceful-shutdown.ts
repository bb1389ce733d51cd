// Graceful shutdown of the HTTP server: live streams end at once, requests in progress may finish, and after a time limit all
// connections are closed.
import type { LiveStreams } from './live/open-streams.ts'
import type { Server } from './request/request-context.ts'

const idleCheckMs = 50

/** Makes `server.close()` end within `seconds`. */
export function closeGracefully(server: Server, liveStreams: LiveStreams, seconds: number): void {
  let idleCheck: NodeJS.Timeout | undefined
  let timeLimit: NodeJS.Timeout | undefined
  server.addHook('preClose', async () => {
    liveStreams.closeAll()
    // A keep-alive connection becomes idle only when its last response has been sent, so we look again and again.
    idleCheck = setInterval(() => server.server.closeIdleConnections(), idleCheckMs)
    timeLimit = setTimeout(() => server.server.closeAllConnections(), seconds * 1000)
  })
  server.server.on('close', () => {
    clearInterval(idleCheck)
    clearTimeout(timeLimit)
  })
}
