// A service is a value: what it offers, what it reacts to, what it does by itself. Where it runs is decided elsewhere (run.ts).
import type {
  Api,
  BodyOf,
  MessageDefinition,
  MessageOf,
  ParamsOf,
  QueryOf,
  ReplyOf,
  Route,
  RouteDefinition,
  ServiceName,
} from '@souk/contracts'
import type { Envelope } from '@souk/messaging'
import type { FastifyInstance } from 'fastify'
import type { PublicRead, ServiceCalls } from '../calls/service-calls.ts'
import type { Caller } from '../calls/service-token.ts'
import type { Transaction } from '../work/enqueue-job.ts'
import type { Calls, ContextFor } from './context.ts'
import type { Figures } from './figures.ts'
import type { MetricSpec } from './metric-spec.ts'
import type { SettingsSpec } from './settings.ts'

/** A request that has passed its contract: access, path, query and body are checked. */
export interface Request<R extends RouteDefinition = RouteDefinition> {
  readonly params: ParamsOf<R>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly caller: Caller
  /** The path and query as they came, for libraries that want the whole URL. */
  readonly url: string
  /** The client's address. */
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
/** Answers with this status and these headers; the body is the route's reply. */
export function reply<T>(status: number, body: T, headers: Record<string, string | string[]> = {}): Reply<T> {
  return new Reply(status, body, headers)
}

/** The transaction of a story with an Idempotency-Key. */
export interface OnceTransaction extends Transaction {
  /**
   * Runs after the commit, never when it fails, and before the request is answered. For what must usually be done when the client has
   * its answer, and is done in another way when a crash in between loses it.
   */
  beforeAnswer(action: () => Promise<void>): void
}

/** A reply of `handleOnce` that is not kept for repeated requests. */
export class UnkeptReply<T> extends Reply<T> {}
/**
 * For a request that changed nothing, with the route's first status: a repeated one is answered anew. So nobody fills the database
 * with replies by asking again under new keys.
 */
export function changedNothing<T>(status: number, body: T): Reply<T> {
  return new UnkeptReply(status, body, {})
}

/** A story bound to its route: made by `handle` and `handleOnce`. */
export interface Handler<R extends Route = Route, X = never> {
  readonly route: R
  run(request: Request<R>, context: X): Promise<ReplyOf<R> | Reply<ReplyOf<R>>>
  /** Set by handleOnce: runs inside one transaction that also keeps the reply for repeated calls. */
  readonly once?: (
    request: Request<R>,
    context: X,
    transaction: OnceTransaction,
    gathered: never,
  ) => Promise<ReplyOf<R> | Reply<ReplyOf<R>>>
  readonly gather?: OnceOptions<R, X, unknown>['gather']
  readonly again?: OnceOptions<R, X, unknown>['again']
}
interface OnceOptions<R extends Route, X, G> {
  /** Runs before the transaction: what takes long, or asks somebody else. */
  gather?: (request: Request<R>, context: X) => Promise<G>
  /** True for errors after which the transaction runs again: another request took a name between look and commit. */
  again?: (error: unknown) => boolean
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
export function handleOnce<R extends Route, X, G = undefined>(
  route: R,
  once: (
    request: Request<R>,
    context: X,
    transaction: OnceTransaction,
    gathered: G,
  ) => Promise<ReplyOf<R> | Reply<ReplyOf<R>>>,
  options: OnceOptions<R, X, G> = {},
): Handler<R, X> {
  return {
    route,
    once,
    ...options,
    run: () => {
      throw new Error('A route with an Idempotency-Key runs in a transaction.')
    },
  }
}

/** What a service does when a message of one of these types arrives: made by `on`. */
export interface ReactionFor<X> {
  readonly messages: readonly MessageDefinition[]
  react(data: never, transaction: Transaction, context: X, envelope: Envelope): Promise<void>
  isKnown?(data: never, context: X): boolean
}
/**
 * Reacts to messages. May run twice, late, or before its cause; what it does commits once per message. `isKnown`: true for
 * messages on which the reaction has nothing to do, because this process has done it already. They are only recorded.
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
/** Names a job and binds it to its work. `enqueue` puts it on the queue by this name. */
export function job<P, X>(name: string, run: (payload: P, context: X) => Promise<void>): Job<X> {
  return { name, run: run as Job<X>['run'] }
}

export interface Schedule<X> {
  readonly name: string
  /** Between the end of a run and the start of the next one. */
  readonly seconds: number
  /** When `stopping` is aborted, it should end soon; what it leaves undone must be taken up again by the next start. */
  run(context: X, stopping: AbortSignal): Promise<void>
}
/** Runs again and again in every instance, so it must take its work with `for update skip locked` or be harmless when repeated. */
export function every<X>(seconds: number, name: string, run: Schedule<X>['run']): Schedule<X> {
  return { seconds, name, run }
}

/** What a service opened besides its database. */
export interface OpenedResources<Resources> {
  resources: Resources
  /** Called at the end. */
  close?: () => Promise<void>
  /** What readiness tells of it besides, by name. It is for people and decides nothing. */
  health?: () => Readonly<Record<string, string>>
}

/** Everything that a service is; its service.ts holds one. */
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
  /** Tables whose rows are never changed or deleted. The role that runs the service may only insert into them and read them. */
  readonly insertOnly?: readonly string[]
  /** Connections of its pool (10). */
  readonly connections?: number
  /** See DatabaseOptions; for services that write a lot. */
  readonly plansByIndex?: boolean
  /** Opens what the service needs besides its database. */
  readonly open?: (base: ContextFor<S, C, undefined>, serviceCalls: ServiceCalls) => Promise<OpenedResources<Resources>>
  /** A missing route does not compile. */
  readonly routes: { readonly [K in keyof A['routes']]: Handler<A['routes'][K], ContextFor<S, C, Resources>> }
  readonly reacts?: readonly ReactionFor<ContextFor<S, C, Resources>>[]
  /** Messages that every instance receives, at most once and without a transaction: for caches. */
  readonly broadcasts?: {
    readonly messages: readonly MessageDefinition[]
    receive(envelope: Envelope, context: ContextFor<S, C, Resources>): void
    /** Some messages may have been lost, so all that depends on them is out of date. */
    missed(context: ContextFor<S, C, Resources>): void
  }
  readonly jobs?: readonly Job<ContextFor<S, C, Resources>>[]
  readonly schedules?: readonly Schedule<ContextFor<S, C, Resources>>[]
  /** What it counts of the business. They exist at zero from the start. */
  readonly metrics?: readonly MetricSpec[]
  /** What is read from its database when somebody asks for the metrics. */
  readonly figures?: readonly Figures[]
  /** Serves HTTP in its own way, in place of one Fastify route per contract route. The gateway does. */
  readonly serve?: (context: ContextFor<S, C, Resources>, serviceCalls: ServiceCalls) => Promise<FastifyInstance>
  /** Answers public reads of all services for those of this process, without a request to its server. The gateway does. */
  readonly readPublic?: (context: ContextFor<S, C, Resources>) => PublicRead
}
// biome-ignore lint/suspicious/noExplicitAny: a list of services of all kinds has no narrower type that TypeScript can say.
export type AnyService = ServiceDefinition<any, any, any, any>

/** Whether a service sends or receives messages. One that does not needs no broker. */
export function usesBus({ migrations, reacts, broadcasts }: AnyService): boolean {
  return migrations !== undefined || broadcasts !== undefined || Boolean(reacts?.length)
}

/** Checks a definition's types, and that every route of the contract has its story. */
export function defineService<A extends Api, S extends SettingsSpec, C extends Calls, Resources = undefined>(
  definition: ServiceDefinition<A, S, C, Resources>,
): ServiceDefinition<A, S, C, Resources> {
  return definition
}
