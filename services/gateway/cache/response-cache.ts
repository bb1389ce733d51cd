// The response cache: answers to public reads, which never depend on who asks. An answer is found by its URL before anything is
// parsed, fetched once for all that wait for it, and dropped when a message says that it is outdated.
import { type Answer, type CacheRule, pathOf, type Route } from '@souk/contracts'
import type { Coding } from '../representation/accepted-coding.ts'
import { etagIn, isPublicRead, isWorthCompressing } from '../representation/compression.ts'
import { bodyEtag } from '../representation/represent.ts'
import { encodedVariant } from './encoded-variants.ts'
import { type CachedResponse, type Entry, makeResponseStore, ownCopy, type Variant } from './response-store.ts'

/** After its time an answer is still served this long while a new one is fetched. */
const staleWhileRevalidateMs = 30_000
/** And this long when none can be fetched. An outdated answer is never served. */
const staleIfErrorMs = 600_000
/**
 * All gateways hear of a change within this time. A page that is made before its end may be made of an outdated answer that another one
 * still had, so it is kept until then and no longer.
 */
const allHaveHeardMs = 500

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
  /** The response to a URL that was read before, while it is fresh and not outdated. Costs one look-up. */
  at(url: string): CachedResponse | undefined
  /** The response from the cache or from the service; `answer` when the service has refused. Throws what `fetch` throws. */
  read(read: CachedRead, url?: string): Promise<ReadResult>
  /** A response in a content coding, which is made once; as it is when that saves nothing. */
  encode(response: CachedResponse, coding: Coding): Promise<Variant>
  /** Responses with this tag are outdated. */
  drop(tag: string): void
  readonly bytes: number
}

/** Makes the headers of an answer: see CachedResponse. */
type HeadersOf = (answer: Answer, etag: string, route: Route) => Pick<Variant, 'headers' | 'notModifiedHeaders'>

/**
 * lru-cache bounds its memory, but lru-cache's fetchMethod does not fit: stale answers are served for two different times
 * (while revalidating, while the service is down), a read that follows a change must not join a fetch that began before it,
 * and refusals go to all who wait without being kept.
 */
export function makeResponseCache(options: {
  maxBytes: number
  headersOf: HeadersOf
  now?: () => number
  random?: () => number
}): ResponseCache {
  const { headersOf, now = Date.now, random = Math.random } = options
  const store = makeResponseStore(options.maxBytes, now)
  const oncePerGeneration = makeSingleFlight<ReadResult>()

  return {
    get bytes() {
      return store.bytes
    },
    at(url) {
      const entry = store.at(url)
      if (entry === undefined) return undefined
      return now() < entry.freshUntil && store.isTrue(entry) ? entry : undefined
    },
    async read(read, url) {
      const key = keyOf(read)
      const entry = store.get(key)
      if (entry && store.isTrue(entry)) {
        if (url !== undefined) store.addUrl(url, entry)
        if (now() < entry.freshUntil) return { from: 'hit', response: entry }
        if (maySendStale(entry, staleWhileRevalidateMs)) {
          fetchOnce(key, read).catch(() => undefined) // The next read tries again; the circuit breaker has counted it.
          return { from: 'stale', response: entry }
        }
      }
      const result = await fetchOnce(key, read).catch((error: unknown) => staleOr(error, entry))
      if ('answer' in result) return result.answer.status >= 500 ? staleOr(result, entry) : result
      if (url !== undefined) store.addUrl(url, result.response as Entry) // Every response comes from entryOf.
      return result
    },
    // Every response comes from entryOf.
    encode: (response, coding) => encodedVariant(store, response as Entry, coding),
    drop: store.drop,
  }

  function maySendStale(entry: Entry, forMs: number): boolean {
    return entry.mayBeStale && store.isTrue(entry) && now() < entry.freshUntil + forMs
  }

  /** A stale response when the service has none to give; otherwise what went wrong. */
  function staleOr(failure: unknown, entry: Entry | undefined): ReadResult {
    if (entry && maySendStale(entry, staleIfErrorMs)) return { from: 'stale', response: entry }
    if (typeof failure === 'object' && failure !== null && 'answer' in failure) return failure as ReadResult
    throw failure
  }

  function fetchOnce(key: string, read: CachedRead): Promise<ReadResult> {
    const generation = store.generationOf(read.rule.dropOn)
    return oncePerGeneration(key, generation, () => fetchAndKeep(key, read, generation))
  }

  async function fetchAndKeep(key: string, read: CachedRead, generation: number): Promise<ReadResult> {
    const began = now()
    const answer = await read.fetch()
    if (answer.status !== 200) return { from: 'miss', answer }
    const life = lifeOf(read.rule, { began, ended: now(), changedAt: store.changedAt(read.rule.dropOn), random })
    const response = entryOf({ key, read, generation, ...life }, answer, headersOf)
    // When something has changed while the service was answering, the answer may be outdated. Only requests that began before the
    // change get it.
    if (store.isTrue(response) && read.rule.seconds > 0) store.put(response)
    return { from: 'miss', response }
  }
}

/** Until when an answer is fresh, and whether it may be sent for some time after that. `began`, `ended`: the time of its making. */
function lifeOf(
  rule: CacheRule,
  { began, ended, changedAt, random }: { began: number; ended: number; changedAt: number; random: () => number },
) {
  const heardUntil = changedAt + allHaveHeardMs
  if (rule.isMadeOfAnswers && began < heardUntil) return { freshUntil: heardUntil, mayBeStale: false }
  // A random part keeps entries of the same age from expiring at the same time.
  return { freshUntil: ended + rule.seconds * 1000 * (0.8 + 0.4 * random()), mayBeStale: rule.mayBeStale !== false }
}

/** One fetch for all who read the same key at the same time, unless something has changed since it began. */
function makeSingleFlight<T>() {
  const flights = new Map<string, { generation: number; result: Promise<T> }>()
  return (key: string, generation: number, fetch: () => Promise<T>): Promise<T> => {
    const flight = flights.get(key)
    if (flight?.generation === generation) return flight.result
    const result = fetch().finally(() => {
      if (flights.get(key)?.result === result) flights.delete(key)
    })
    flights.set(key, { generation, result })
    return result
  }
}

function entryOf(
  { read, ...common }: { key: string; read: CachedRead; generation: number; freshUntil: number; mayBeStale: boolean },
  answer: Answer,
  headersOf: HeadersOf,
): Entry {
  const { route } = read
  const body = ownCopy(answer.body)
  const etag = answer.headers.etag ?? bodyEtag(body)
  let parsed: { value: unknown } | undefined
  return {
    ...common,
    body,
    etag,
    ...headersOf(answer, etag, route),
    isWorthCompressing: isPublicRead(route) && isWorthCompressing(answer.headers, body),
    encoded: {},
    encoding: {},
    variantOf(coding, encoded) {
      const headers = { ...answer.headers, 'content-encoding': coding }
      const encodedTag = etagIn(coding, etag)
      const prepared = headersOf({ ...answer, headers, body: encoded }, encodedTag, route)
      return { body: encoded, etag: encodedTag, ...prepared }
    },
    value() {
      parsed ??= { value: JSON.parse(body.toString()) }
      return parsed.value
    },
    tags: read.rule.dropOn,
    urls: [],
  }
}

/** One key for all ways to write a query: the order of its fields means nothing, nor does a query where a route has none. */
function keyOf({ route, params, query }: CachedRead): string {
  const search = new URLSearchParams(route.query && query)
  search.sort()
  return `${route.service}.${route.name} ${pathOf(route, params)}?${search}`
}
