// A fake mail server: keeps the mails that it receives, and refuses, defers or disconnects on demand.
import { once } from 'node:events'
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
