// For tests: a mail server that keeps what it gets, and that can be told to refuse, to defer, or to be away.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export interface SunkMail {
  to: string
  messageId: string
  /** Header lines, unfolded. */
  headers: string[]
  /** The parts, decoded. */
  text: string
  html: string
}
export interface SmtpSink {
  readonly url: string
  readonly mails: SunkMail[]
  /** Drops connections, those that come meanwhile too; the port stays ours. */
  goAway(): void
  comeBack(): void
  close(): Promise<void>
}

/** `answerTo` is what the server says to a recipient: '250 OK', '550 No such user', '451 Later'. */
export async function openSmtpSink(answerTo: (recipient: string) => string = () => '250 OK'): Promise<SmtpSink> {
  const mails: SunkMail[] = []
  const sockets = new Set<Socket>()
  let isAway = false
  const server = createServer((socket) => {
    if (isAway) return void socket.resetAndDestroy()
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    converse(socket, answerTo, (mail) => mails.push(mail))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const goAway = () => {
    isAway = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    goAway,
    comeBack() {
      isAway = false
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      goAway()
      await closed
    },
  }
}

function converse(socket: Socket, answerTo: (recipient: string) => string, keep: (mail: SunkMail) => void): void {
  let heard = ''
  let to = ''
  let inData = false
  socket.setEncoding('utf8')
  socket.write('220 sink ESMTP\r\n')
  socket.on('data', (chunk: string) => {
    heard += chunk
    for (;;) {
      const end = heard.indexOf(inData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const said = heard.slice(0, end)
      heard = heard.slice(end + (inData ? 5 : 2))
      if (inData) {
        inData = false
        keep(readMail(to, said))
        socket.write('250 Kept\r\n')
      } else answer(said)
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

function readMail(to: string, raw: string): SunkMail {
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
