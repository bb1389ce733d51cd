// A service is a value: what it offers, what it reacts to, what it does by itself. Where it runs is decided elsewhere (run.ts).
import type {
  Api,
  BodyOf,
  ClientOf,
  MessageDefinition,
  MessageOf,
  ParamsOf,
  QueryOf,
  ReplyOf,
  Route,
  RouteDefinition,
  ServiceName,
} from '@souk/contracts'
import type { Database, Effects, Envelope, Log, Transaction as MessagingTransaction, Trace } from '@souk/messaging'
import type { Sql, Statement } from '@souk/postgres'
import type { FastifyInstance } from 'fastify'
import type { ServiceCalls } from '../calls/service-calls.ts'
import type { Caller } from '../calls/service-token.ts'
import type { Metrics } from './metrics.ts'
import type { SettingsOf, SettingsSpec } from './settings.ts'

export interface Transaction extends MessagingTransaction {
  /** Puts a job on the service's queue; it runs after the commit, and again until it succeeds. */
  enqueue(job: string, payload: unknown, options?: JobOptions): PromiseLike<unknown>
}
export interface JobOptions {
  /** A second job with the same key replaces the first while that has not started. */
  key?: string
  runAt?: Date
  maxAttempts?: number
}

export type Calls = Readonly<Record<string, Api>>

/** What every story is handed. `own` is what the service itself opened: a provider, a mailer. */
export interface ContextFor<S extends SettingsSpec, C extends Calls, Resources> {
  readonly sql: Sql
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** One statement, one commit: see Database.commit. */
  commit<R>(statement: Statement<R>, more: Effects): Promise<R[]>
  now(): Date
  readonly settings: SettingsOf<S>
  readonly shared: SharedSettings
  /** Typed clients of the services that this one calls. */
  readonly clients: { readonly [K in keyof C]: ClientOf<C[K]> }
  /** Until when the caller can use an answer, in milliseconds since 1970: no call of `clients` takes longer. */
  readonly deadline: number
  /** The same without a deadline, for what goes on whether or not somebody waits. */
  readonly unhurried: ContextFor<S, C, Resources>
  readonly resources: Resources
  readonly log: Log
  readonly trace: Trace
  readonly database: Database
  /** For counters of the business: context.metrics.count('souk_orders_placed_total'). */
  readonly metrics: Metrics
  /** Runs a schedule of this service now instead of at its next time, or once more when it is running. For after a commit. */
  runSoon(schedule: { readonly name: string }): void
}
/** What all services know of the shop. */
export interface SharedSettings {
  /** Where people reach the shop, without a slash at the end. */
  publicUrl: string
  shopName: string
  isProduction: boolean
  /** Others than the programs of this machine can reach it. */
  isOnNetwork: boolean
  sharedSecret: string
}

export interface Request<R extends RouteDefinition = RouteDefinition> {
  readonly params: ParamsOf<R>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly caller: Caller
  /** The path and query as they came, for libraries that want the whole URL. */
  readonly url: string
  readonly ip: string
}

/** A reply with another status than the route's first, or with headers. */
export class Reply<T> {
  readonly status: number
  readonly body: T
  readonly headers: Record<string, string | string[]>
  constructor(status: number, body: T, headers: Record<string, string | string[]>) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}
export function reply<T>(status: number, body: T, headers: Record<string, string | string[]> = {}): Reply<T> {
  return new Reply(status, body, headers)
}

export interface Handler<R extends Route = Route, X = never> {
  readonly route: R
  run(request: Request<R>, context: X): Promise<ReplyOf<R> | Reply<ReplyOf<R>>>
  /** Set by handleOnce: runs inside one transaction that also keeps the reply for repeated calls. */
  readonly once?: (request: Request<R>, context: X, transaction: Transaction) => Promise<ReplyOf<R> | Reply<ReplyOf<R>>>
}

/** Binds a story to its route: gathers, decides, commits. Runs at most until the route's deadline. */
export function handle<R extends Route, X>(
  route: R,
  run: (request: Request<R>, context: X) => Promise<ReplyOf<R> | Reply<ReplyOf<R>>>,
): Handler<R, X> {
  return { route, run }
}

/**
 * The same for routes with an Idempotency-Key: the story runs inside one transaction, in which its reply is stored too.
 * The same key with the same request gets that reply again; with another request it is refused. Refusals are not kept.
 */
