// The response cache: answers to public reads, which never depend on who asks. An answer is found by its URL before anything is
// parsed, fetched once however many wait for it, and dropped when a message says that it is no longer true.
import { createHash } from 'node:crypto'
import { type Answer, type CacheRule, pathOf, type Route } from '@souk/contracts'
import { LRUCache } from 'lru-cache'

/** After its time an answer is still served this long while a new one is fetched. */
const staleWhileRevalidateMs = 30_000
/** And this long when none can be fetched. An answer that is no longer true is never served. */
const staleIfErrorMs = 600_000
/** The URLs of one request that are found before they are parsed: the same fields in another order are another URL. */
const maxUrlsPerEntry = 4
const maxUrlLength = 300
/** What an entry costs besides its body. */
const overheadBytes = 2_048

export interface CachedResponse {
  readonly key: string
  readonly body: Buffer
  readonly etag: string
  /** In Node's raw form: name, value, name, value. */
  readonly headers: readonly string[]
  /** For 304: the same without what describes a body. */
  readonly notModifiedHeaders: readonly string[]
  /** The body as a value; parsed once, when an aggregate first needs it. Not to be changed. */
  value(): unknown
}
interface Entry extends CachedResponse {
  readonly tags: readonly string[]
  /** How often things of its tags had changed when it was fetched. */
  readonly generation: number
  readonly freshUntil: number
  readonly mayBeStale: boolean
  /** Under which it is found. */
  readonly urls: string[]
}

export interface CachedRead {
  route: Route
  rule: CacheRule
  params: Record<string, unknown>
  /** As it came. */
  query: string
  /** Asks the service. */
  fetch(): Promise<Answer>
}
export type ReadResult = { from: 'hit' | 'stale' | 'miss'; response: CachedResponse } | { from: 'miss'; answer: Answer }

export interface ResponseCache {
  /** The response to a URL that was read before, while it is fresh and true. Costs one look-up. */
  at(url: string): CachedResponse | undefined
  /** The response from the cache or from the service; `answer` when the service has refused. Throws what `fetch` throws. */
  read(read: CachedRead, url?: string): Promise<ReadResult>
  /** Responses with this tag are no longer true. */
  drop(tag: string): void
  readonly bytes: number
}

/**
 * `headersOf` makes the headers of an answer: see CachedResponse.
 *
 * lru-cache bounds it, but its fetchMethod does not fit: stale answers are served for two different times (while revalidating,
 * while the service is down), a read that follows a change must not join a fetch that began before it, and refusals go to
 * all who wait without being kept.
 */
export function makeResponseCache(options: {
  maxBytes: number
  headersOf: (
    answer: Answer,
    etag: string,
    policy: Route['securityPolicy'],
  ) => Pick<CachedResponse, 'headers' | 'notModifiedHeaders'>
  now?: () => number
  random?: () => number
}): ResponseCache {
  const now = options.now ?? Date.now
  const random = options.random ?? Math.random
  const byUrl = new Map<string, Entry>()
  const entries = new LRUCache<string, Entry>({
    maxSize: options.maxBytes,
    maxEntrySize: Math.floor(options.maxBytes / 8),
    sizeCalculation: ({ body }) => body.length + overheadBytes,
    dispose(entry) {
      for (const url of entry.urls.splice(0)) byUrl.delete(url)
    },
  })
  const fetches = new Map<string, { generation: number; result: Promise<ReadResult> }>()
  const generations = new Map<string, number>()

  return {
    get bytes() {
      return entries.calculatedSize
    },
    at(url) {
      const entry = byUrl.get(url)
      if (entry === undefined) return undefined
      return now() < entry.freshUntil && isTrue(entry) ? entry : undefined
    },
    async read(read, url) {
      const key = keyOf(read)
      const entry = entries.get(key)
      if (entry && isTrue(entry)) {
        addUrl(url, entry)
        if (now() < entry.freshUntil) return { from: 'hit', response: entry }
        if (maySendStale(entry, staleWhileRevalidateMs)) {
          fetchOnce(key, read).catch(() => undefined) // The next read tries again; the circuit breaker has counted it.
          return { from: 'stale', response: entry }
        }
      }
      const result = await fetchOnce(key, read).catch((error: unknown) => staleOr(error, entry))
      if ('answer' in result) return result.answer.status >= 500 ? staleOr(result, entry) : result
      addUrl(url, result.response as Entry) // Every response comes from fetchAndKeep or `entries`.
      return result
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
  function isTrue(entry: Entry): boolean {
    return entry.generation === generationOf(entry.tags)
  }
  function maySendStale(entry: Entry, forMs: number): boolean {
    return entry.mayBeStale && isTrue(entry) && now() < entry.freshUntil + forMs
  }

  /** A stale response when the service has none to give; otherwise what went wrong. */
  function staleOr(failure: unknown, entry: Entry | undefined): ReadResult {
    if (entry && maySendStale(entry, staleIfErrorMs)) return { from: 'stale', response: entry }
    if (typeof failure === 'object' && failure !== null && 'answer' in failure) return failure as ReadResult
    throw failure
  }

  /** One fetch for all who read the same at the same time, unless something has changed since it began. */
  function fetchOnce(key: string, read: CachedRead): Promise<ReadResult> {
    const generation = generationOf(read.rule.dropOn)
    const fetching = fetches.get(key)
    if (fetching?.generation === generation) return fetching.result
    const result = fetchAndKeep(key, read, generation).finally(() => {
      if (fetches.get(key)?.result === result) fetches.delete(key)
    })
    fetches.set(key, { generation, result })
    return result
  }

  async function fetchAndKeep(
    key: string,
    { route, rule, fetch }: CachedRead,
    generation: number,
  ): Promise<ReadResult> {
    const answer = await fetch()
    if (answer.status !== 200) return { from: 'miss', answer }
    const body = ownCopy(answer.body)
    const etag = `"${createHash('sha1').update(body).digest('base64url')}"`
    // A random part keeps entries of the same age from expiring at the same time.
    const ttlMs = rule.seconds * 1000 * (0.8 + 0.4 * random())
    let parsed: { value: unknown } | undefined
    const entry: Entry = {
      key,
      body,
      etag,
      ...options.headersOf(answer, etag, route.securityPolicy),
      value() {
        parsed ??= { value: JSON.parse(body.toString()) }
        return parsed.value
      },
      tags: rule.dropOn,
      generation,
      freshUntil: now() + ttlMs,
      mayBeStale: rule.mayBeStale !== false,
      urls: [],
    }
    // Something changed while the service was answering, so the answer may be from before the change. Those who have asked
    // before it get this answer, and nobody else.
    if (isTrue(entry) && ttlMs > 0) entries.set(key, entry)
    return { from: 'miss', response: entry }
  }

  function addUrl(url: string | undefined, entry: Entry): void {
    if (url === undefined || url.length > maxUrlLength || byUrl.has(url)) return
    if (entry.urls.length === maxUrlsPerEntry || entries.peek(entry.key) !== entry) return
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

/** One key for all ways to write a query: the order of its fields means nothing, nor does a query where a route has none. */
function keyOf({ route, params, query }: CachedRead): string {
  const search = new URLSearchParams(route.query && query)
  search.sort()
  return `${route.service}.${route.name} ${pathOf(route, params)}?${search}`
}
