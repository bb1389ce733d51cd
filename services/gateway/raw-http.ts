// For tests: HTTP written by hand on a socket, for requests that no client library would send.
import { connect } from 'node:net'

export interface RawAnswer {
  status: number
  /** The status line and the headers. */
  head: string
  /** All headers with this name, in lower case. */
  headers: ReadonlyMap<string, readonly string[]>
  body: string
}

/** Sends `parts` one after the other on one connection and resolves, when it has closed, with every answer on it. */
export function rawAnswers(url: string, ...parts: (string | Buffer)[]): Promise<RawAnswer[]> {
  const { port, hostname } = new URL(url)
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const socket = connect(Number(port), hostname, () => {
      for (const part of parts) socket.write(part)
    })
    socket.setTimeout(30_000, () => socket.destroy(new Error('No answer.')))
    socket.on('data', (part: Buffer) => received.push(part))
    socket.on('error', (error) => (received.length === 0 ? reject(error) : undefined))
    socket.on('close', () => resolve(answersIn(Buffer.concat(received))))
  })
}

/** The same for one answer. */
export async function raw(url: string, ...parts: (string | Buffer)[]): Promise<RawAnswer> {
  const [first] = await rawAnswers(url, ...parts)
  if (!first) throw new Error('The connection was closed without an answer.')
  return first
}

function answersIn(received: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = received.toString('latin1')
  while (rest.startsWith('HTTP/1.1 ')) {
    const end = rest.indexOf('\r\n\r\n')
    const head = rest.slice(0, end)
    const headers = headersIn(head)
    const status = Number(head.slice(9, 12))
    const length = status < 200 ? 0 : Number(headers.get('content-length')?.[0] ?? Number.POSITIVE_INFINITY)
    const body = rest.slice(end + 4, end + 4 + length)
    rest = rest.slice(end + 4 + body.length)
    answers.push({ status, head, headers, body })
  }
  return answers
}

function headersIn(head: string): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return headers
}