export function handleOnce<R extends Route, X>(
  route: R,
  once: (request: Request<R>, context: X, transaction: Transaction) => Promise<ReplyOf<R> | Reply<ReplyOf<R>>>,
): Handler<R, X> {
  return {
    route,
    once,
    run: () => {
      throw new Error('A keyed route runs in a transaction.')
    },
  }
}

export interface ReactionFor<X> {
  readonly messages: readonly MessageDefinition[]
  react(data: never, transaction: Transaction, context: X, envelope: Envelope): Promise<void>
  isKnown?(data: never, context: X): boolean
}
/**
 * Reacts to messages. May run twice, late, or before its cause; what it does commits once per message. `isKnown` may say that
 * the reaction will never have anything to do, because this process has done it already: such a message is only recorded.
 */
export function on<const D extends readonly MessageDefinition[], X>(
  messages: D,
  react: (
    data: MessageOf<D[number]>['data'],
    transaction: Transaction,
    context: X,
    envelope: Envelope,
  ) => Promise<void>,
  isKnown?: (data: MessageOf<D[number]>['data'], context: X) => boolean,
): ReactionFor<X> {
  return { messages, react: react as ReactionFor<X>['react'], isKnown: isKnown as ReactionFor<X>['isKnown'] }
}
export interface Job<X> {
  readonly name: string
  /** Runs at least once, outside any transaction. Throw to have it tried again, with back-off. */
  run(payload: never, context: X): Promise<void>
}
export function job<P, X>(name: string, run: (payload: P, context: X) => Promise<void>): Job<X> {
  return { name, run: run as Job<X>['run'] }
}
export interface Schedule<X> {
  readonly name: string
  readonly seconds: number
  /** When `stopping` is aborted, it should end soon; what it leaves undone must be taken up again by the next start. */
  run(context: X, stopping: AbortSignal): Promise<void>
}
/** Done again and again by every instance, so it must take its work with `for update skip locked` or be harmless. */
export function every<X>(seconds: number, name: string, run: Schedule<X>['run']): Schedule<X> {
  return { seconds, name, run }
}

export interface ServiceDefinition<
  A extends Api = Api,
  S extends SettingsSpec = SettingsSpec,
  C extends Calls = Calls,
  Resources = unknown,
> {
  readonly name: ServiceName
  readonly api: A
  readonly settings: S
  /** Contracts of the services that this one calls. */
  readonly calls: C
  /** Folder of its migrations; a service without one has no database. */
  readonly migrations?: string
  /** Connections of its pool (10). */
  readonly connections?: number
  /** See DatabaseOptions; for services that write a lot. */
  readonly plansByIndex?: boolean
  /** Opens what the service needs besides its database. `close` is called at the end. */
  readonly open?: (
    base: ContextFor<S, C, undefined>,
    serviceCalls: ServiceCalls,
  ) => Promise<{ resources: Resources; close?: () => Promise<void> }>
  /** A missing route does not compile. */
  readonly routes: { readonly [K in keyof A['routes']]: Handler<A['routes'][K], ContextFor<S, C, Resources>> }
  readonly reacts?: readonly ReactionFor<ContextFor<S, C, Resources>>[]
  /** Told of messages in every instance, at most once, without a transaction: for caches. */
  readonly broadcasts?: {
    readonly messages: readonly MessageDefinition[]
    receive(envelope: Envelope, context: ContextFor<S, C, Resources>): void
  }
  readonly jobs?: readonly Job<ContextFor<S, C, Resources>>[]
  readonly schedules?: readonly Schedule<ContextFor<S, C, Resources>>[]
  /** Serves HTTP in its own way, in place of one Fastify route per contract route. The gateway does. */
  readonly serve?: (context: ContextFor<S, C, Resources>, serviceCalls: ServiceCalls) => Promise<FastifyInstance>
}
// biome-ignore lint/suspicious/noExplicitAny: a list of services of all kinds has no narrower type that TypeScript can say.
export type AnyService = ServiceDefinition<any, any, any, any>

export function defineService<A extends Api, S extends SettingsSpec, C extends Calls, Resources = undefined>(
  definition: ServiceDefinition<A, S, C, Resources>,
): ServiceDefinition<A, S, C, Resources> {
  return definition
}
