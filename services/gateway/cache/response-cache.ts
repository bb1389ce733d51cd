// Answers to public reads, kept in memory: found by their URL before anything is parsed, asked for once however many wait,
// dropped when a message says that they are no longer true. Such answers never depend on who asks.
import { createHash } from 'node:crypto'
import { type Answer, pathOf, type Route } from '@souk/contracts'

/** After its time an answer still serves this long while a new one is fetched. */
const staleWhileRevalidateMs = 30_000
/** And this long when none can be had. An answer that a message has overtaken never does. */
const staleIfErrorMs = 600_000
/** Of one question, that are found before they are parsed. */
const mostSpellings = 4
const longestUrl = 300
/** What an entry costs besides its body. */
const overheadBytes = 2_048

export interface Entry {
  readonly key: string
  readonly body: Buffer
  readonly etag: string
  /** Ready for Node: name, value, name, value. Made by whoever sends it. */
  readonly headers: readonly string[]
  /** For 304: the same without what describes a body. */
  readonly shortHeaders: readonly string[]
  /** The body as a value; parsed once, when a page first needs it. Not to be changed. */
  value(): unknown
}
interface Kept extends Entry {
  readonly tags: readonly string[]
  /** How often things of each tag had changed when this was asked for. */
  readonly generation: number
  readonly freshUntil: number
  readonly staleMs: number
  /** Under which it is found, while it is kept. */
  readonly urls: string[]
}

export interface ReadRule {
  seconds: number
  dropOn: readonly string[]
  /** False for what must not be older than its seconds, ever. */
  mayBeStale?: boolean
}
export interface ReadRequest {
  route: Route
  rule: ReadRule
  params: Record<string, unknown>
  /** As it came. */
  query: string
  /** Asks the service. */
  fetch(): Promise<Answer>
}
export type Read = { from: 'hit' | 'stale' | 'miss'; entry: Entry } | { from: 'miss'; answer: Answer }

export interface Reads {
  /** The answer to a URL that was asked for before, while it is good. Cheap: one look-up. */
  at(url: string): Entry | undefined
  /** The answer, from here or from its service. */
  read(request: ReadRequest, url?: string): Promise<Read>
  /** What carries this tag is no longer true. */
  drop(tag: string): void
  readonly bytes: number
}

