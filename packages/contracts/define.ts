// How a contract is written: routes (who may call, what goes in, what comes out, what is refused) and messages.
// Contracts are data: gateway, services, clients, tests, OpenAPI and AsyncAPI are all read from them.
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'

export type ServiceName =
  | 'gateway'
  | 'storefront'
  | 'users'
  | 'products'
  | 'inventory'
  | 'orders'
  | 'payments'
  | 'notifications'

/** Who may call: everybody, signed-in customers, the shop's staff, or only the named services (never public). */
export type Access = 'anyone' | 'customer' | 'staff' | { services: readonly ServiceName[] }

/** Marks a body or a reply that is not JSON: pictures, pages, raw webhooks. Handlers get and give a Buffer. */
export const Bytes = Type.Unsafe<Uint8Array>({ 'x-bytes': true })
/** A reply without a body (204). */
export const Nothing = Type.Unsafe<undefined>({ 'x-nothing': true })

export function isBytes(schema: TSchema | undefined): boolean {
  return schema !== undefined && 'x-bytes' in schema
}
export function isNothing(schema: TSchema | undefined): boolean {
  return schema !== undefined && 'x-nothing' in schema
}

/** An object without other fields: a request with unknown fields is refused. */
export function Shape<P extends TProperties>(properties: P, options: Record<string, unknown> = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

type Changes<P extends TProperties, N extends keyof P> = {
  [K in Exclude<keyof P, N>]?: Static<P[K]>
} & { [K in N]?: Static<P[K]> | null }

/**
 * The body of a PATCH: the fields that change, at least one. A field that is left out stays as it is. Null unsets the fields named in
 * `unsets`, which then are as if they had never been given; for the others it is refused, because they always have a value.
 */
export function Patch<P extends TProperties, const N extends Extract<keyof P, string>>(
  shape: TObject<P>,
  unsets: readonly N[],
) {
  const properties = Object.entries(shape.properties as Record<string, TSchema & { type?: string }>).map(
    ([name, schema]) => [name, unsets.includes(name as N) ? { ...schema, type: [schema.type, 'null'] } : schema],
  )
  return Type.Unsafe<Changes<P, N>>({
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
    minProperties: 1,
  })
}

/** One of these words. */
export function OneOf<const W extends readonly string[]>(words: W, options: Record<string, unknown> = {}) {
  return Type.Unsafe<W[number]>({ type: 'string', enum: words, ...options })
}

/** How long the gateway may keep an answer of a public read. */
export interface CacheRule {
  seconds: number
  /** A change or a message of one of these services makes the answer outdated. */
  dropOn: readonly ServiceName[]
  /** False for what must never be older than its seconds, not even while its service is down (true). */
  mayBeStale?: boolean
  /** It is made of answers of the API, which any instance of the gateway may have given. */
  isMadeOfAnswers?: true
}

/**
 * Which rate limit counts a route. `credentials`: passwords, codes and addresses could be guessed, so few requests of one
 * network. `checkout`: few of one user. `webhook`: many, in place of the general limit.
 */
export interface RateLimitRule {
  class: 'credentials' | 'checkout' | 'webhook'
  /** Where the path ends in `*`: what stands for it must begin with one of these to be counted. */
  paths?: readonly string[]
}

/** When there is more to read in an answer that stays open. */
export interface LiveRule {
  /** Types of the messages after which the reply may have new items. */
  messages: readonly `${ServiceName}.${string}`[]
  /** The path parameter that is the key of these messages. */
  param: string
}

export interface RouteDefinition {
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** The same at the gateway and at the service. Paths of the public API start with /v1. */
  path: string
  /** Where the path ends in `*`: what may stand for it. The gateway knows no other path. */
  rest?: readonly string[]
  access: Access
  /** One line for the API reference, in the imperative. */
  summary: string
  /** More for the API reference, in sentences without Markdown: units, limits, what happens on repetition. */
  about?: string
  params?: TObject
  query?: TObject
  body?: TSchema
  reply: TSchema
  /** The status of a normal reply (200), and others that a handler may choose with `reply(status, body)`. */
  status?: number
  otherStatuses?: readonly number[]
  /** What the caller may be refused: stable code → HTTP status. The common refusals need no mention. */
  refusals?: Readonly<Record<string, number>>
  /** Headers of the reply that callers rely on, by name, with what they say. For the API reference. */
  replyHeaders?: Readonly<Record<string, string>>
  /** Request headers that the handler reads, besides those that the gateway always forwards. */
  headers?: readonly string[]
  /**
   * With an Idempotency-Key the effect happens once, and repeated calls get the first reply. `true`: the caller must send one.
   */
  idempotencyKey?: true | 'optional'
  /** A public read that the gateway keeps in its response cache. */
  cache?: CacheRule
  /** A public read that is the same for everybody, as all cached reads are: it is compressed, and its ETag is made of its body. */
  sameForEverybody?: true
  /** The rate limit that counts it besides the general one, or in its place. */
  rateLimit?: RateLimitRule
  /** With `Accept: text/event-stream` it stays open and sends what is new, as server-sent events. */
  live?: LiveRule
  /** The answer is no JSON but a page, a page for a frame of our own pages, or a picture: each has its own security headers. */
  securityPolicy?: 'page' | 'framed' | 'picture'
  /**
   * What it does to the caller's session. `manages`: it makes, reads and ends sessions itself, so it receives the session
   * token, valid or not. `ends`: it ends sessions of the caller. After both the gateway forgets what it knows of the caller.
   */
  session?: 'manages' | 'ends'
  /** A form of our own pages: refused when a page of another site has sent it, with or without cookies. */
  ownPagesOnly?: true
  /** The path parameter that is an order's id, for the log (`orderId`). */
  orderIdParam?: string
  /** How long a caller waits at most, in seconds (3). */
  deadlineSeconds?: number
  /** Under overload, batch is refused first, then browse (the default), checkout last. */
  priority?: 'checkout' | 'browse' | 'batch'
  /** Bytes accepted in a body (64 KiB). */
  bodyLimit?: number
  /** Left out of the API reference (pages for people, webhooks of the simulator). */
  hidden?: boolean
}

export type Route<D extends RouteDefinition = RouteDefinition> = D & {
  readonly service: ServiceName
  readonly name: string
}
export type Api<R extends Record<string, RouteDefinition> = Record<string, RouteDefinition>> = {
  readonly name: ServiceName
  readonly about: string
  readonly routes: { readonly [K in keyof R]: Route<R[K]> }
}

/** Declares all routes of one service. */
export function defineApi<const R extends Record<string, RouteDefinition>>(
  name: ServiceName,
  about: string,
  routes: R,
): Api<R> {
  const named = Object.fromEntries(
    Object.entries(routes).map(([key, route]) => [key, { ...route, service: name, name: key }]),
  )
  return { name, about, routes: named as Api<R>['routes'] }
}

type StaticOf<S> = S extends TSchema ? Static<S> : undefined
export type ParamsOf<R extends RouteDefinition> = R['params'] extends TSchema
  ? Static<R['params']>
  : Record<string, never>
export type QueryOf<R extends RouteDefinition> = R['query'] extends TSchema ? Static<R['query']> : Record<string, never>
export type BodyOf<R extends RouteDefinition> = StaticOf<R['body']>
export type ReplyOf<R extends RouteDefinition> = StaticOf<R['reply']>
export type RefusalOf<R extends RouteDefinition> =
  | (R['refusals'] extends Readonly<Record<string, number>> ? Extract<keyof R['refusals'], string> : never)
  | CommonRefusal

/** Whether a path, with or without its query, is one of the public API, also one that leads nowhere. */
export function isOfApi(path: string): boolean {
  return /^\/v1([/?]|$)/i.test(path)
}

/** Refusals that any route may answer with. */
export const commonRefusals = {
  'invalid-request': 400,
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'timed-out': 408,
  'precondition-failed': 412,
  'too-large': 413,
  'uri-too-long': 414,
  'unsupported-media-type': 415,
  'unsupported-content-encoding': 415,
  'expectation-failed': 417,
  'unknown-host': 421,
  'headers-too-large': 431,
  'idempotency-key-missing': 400,
  'idempotency-key-reused': 422,
  'idempotency-in-flight': 409,
  'too-many-requests': 429,
  'internal-error': 500,
  'bad-gateway': 502,
  unavailable: 503,
  'too-many-connections': 503,
  'deadline-exceeded': 504,
} as const
export type CommonRefusal = keyof typeof commonRefusals

/** The status that a refusal code has on a route. */
export function statusOf(route: RouteDefinition, code: string): number {
  return route.refusals?.[code] ?? (commonRefusals as Record<string, number>)[code] ?? 500
}

/** What a message constructor makes; `send` wraps it into an envelope. */
export interface Message<T extends string = string, D = unknown> {
  readonly type: T
  /** Messages with one key arrive in the order in which they were committed. */
  readonly key: string
  readonly data: D
}

export interface MessageDefinition<T extends string = string, S extends TObject = TObject> {
  (data: Static<S>): Message<T, Static<S>>
  readonly type: T
  readonly keyField: string
  readonly schema: S
  readonly about: string
}
/** The message that a definition makes. */
export type MessageOf<D> = D extends MessageDefinition<infer T, infer S> ? Message<T, Static<S>> : never

/**
 * Declares a message: `service.noun-verb`, the field that is its key, and its data. Events (past tense) belong to their
 * author, commands (imperative) to their receiver. Once published, a message only gains optional fields.
 */
export function message<const T extends `${ServiceName}.${string}`, P extends TProperties>(
  type: T,
  keyField: Extract<keyof P, string>,
  about: string,
  properties: P,
): MessageDefinition<T, TObject<P>> {
  const schema = Type.Object(properties)
  const make = (data: Record<string, unknown>) => ({ type, key: String(data[keyField]), data })
  return Object.assign(make, { type, keyField, schema, about }) as unknown as MessageDefinition<T, TObject<P>>
}
