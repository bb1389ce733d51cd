// The state that several gateways share, in Redis. Nothing is kept there that must not be lost. While Redis is away, this gateway goes
// on alone: no request waits for Redis, because commands are sent only while it answers, and a timer finds out when it does again.
import { readFileSync } from 'node:fs'
import type { Log } from '@souk/messaging'
import { counter, type Metrics } from '@souk/service'
import { Redis, type RedisOptions } from 'ioredis'

/** The longest time that a request waits for Redis. The first one that waits so long makes all others go on without it. */
const commandMs = 100
/** The same for what no request waits for. */
const probeTimeoutMs = 1_000
const connectMs = 2_000
const probeMs = 1_000
const startMs = 500
/** What a limit needs: a script that writes. A Redis that is full, read-only or forbids it is no use. */
const probeScript = 'return redis.call("set", KEYS[1], 1, "px", 1000)'

const stateChanges = counter(
  'souk_shared_state_changes_total',
  'Times that Redis came back (connected) or went away',
  'state',
  ['connected', 'away'],
)
const stateConnected = {
  name: 'souk_shared_state_connected',
  help: 'Whether the gateway shares its limits by Redis (1) or counts alone (0)',
  labels: ['service'],
}

export interface RedisSettings {
  /** redis:// or rediss://, with credentials, and the number of the database as its path. */
  url: string
  ca?: string
  cert?: string
  key?: string
}

export interface SharedState {
  readonly redis: Redis
  /** False while this gateway goes on alone. */
  readonly isConnected: boolean
  /** A sentence for those who run the shop. */
  describe(): string
  /** Runs a command. Resolves with undefined when Redis is away or does not answer in time. */
  ask<T>(command: () => Promise<T>): Promise<T | undefined>
  /** Calls `listener` with each text that any other gateway publishes on the channel while both are connected. */
  listen(channel: string, listener: (text: string) => void): void
  close(): Promise<void>
}

/** Connects to Redis. Resolves when it answers, or after half a second without it. Throws when a TLS file cannot be used. */
export async function openSharedState(
  settings: RedisSettings,
  parts: { log: Log; metrics: Metrics },
): Promise<SharedState> {
  const { log } = parts
  const redis = new Redis(settings.url, optionsFor(settings))
  const subscriber = redis.duplicate({ autoResubscribe: false })
  const connection = noteChanges(parts)

  async function probe(): Promise<void> {
    if (redis.status !== 'ready') return
    try {
      await redis.eval(probeScript, 1, 'souk:probe')
      connection.isBack()
    } catch (error) {
      connection.isAway(error)
      // Its machine may have vanished without closing the connection.
      if (/timed out/.test(String(error))) redis.disconnect(true)
    }
  }
  redis.on('ready', () => void probe())
  redis.on('error', connection.isAway)
  redis.on('close', () => connection.isAway())
  subscriber.on('error', () => undefined) // The other connection tells the same.
  const timer = setInterval(() => connection.isConnected || void probe(), probeMs)
  timer.unref()
  await connection.isDecided

  return {
    redis,
    get isConnected() {
      return connection.isConnected
    },
    describe: connection.describe,
    async ask(command) {
      if (!connection.isConnected) return undefined
      try {
        return await inTime(command())
      } catch (error) {
        connection.isAway(error)
        return undefined
      }
    },
    listen(channel, listener) {
      subscriber.on('message', (from, text) => from === channel && listener(text))
      const failed = (error: Error) =>
        log.warn({ service: 'gateway', channel, reason: reasonOf(error) }, 'Redis lets nobody listen.')
      const subscribe = () => void subscriber.subscribe(channel).catch(failed)
      subscriber.on('ready', subscribe)
      if (subscriber.status === 'ready') subscribe()
    },
    async close() {
      clearInterval(timer)
      redis.removeAllListeners('close')
      redis.disconnect()
      subscriber.disconnect()
    },
  }
}

/** Keeps whether Redis answers, and logs and counts each change. */
function noteChanges({ log, metrics }: { log: Log; metrics: Metrics }) {
  let state: 'starting' | 'connected' | 'away' = 'starting'
  let reason = 'it did not answer'
  const decided = Promise.withResolvers<void>()
  const giveUp = setTimeout(() => change('away'), startMs)

  function change(next: 'connected' | 'away'): void {
    clearTimeout(giveUp)
    decided.resolve()
    if (state === next) return
    state = next
    metrics.count(stateChanges, state)
    const facts = { service: 'gateway', sharedState: 'redis' }
    if (next === 'connected') log.info(facts, 'Redis answers: all gateways share their limits.')
    else log.warn({ ...facts, reason }, 'Redis is away: limits are counted per gateway.')
  }
  metrics.declare([stateChanges])
  metrics.gauge(stateConnected, async () => [{ labels: { service: 'gateway' }, value: state === 'connected' ? 1 : 0 }])

  return {
    isDecided: decided.promise,
    get isConnected() {
      return state === 'connected'
    },
    describe: () =>
      state === 'connected' ? 'redis, connected' : `redis, away (${reason}): limits are counted per gateway`,
    isBack: () => change('connected'),
    isAway(error?: unknown) {
      if (error) reason = reasonOf(error)
      change('away')
    },
  }
}

function optionsFor({ url, ca, cert, key }: RedisSettings): RedisOptions {
  const files = { ca, cert, key }
  const tls = {}
  for (const [name, path] of Object.entries(files)) {
    if (path === undefined) continue
    let last = readFileSync(path, 'utf8')
    // Read anew for each connection, so that certificates change without a restart.
    const read = () => {
      try {
        last = readFileSync(path, 'utf8')
      } catch {} // It is being replaced; the next connection reads it.
      return last
    }
    Object.defineProperty(tls, name, { enumerable: true, get: read })
  }
  return {
    ...(url.startsWith('rediss:') ? { tls } : {}),
    commandTimeout: probeTimeoutMs,
    connectTimeout: connectMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    keepAlive: 10_000,
    connectionName: 'souk-gateway',
    retryStrategy: (times) => Math.min(100 * times, 1_000) + Math.random() * 100,
  }
}

/** Rejects after the longest time that a request waits. */
function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error('Command timed out'))
    // What has arrived is read first: perhaps this process stood still, and not Redis.
    const timer = setTimeout(() => setImmediate(giveUp), commandMs)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** What went wrong, in one line, without the commands that were sent. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || code || String(error)
}
