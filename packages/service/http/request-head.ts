// What must be right with the head of every request before it is routed further: its target, its Host, and headers that two
// readers could read differently. RFC 9110 (semantics) and RFC 9112 (HTTP/1.1).
import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusals.ts'

/** RFC 9110, 4.1 asks for at least 8,000. */
const longestTarget = 8_192
const mostHeaders = 100
/** A request target holds visible ASCII characters and no fragment (RFC 9112, 3.2). */
const notInTarget = /[^\x21\x22\x24-\x7e]/
/** Host = uri-host [ ":" port ] (RFC 9110, 7.2): a name, an IPv4 address, or an IPv6 address in brackets. */
const validHost = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i
/** A client must send these at most once. Node would keep the first; another reader could keep the last. */
const singleHeaders: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type'])
const singleLengths: ReadonlySet<number> = new Set([...singleHeaders].map((name) => name.length))

/**
 * The target of a request in origin form. Proxies get the absolute form, which every server must accept; its host then counts in
 * place of the Host header (RFC 9112, 3.2.2).
 */
export function originForm(request: IncomingMessage): string {
  const target = request.url ?? '/'
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? []
  if (authority === undefined) return target
  request.headers.host = authority
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** What is wrong with the head of a request that has been brought to origin form; undefined when nothing is. */
export function wrongHead(request: IncomingMessage): Refusal | undefined {
  const { url = '/', headers, rawHeaders } = request
  if (url.length > longestTarget)
    return new Refusal(
      'uri-too-long',
      414,
      `The address has ${url.length} characters; at most ${longestTarget} are taken.`,
    )
  if (notInTarget.test(url) || !(url.startsWith('/') || url === '*'))
    return invalid('The address must be a path of ASCII characters; encode others with percent signs.')
  if (rawHeaders.length > 2 * mostHeaders)
    return new Refusal('headers-too-large', 431, `The request has more than ${mostHeaders} headers.`)
  const twice = repeatedHeader(rawHeaders)
  if (twice) return invalid(`The header ${twice} must not be sent twice.`)
  if (headers.host === undefined ? request.httpVersion !== '1.0' : !validHost.test(headers.host))
    return invalid('The Host header must name the host of the address, as in shop.example or 127.0.0.1:4000.')
  return wrongTransfer(request)
}

function wrongTransfer({ headers, httpVersion }: IncomingMessage): Refusal | undefined {
  const transfer = headers['transfer-encoding']
  // RFC 9112, 6.1: there is no chunked coding in HTTP/1.0, so its framing is faulty.
  if (transfer !== undefined && (transfer.trim().toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    return invalid('Of the transfer codings, only chunked can be read, and only in HTTP/1.1.')
  const content = headers['content-encoding']
  if (content !== undefined && content.trim().toLowerCase() !== 'identity')
    return new Refusal('unsupported-content-encoding', 415, 'Send the body uncompressed, without Content-Encoding.')
  const { expect } = headers
  if (expect !== undefined && httpVersion !== '1.0' && expect.trim().toLowerCase() !== '100-continue')
    return new Refusal('expectation-failed', 417, 'Of the expectations, only 100-continue can be met.')
  return undefined
}

function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  let seen = ''
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (!singleLengths.has(name.length)) continue
    const lower = name.toLowerCase()
    if (!singleHeaders.has(lower)) continue
    if (seen.includes(lower)) return lower
    seen += `${lower} `
  }
  return undefined
}

function invalid(sentence: string): Refusal {
  return new Refusal('invalid-request', 400, sentence)
}
