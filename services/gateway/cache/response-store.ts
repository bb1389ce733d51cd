// Where the response cache keeps its responses: bounded in bytes, found by key or by URL, and outdated as soon as something
// of their tags has changed.
import { LRUCache } from 'lru-cache'
import type { Coding } from '../representation/accepted-coding.ts'

/** The URLs of one request that are found before they are parsed: the same fields in another order are another URL. */
const maxUrlsPerEntry = 4
const maxUrlLength = 300
/** What an entry costs besides its body. */
const overheadBytes = 2_048

/** What is sent of a response: its body as it is, or in a content coding. */
export interface Variant {
  readonly body: Buffer
  readonly etag: string
  /** In Node's raw form: name, value, name, value. */
  readonly headers: readonly string[]
  /** For 304: the same without what describes a body. */
  readonly notModifiedHeaders: readonly string[]
}
export interface CachedResponse extends Variant {
  readonly key: string
  readonly isWorthCompressing: boolean
  /** The content codings that somebody has asked for, each made once. */
  readonly encoded: Partial<Record<Coding, Variant>>
  /** The body as a value; parsed once, when an aggregate first needs it. Not to be changed. */
  value(): unknown
}
export interface Entry extends CachedResponse {
  readonly tags: readonly string[]
  /** The generation of its tags when it was fetched. */
  readonly generation: number
  /** In milliseconds since 1970. */
  readonly freshUntil: number
  readonly mayBeStale: boolean
  /** Under which it is found; filled by the store. */
  readonly urls: string[]
  /** The codings that are being made. */
  readonly encoding: Partial<Record<Coding, Promise<Variant>>>
  /** The variant with this body. */
  variantOf(coding: Coding, body: Buffer): Variant
}

export interface ResponseStore {
  /** The entry of a URL, outdated or not. Costs one look-up. */
  at(url: string): Entry | undefined
  /** The entry of a key, outdated or not; it counts as used now. */
  get(key: string): Entry | undefined
  /** Keeps an entry in place of the one with its key, unless it is larger than an eighth of the store. */
  put(entry: Entry): void
  /** Keeps a variant with its entry, if that is still kept, and counts its bytes. */
  addVariant(entry: Entry, coding: Coding, variant: Variant): void
  /** Lets an entry be found under a URL, too, while it is kept. */
  addUrl(url: string, entry: Entry): void
  /** How often things of these tags have changed. */
  generationOf(tags: readonly string[]): number
  /** When things of these tags have changed last, in milliseconds since 1970; -Infinity: never. */
  changedAt(tags: readonly string[]): number
  /** False when something of its tags has changed since it was fetched. */
  isTrue(entry: Entry): boolean
  drop(tag: string): void
  readonly bytes: number
}

export function makeResponseStore(maxBytes: number, now: () => number): ResponseStore {
  const byUrl = new Map<string, Entry>()
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes / 8),
    sizeCalculation: sizeOf,
    dispose(entry) {
      for (const url of entry.urls.splice(0)) byUrl.delete(url)
    },
  })
  const generations = new Map<string, number>()
  const changes = new Map<string, number>()

  return {
    get bytes() {
      return entries.calculatedSize
    },
    at: (url) => byUrl.get(url),
    get: (key) => entries.get(key),
    put: (entry) => void entries.set(entry.key, entry),
    addUrl,
    addVariant(entry, coding, variant) {
      entry.encoded[coding] = variant
      if (entries.peek(entry.key) !== entry) return
      const urls = [...entry.urls]
      entries.delete(entry.key) // Its size is counted when it is put again.
      entries.set(entry.key, entry)
      for (const url of urls) addUrl(url, entry)
    },
    generationOf,
    isTrue: (entry) => entry.generation === generationOf(entry.tags),
    changedAt: (tags) => Math.max(...tags.map((tag) => changes.get(tag) ?? Number.NEGATIVE_INFINITY)),
    drop(tag) {
      generations.set(tag, (generations.get(tag) ?? 0) + 1)
      changes.set(tag, now())
    },
  }

  function addUrl(url: string, entry: Entry): void {
    if (url.length > maxUrlLength || byUrl.has(url)) return
    if (entry.urls.length === maxUrlsPerEntry || entries.peek(entry.key) !== entry) return
    byUrl.set(url, entry)
    entry.urls.push(url)
  }
  function generationOf(tags: readonly string[]): number {
    let sum = 0
    for (const tag of tags) sum += generations.get(tag) ?? 0
    return sum
  }
}

function sizeOf(entry: Entry): number {
  let bytes = entry.body.length + overheadBytes
  for (const variant of Object.values(entry.encoded)) if (variant !== entry) bytes += variant.body.length
  return bytes
}

/** Not a piece of Node's buffer pool: there, a small body would keep all 64 kB around it in memory. */
export function ownCopy(body: string | Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(Buffer.byteLength(body))
  if (typeof body === 'string') copy.write(body)
  else copy.set(body)
  return copy
}
