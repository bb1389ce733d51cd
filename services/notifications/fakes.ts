// A fake mail server: keeps the mails that it receives, and refuses, defers or disconnects on demand. A fake push service, provider of text
// messages, and browser.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'

export interface ReceivedMail {
  to: string
  messageId: string
  /** Header lines, unfolded. */
  headers: string[]
  /** The parts, decoded. */
  text: string
  html: string
}
export interface FakeMailServer {
  readonly url: string
  readonly mails: ReceivedMail[]
  /** Closes all connections, and each new one, until `reconnect`. The port stays open. */
  disconnect(): void
  reconnect(): void
  close(): Promise<void>
}

/** `answerTo`: the server's answer to a recipient: '250 OK', '550 No such user', '451 Later'. */
export async function openFakeMailServer(
  answerTo: (recipient: string) => string = () => '250 OK',
): Promise<FakeMailServer> {
  const mails: ReceivedMail[] = []
  const sockets = new Set<Socket>()
  let isDisconnected = false
  const server = createServer((socket) => {
    if (isDisconnected) return void socket.resetAndDestroy()
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    converse(socket, answerTo, (mail) => mails.push(mail))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const disconnect = () => {
    isDisconnected = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    disconnect,
    reconnect() {
      isDisconnected = false
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      disconnect()
      await closed
    },
  }
}

function converse(socket: Socket, answerTo: (recipient: string) => string, keep: (mail: ReceivedMail) => void): void {
  let received = ''
  let to = ''
  let inData = false
  socket.setEncoding('utf8')
  socket.write('220 fake ESMTP\r\n')
  socket.on('data', (chunk: string) => {
    received += chunk
    for (;;) {
      const end = received.indexOf(inData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const line = received.slice(0, end)
      received = received.slice(end + (inData ? 5 : 2))
      if (inData) {
        inData = false
        keep(readMail(to, line))
        socket.write('250 Kept\r\n')
      } else answer(line)
    }
  })

  function answer(line: string): void {
    const command = line.slice(0, 4).toUpperCase()
    if (command === 'RCPT') {
      to = /<(.*)>/.exec(line)?.[1] ?? ''
      socket.write(`${answerTo(to)}\r\n`)
    } else if (command === 'DATA') {
      inData = true
      socket.write('354 Go on\r\n')
    } else if (command === 'QUIT') socket.end('221 Bye\r\n')
    else socket.write('250 OK\r\n')
  }
}

function readMail(to: string, raw: string): ReceivedMail {
  const [head = '', body = ''] = split(raw)
  const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1]
  const parts = boundary ? body.split(`--${boundary}`) : []
  const part = (type: string) => decoded(parts.find((one) => one.includes(`Content-Type: ${type}`)) ?? '')
  const messageId = headers.find((one) => /^message-id:/i.test(one))?.replace(/^[^:]*: */, '') ?? ''
  return { to, messageId, headers, text: part('text/plain'), html: part('text/html') }
}

function decoded(part: string): string {
  const [head = '', body = ''] = split(part.trimStart())
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString()
  if (!/quoted-printable/i.test(head)) return body
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
function split(text: string): [string, string] {
  const at = text.indexOf('\r\n\r\n')
  return [text.slice(0, at), text.slice(at + 4)]
}

export interface ReceivedRequest {
  path: string
  headers: Record<string, string>
  body: Buffer
}
export interface FakeHttpServer {
  readonly url: string
  readonly requests: ReceivedRequest[]
  close(): Promise<void>
}
/** A fake push service or provider of text messages: keeps what is posted and answers as it is told. No answer: it hangs. */
export async function openFakeHttpServer(
  answerTo: (
    request: ReceivedRequest,
  ) => { status: number; body?: string; headers?: Record<string, string> } | undefined,
): Promise<FakeHttpServer> {
  const requests: ReceivedRequest[] = []
  const server = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const received = {
      path: request.url ?? '',
      headers: request.headers as Record<string, string>, // No header of these requests comes twice.
      body: Buffer.concat(chunks),
    }
    requests.push(received)
    const answer = answerTo(received)
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A browser as its push service knows it: its keys, and how it reads a push (RFC 8291, the receiving side). */
export function fakeBrowser() {
  const ecdh = createECDH('prime256v1')
  const p256dh = ecdh.generateKeys('base64url')
  const auth = randomBytes(16)
  return {
    keys: { p256dh, auth: auth.toString('base64url') },
    read(body: Buffer): unknown {
      const salt = body.subarray(0, 16)
      const sender = body.subarray(21, 21 + (body[20] as number))
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender])
      const material = hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32)
      const derive = (name: string, length: number) =>
        Buffer.from(hkdfSync('sha256', Buffer.from(material), salt, Buffer.from(`Content-Encoding: ${name}\0`), length))
      const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
      decipher.setAuthTag(body.subarray(-16))
      const text = Buffer.concat([decipher.update(body.subarray(21 + sender.length, -16)), decipher.final()])
      return JSON.parse(text.subarray(0, text.lastIndexOf(2)).toString())
    },
  }
}
