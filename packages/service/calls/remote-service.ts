// A service in other processes: each call goes to one of its instances, and on to another one where that is safe.
import type { Answer } from '@souk/contracts'
import type { Log } from '@souk/messaging'
import { hadNoConnection, wasReset } from './call-failures.ts'
import type { Instance } from './instance.ts'
import { connectTo, type HttpMessage, type InstanceConnections, readAnswer } from './instance-connections.ts'
import { makeProbes } from './instance-probes.ts'
import { type CallEnd, type Instances, makeInstances } from './instances.ts'
import type { Connector } from './tls-connector.ts'

export interface RemoteService {
  /**
   * Sends a request and resolves with the answer. `isRepeatable`: it may be processed twice. Rejects when there was no answer by
   * the deadline, in milliseconds since 1970.
   */
  send(message: HttpMessage, deadline: number, isRepeatable: boolean): Promise<Answer>
  close(): Promise<void>
}
type Remote = Instance<InstanceConnections>
interface Call {
  message: HttpMessage
  deadline: number
  isRepeatable: boolean
}
/** How one try ended. `turned-away`: an instance that is about to stop did not begin with it. */
interface Try {
  end: 'answered' | 'turned-away' | 'unreachable' | 'reset' | 'failed'
  answer?: Answer
  error?: unknown
}

/** `addresses`: of the instances, as http://host:port. */
export function makeRemoteService(
  service: string,
  addresses: readonly string[],
  log: Log,
  connect?: Connector,
): RemoteService {
  const connections = addresses.map((address) => connectTo(address, connect))
  const instances = makeInstances(connections, {
    onLeft(instance, probeInMs) {
      log.warn(
        { service, instance: instance.target.address, state: instance.state },
        'An instance gets no calls for now.',
      )
      probes.begin(instance, probeInMs)
    },
    onReturned({ target }) {
      log.info({ service, instance: target.address }, 'An instance gets calls again.')
    },
  })
  const probes = makeProbes(instances)

  return {
    async send(message, deadline, isRepeatable) {
      const instance = instances.begin() as Remote // There is at least one.
      const call = { message, deadline, isRepeatable }
      const first = await tryOn(instance, call, instances)
      const last =
        first.end === 'answered' ? first : await goOn(instance, first, call, instances, addresses.length === 1)
      if (last.answer) return last.answer
      throw last.error
    },
    async close() {
      probes.stop()
      await Promise.all(connections.map((one) => one.close()))
    },
  }
}

async function tryOn(
  instance: Remote,
  { message, deadline }: Call,
  instances: Instances<InstanceConnections>,
  onNewConnection = false,
): Promise<Try> {
  const { target } = instance
  const waitMs = Math.max(1, deadline - Date.now())
  message.headers['x-time-left-ms'] = String(waitMs) // Not the deadline, because the clocks of two machines differ.
  let end: CallEnd = 'failed'
  let hasBegun = false
  try {
    const response = await (onNewConnection ? target.requestAnew(message, waitMs) : target.request(message, waitMs))
    hasBegun = true
    const { answer, isDraining } = await readAnswer(response)
    end = isDraining ? 'not-ready' : answer.status < 500 ? 'answered' : 'failed'
    const isTurnedAway = isDraining && answer.status === 503 && answer.headers['retry-after'] !== undefined
    return { end: isTurnedAway ? 'turned-away' : 'answered', answer }
  } catch (error) {
    if (hasBegun) return { end: 'failed', error }
    if (hadNoConnection(error)) end = 'unreachable'
    return { end: end === 'unreachable' ? end : wasReset(error) ? 'reset' : 'failed', error }
  } finally {
    instances.end(instance, end)
  }
}

/**
 * Goes on after a try that was not answered. Without a connection no byte was sent, so any request may go to each other instance.
 * After a reset, and when an instance turned it away, a request that may be processed twice is sent once more.
 */
async function goOn(
  first: Remote,
  end: Try,
  call: Call,
  instances: Instances<InstanceConnections>,
  isOnlyAddress: boolean,
): Promise<Try> {
  let tries = 1
  const tried = new Set([first])
  let last = end
  let isRepetition = false
  while (Date.now() < call.deadline) {
    const mayRepeat = call.isRepeatable && !isRepetition && (last.end === 'reset' || last.end === 'turned-away')
    if (last.end !== 'unreachable' && !mayRepeat) break
    // The same instance may answer on another connection after a reset. An only address may stand for several processes, of which
    // another one may answer (a Kubernetes Service): it is asked once more.
    const mayAskAgain = last.end === 'reset' || (isOnlyAddress && tries === 1)
    const next = instances.begin(tried) ?? (mayAskAgain ? instances.begin() : undefined)
    if (!next) break
    tried.add(next)
    tries += 1
    isRepetition ||= last.end !== 'unreachable'
    last = await tryOn(next, call, instances, isRepetition || isOnlyAddress)
  }
  return last
}