/** `headersOf` makes the headers that all answers of a kind share: see Entry. */
export function makeReads(options: {
  maxBytes: number
  headersOf: (answer: Answer, etag: string) => { headers: readonly string[]; shortHeaders: readonly string[] }
  now?: () => number
  random?: () => number
}): Reads {
  const now = options.now ?? Date.now
  const random = options.random ?? Math.random
  /** Least recently used first. */
  const entries = new Map<string, Kept>()
  const byUrl = new Map<string, Kept>()
  const flights = new Map<string, { generation: number; answer: Promise<Read> }>()
  const generations = new Map<string, number>()
  let bytes = 0

  return {
    get bytes() {
      return bytes
    },
    at(url) {
      const entry = byUrl.get(url)
      if (entry === undefined) return undefined
      return now() < entry.freshUntil && isTrue(entry) ? entry : undefined
    },
    async read(request, url) {
      const key = keyOf(request)
      const entry = entries.get(key)
      const time = now()
      if (entry && isTrue(entry)) {
        touch(entry)
        remember(url, entry)
        if (time < entry.freshUntil) return { from: 'hit', entry }
        if (time < entry.freshUntil + entry.staleMs) {
          fetchOnce(key, request).catch(() => undefined) // Tried again by the next reader; the breaker has noted it.
          return { from: 'stale', entry }
        }
      }
      const read = await fetchOnce(key, request).catch((error: unknown) => insteadOf(error, entry))
      if ('answer' in read && read.answer.status >= 500) return insteadOf(read, entry)
      if ('entry' in read) remember(url, read.entry as Kept)
      return read
    },
    drop(tag) {
      generations.set(tag, (generations.get(tag) ?? 0) + 1)
    },
  }

  function generationOf(tags: readonly string[]): number {
    let sum = 0
    for (const tag of tags) sum += generations.get(tag) ?? 0
    return sum
  }
  function isTrue(entry: Kept): boolean {
    return entry.generation === generationOf(entry.tags)
  }

  /** An older answer when the service has none to give; otherwise what went wrong. */
  function insteadOf(failure: unknown, entry: Kept | undefined): Read {
    const serves = entry && entry.staleMs > 0 && isTrue(entry) && now() < entry.freshUntil + staleIfErrorMs
    if (serves) return { from: 'stale', entry }
    if (typeof failure === 'object' && failure !== null && 'answer' in failure) return failure as Read
    throw failure
  }

  /** One question for all who ask the same at the same time, unless something has changed since it was asked. */
  function fetchOnce(key: string, request: ReadRequest): Promise<Read> {
    const generation = generationOf(request.rule.dropOn)
    const flight = flights.get(key)
    if (flight?.generation === generation) return flight.answer
    const answer = fetchAndKeep(key, request, generation).finally(() => {
      if (flights.get(key)?.answer === answer) flights.delete(key)
    })
    flights.set(key, { generation, answer })
    return answer
  }

  async function fetchAndKeep(key: string, request: ReadRequest, generation: number): Promise<Read> {
    const { rule } = request
    const answer = await request.fetch()
    if (answer.status !== 200) return { from: 'miss', answer }
    const body = ownCopy(answer.body)
    const etag = `"${createHash('sha1').update(body).digest('base64url')}"`
    const ttlMs = rule.seconds * 1000 * (0.8 + 0.4 * random())
    let value: { it: unknown } | undefined
    const entry: Kept = {
      key,
      body,
      etag,
      ...options.headersOf(answer, etag),
      value() {
        value ??= { it: JSON.parse(body.toString()) }
        return value.it
      },
      tags: rule.dropOn,
      generation,
      freshUntil: now() + ttlMs,
      staleMs: rule.mayBeStale === false ? 0 : staleWhileRevalidateMs,
      urls: [],
    }
    // Something changed while the service was answering: the answer may be of before. It serves those who waited for it,
    // who asked before the change, and nobody else.
    if (isTrue(entry) && ttlMs > 0) keep(entry)
    return { from: 'miss', entry }
  }

  function keep(entry: Kept): void {
    const before = entries.get(entry.key)
    if (before) remove(before)
    if (entry.body.length + overheadBytes > options.maxBytes / 8) return
    entries.set(entry.key, entry)
    bytes += entry.body.length + overheadBytes
    for (const oldest of entries.values()) {
      if (bytes <= options.maxBytes) break
      remove(oldest)
    }
  }
  function remove(entry: Kept): void {
    entries.delete(entry.key)
    for (const url of entry.urls.splice(0)) byUrl.delete(url)
    bytes -= entry.body.length + overheadBytes
  }
  function touch(entry: Kept): void {
    entries.delete(entry.key)
    entries.set(entry.key, entry)
  }
  function remember(url: string | undefined, entry: Kept): void {
    if (url === undefined || url.length > longestUrl || byUrl.has(url)) return
    if (entry.urls.length === mostSpellings || entries.get(entry.key) !== entry) return
    byUrl.set(url, entry)
    entry.urls.push(url)
  }
}

/** Not a piece of Node's buffer pool: there, a small body would keep all 64 kB around it in memory. */
function ownCopy(body: string | Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(Buffer.byteLength(body))
  if (typeof body === 'string') copy.write(body)
  else copy.set(body)
  return copy
}

/** One key for all spellings of a question: the order of different query fields means nothing. */
function keyOf({ route, params, query }: ReadRequest): string {
  const search = new URLSearchParams(query)
  search.sort()
  return `${route.service}.${route.name} ${pathOf(route, params)}?${search}`
}
