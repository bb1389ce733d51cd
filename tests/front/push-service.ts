// A push service of our own, as a browser's maker runs one: Firefox keeps a connection to it (the protocol of Mozilla's autopush), and
// the shop posts encrypted pushes to the endpoints that it gives out. It passes them on as they are and cannot read them.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type WebSocket, WebSocketServer } from 'ws'

interface FromBrowser {
  readonly messageType?: string
  readonly channelID?: string
}
export interface PushService {
  /** The preferences with which Firefox uses it, and shows notifications by itself and not by the desktop. */
  readonly preferences: Record<string, string | number | boolean>
  /** What the shop has posted: the headers, and the encrypted body. */
  readonly posted: { headers: IncomingMessage['headers']; body: Buffer }[]
  close(): void
}

export async function startPushService(): Promise<PushService> {
  const posted: PushService['posted'] = []
  const browsers = new Map<string, WebSocket>()
  const server = createServer(async (request, response) => {
    const channelID = request.url?.slice('/push/'.length) ?? ''
    const body = await buffer(request)
    const browser = browsers.get(channelID)
    if (!browser) return response.writeHead(410).end()
    posted.push({ headers: request.headers, body })
    const headers = { encoding: String(request.headers['content-encoding']) }
    const notification = { messageType: 'notification', channelID, version: randomUUID(), headers }
    browser.send(JSON.stringify({ ...notification, data: body.toString('base64url') }))
    return response.writeHead(201).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (browser) => {
    const send = (message: object) => browser.send(JSON.stringify({ status: 200, ...message }))
    browser.on('message', (text) => {
      const { messageType, channelID = '' } = JSON.parse(String(text)) as FromBrowser
      if (messageType === 'hello')
        send({ messageType, uaid: randomUUID().replaceAll('-', ''), use_webpush: true, broadcasts: {} })
      if (messageType !== 'register') return
      browsers.set(channelID, browser)
      send({ messageType, channelID, pushEndpoint: `http://127.0.0.1:${port}/push/${channelID}` })
    })
  })
  return {
    preferences: {
      'dom.push.serverURL': `ws://127.0.0.1:${port}/`,
      'dom.push.testing.allowInsecureServerURL': true,
      'dom.push.connection.enabled': true,
      'permissions.default.desktop-notification': 1,
      'alerts.useSystemBackend': false,
    },
    posted,
    close() {
      sockets.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
