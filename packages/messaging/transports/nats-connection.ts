// The connection to NATS: what its URL says, waiting for the broker at the start, and connecting again for ever.
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import {
  AuthorizationError,
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node'
import type { Log, TlsFiles } from './transport.ts'

const startSeconds = 60
const retryMs = 500

export interface NatsSettings {
  /** As `host:port`. */
  servers: string[]
  /** Stands before the names of the stream, its subjects and the bucket, so that several shops can share a broker. */
  name: string
  /** On how many servers of a cluster the messages are. */
  replicas: number
  /** How large the stream may become; without it, as large as the server allows. */
  gigabytes?: number
  /** The server's monitoring, such as http://nats:8222: only there it tells when it writes to the disk. */
  monitor?: string
  isTls: boolean
  user?: string
  password?: string
  token?: string
  /** A file with a user's JWT and key. */
  credentials?: string
}

/**
 * Reads `nats://user:password@a:4222,b:4222?name=souk&replicas=3&gigabytes=20&monitor=http://a:8222&credentials=/run/souk.creds`; `tls://` is
 * the same with TLS, and one word before the @ is a token. Throws for anything else.
 */
export function natsSettingsIn(url: string): NatsSettings {
  const [, scheme, login, hosts, query] = /^(nats|tls):\/\/(?:([^@/?]*)@)?([^/?@]+)\/?(?:\?(.*))?$/.exec(url) ?? []
  if (!hosts) throw new Error('The URL of NATS must look like nats://user:password@host:4222,other:4222?name=souk.')
  const parameters = new URLSearchParams(query)
  const known = ['name', 'replicas', 'gigabytes', 'monitor', 'credentials']
  const unknown = [...parameters.keys()].filter((key) => !known.includes(key))
  if (unknown.length > 0)
    throw new Error(`The URL of NATS may have ${known.join(', ')} behind the ?, and not ${unknown.join(', ')}.`)
  const name = parameters.get('name') ?? 'souk'
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(name))
    throw new Error('The name in the URL of NATS may have up to 60 letters, digits, - and _.')
  const replicas = Number(parameters.get('replicas') ?? 1)
  if (![1, 3, 5].includes(replicas)) throw new Error('The replicas in the URL of NATS must be 1, 3 or 5.')
  const gigabytes = parameters.has('gigabytes') ? Number(parameters.get('gigabytes')) : undefined
  if (gigabytes !== undefined && !(gigabytes > 0)) throw new Error('The gigabytes in the URL of NATS must be a number.')
  const [user, password] = (login ?? '').split(':', 2).map(decodeURIComponent)
  return {
    servers: hosts.split(','),
    name,
    replicas,
    gigabytes,
    monitor: parameters.get('monitor')?.replace(/\/$/, ''),
    isTls: scheme === 'tls',
    ...(password === undefined ? { token: user || undefined } : { user, password }),
    credentials: parameters.get('credentials') ?? undefined,
  }
}

/** The connection, and whether it is there now. */
export interface NatsLink {
  readonly connection: NatsConnection
  isConnected(): boolean
  /** Calls `listener` whenever the connection is lost. Returns what ends that. */
  onLost(listener: () => void): () => void
}

/** Connects, waiting up to a minute for a broker that is away. Throws at once when it refuses who we are, or we refuse who it is. */
export async function connectToNats(settings: NatsSettings, tls: TlsFiles | undefined, log: Log): Promise<NatsLink> {
  const where = settings.servers.join(', ')
  const options = connectionOptions(settings, tls)
  const until = Date.now() + startSeconds * 1000
  for (let tries = 0; ; tries++) {
    try {
      return follow(await connect(options), where, log)
    } catch (error) {
      const refusal = refusalOf(error, where)
      if (refusal) throw new Error(refusal, { cause: error })
      if (Date.now() > until)
        throw new Error(`NATS at ${where} could not be reached for ${startSeconds} s: ${error}`, { cause: error })
      if (tries === 0) log.warn({ error: String(error) }, `NATS at ${where} cannot be reached yet; trying again.`)
      await pause(retryMs)
    }
  }
}

function connectionOptions(settings: NatsSettings, tls: TlsFiles = {}): NodeConnectionOptions {
  const { servers, isTls, user, password, token, credentials } = settings
  const files = { caFile: tls.ca, certFile: tls.certificate, keyFile: tls.key }
  const hasFiles = Object.values(files).some((file) => file !== undefined)
  return {
    servers,
    name: `souk ${process.pid}`,
    user,
    pass: password,
    token,
    authenticator: credentials === undefined ? undefined : credsAuthenticator(readFileSync(credentials)),
    // The library reads the files at each connect, so a new certificate is used without a restart.
    tls: isTls || hasFiles ? files : undefined,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: retryMs,
    reconnectJitter: retryMs,
    reconnectJitterTLS: retryMs,
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 10_000,
    noAsyncTraces: true,
  }
}

/** A sentence for an error that waiting does not mend. */
function refusalOf(error: unknown, where: string): string | undefined {
  if (error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError)
    return `NATS at ${where} refuses the credentials in BUS_URL: ${error.message}.`
  const messages = chainOf(error).map(({ message }) => message)
  const wrong = messages.find((message) =>
    /certificate|altname|self.signed|doesn't exist|PEM|key values mismatch/i.test(message),
  )
  if (wrong)
    return `The TLS connection to NATS at ${where} fails: ${wrong}. Check BUS_TLS_CA, BUS_TLS_CERT and BUS_TLS_KEY.`
  if (messages.some((message) => message.includes("server does not support 'tls'")))
    return `NATS at ${where} speaks no TLS, and the URL asks for it. Use nats:// or configure TLS there.`
  return undefined
}

function chainOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...chainOf(error.cause)] : []
}

function follow(connection: NatsConnection, where: string, log: Log): NatsLink {
  let isUp = true
  const listeners = new Set<() => void>()
  async function watch(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        if (isUp) log.warn({}, `The connection to NATS at ${where} is lost; connecting again.`)
        isUp = false
        for (const listener of listeners) listener()
      } else if (status.type === 'reconnect') {
        isUp = true
        log.info({ server: status.server }, 'The connection to NATS is back.')
      } else if (status.type === 'error') {
        log.error({ error: String(status.error) }, 'NATS refuses something.')
      }
    }
    isUp = false
  }
  void watch()
  return {
    connection,
    isConnected: () => isUp && !connection.isClosed(),
    onLost(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
