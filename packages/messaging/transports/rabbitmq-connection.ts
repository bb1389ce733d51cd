// A connection to RabbitMQ that is opened again for as long as it is needed, and what refuses one for good.
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import type { RabbitSettings } from './rabbitmq-settings.ts'
import type { Log } from './transport.ts'

const openSeconds = 60
const closeMs = 3_000
const retryMs = { first: 100, most: 5_000 }

/** Thrown for what waiting does not mend: a wrong password, virtual host or certificate. */
export class Refused extends Error {
  override name = 'Refused'
}

export interface KeptConnection {
  /** Undefined while there is none. */
  current(): ChannelModel | undefined
  /** Resolves as soon as there is one, and with undefined after the signal. */
  next(signal: AbortSignal): Promise<ChannelModel | undefined>
  /** The server takes no messages at the moment, because its memory or disk is full. */
  isBlocked(): boolean
  /** Ends a connection on which the server does not answer; another one is opened. */
  giveUp(model: ChannelModel): void
  close(): Promise<void>
}

/** Opens a connection within a minute. Throws Refused at once. */
export async function openWithinAMinute(settings: RabbitSettings, log: Log): Promise<ChannelModel> {
  const deadline = Date.now() + openSeconds * 1000
  const places = settings.hosts.map(({ hostname, port }) => `${hostname}:${port}`).join(', ')
  for (let tries = 0; ; tries++) {
    try {
      return await openOne(settings)
    } catch (error) {
      if (error instanceof Refused) throw error
      const reason = error instanceof Error ? error.message : String(error)
      if (Date.now() > deadline)
        throw new Error(`RabbitMQ at ${places} cannot be reached within ${openSeconds} seconds: ${reason}`)
      if (tries === 2) log.info({ places, error: reason }, 'RabbitMQ cannot be reached yet.')
      await pauseAfter(tries)
    }
  }
}

/** Keeps a connection open. `opened` runs with each new one. */
export function keepConnection(
  settings: RabbitSettings,
  log: Log,
  { first, opened = () => {} }: { first?: ChannelModel; opened?: (model: ChannelModel) => void } = {},
): KeptConnection {
  const closing = new AbortController()
  let current: ChannelModel | undefined
  let isBlocked = false
  let waiting: ((model: ChannelModel) => void)[] = []

  async function run(): Promise<void> {
    let model = first
    while (!closing.signal.aborted) {
      model ??= await openAgain(settings, closing.signal, log)
      if (!model) return
      if (closing.signal.aborted) return await closeConnection(model)
      await use(model)
      model = undefined
    }
  }
  async function use(model: ChannelModel): Promise<void> {
    const lost = new Promise<unknown>((resolve) => model.on('close', resolve))
    model.on('error', () => {}) // `close` follows with the same error.
    model.on('blocked', (reason) => {
      isBlocked = true
      log.warn({ reason }, 'RabbitMQ takes no messages at the moment; they wait in the outbox.')
    })
    model.on('unblocked', () => {
      isBlocked = false
    })
    isBlocked = false
    current = model
    opened(model)
    for (const resolve of waiting) resolve(model)
    waiting = []
    const error = await lost
    current = undefined
    if (!closing.signal.aborted) log.warn({ error: String(error) }, 'The connection to RabbitMQ was lost.')
  }
  const ended = run()

  return {
    current: () => current,
    isBlocked: () => isBlocked,
    next(signal) {
      if (current) return Promise.resolve(current)
      return new Promise((resolve) => {
        waiting.push(resolve)
        signal.addEventListener('abort', () => resolve(undefined))
        if (signal.aborted) resolve(undefined)
      })
    },
    giveUp: destroy,
    async close() {
      closing.abort()
      if (current) await closeConnection(current)
      await ended
    },
  }
}

/** Resolves when a channel is closed, by this call or before it. What was acknowledged on it has arrived then. */
export function closeChannel(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    channel.once('close', () => resolve()) // The library forgets to answer when the connection is lost meanwhile.
    channel.close().then(resolve, () => resolve()) // It rejects when the channel is closed already.
  })
}

/** Waits with jitter: longer, the more often something has failed. Ends early, without an error, when the signal aborts. */
export async function pauseAfter(failures: number, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(retryMs.first * 2 ** failures, retryMs.most)
  await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined) // The signal ended it.
}

async function openAgain(settings: RabbitSettings, signal: AbortSignal, log: Log): Promise<ChannelModel | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await openOne(settings)
    } catch (error) {
      // Also a refusal may pass: a password is being changed, or a certificate renewed.
      if (failures % 20 === 3) log.warn({ error: String(error) }, 'RabbitMQ cannot be reached; it is tried again.')
      await pauseAfter(failures, signal)
    }
  }
  return undefined
}

/** Opens a connection to the first host that answers. */
async function openOne(settings: RabbitSettings): Promise<ChannelModel> {
  let failure: unknown
  for (const host of settings.hosts) {
    try {
      return await connect(...settings.connectionTo(host))
    } catch (error) {
      failure = refusalOf(error, `RabbitMQ at ${host.hostname}:${host.port}`, settings) ?? error
    }
  }
  throw failure
}

function refusalOf(error: unknown, place: string, { user, vhost }: RabbitSettings): Refused | undefined {
  const { code = '', message = '', path } = error as { code?: string; message?: string; path?: string }
  if (message.includes('ACCESS_REFUSED')) return new Refused(`${place} refuses the user ${user} or its password.`)
  if (message.includes('Expected ConnectionOpenOk'))
    return new Refused(`${place} has no virtual host ${vhost}, or the user ${user} may not use it.`)
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return new Refused(`${place} does not speak TLS on this port; use its TLS port, or amqp://.`)
  if (/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS|ERR_SSL|ERR_OSSL)/.test(code))
    return new Refused(`${place} and this process do not trust each other's certificates: ${message} (${code}).`)
  if (path) return new Refused(`A file with a certificate or key cannot be read: ${message}.`)
  return undefined
}

async function closeConnection(model: ChannelModel): Promise<void> {
  // It rejects when the connection is lost already, and never resolves when the server hangs.
  await Promise.race([model.close().catch(() => undefined), sleep(closeMs, undefined, { ref: false })])
  destroy(model)
}

/** The library has no method for it. Without an error, it would not notice. */
function destroy(model: ChannelModel): void {
  ;(model.connection as unknown as { stream: Duplex }).stream.destroy(new Error('RabbitMQ did not answer'))
}
