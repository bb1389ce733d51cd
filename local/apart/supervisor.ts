// The processes of all services: starts them at once, replaces them one by one without a moment in which a service is missing, and
// stops them.
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@souk/contracts'
import { WrongSettings } from '@souk/service'
import { serviceNames } from '../ports.ts'
import { wrongSettingsCode } from './instance.ts'
import { type KeptProcess, keepRunning, type ProcessOptions, reasonOf } from './kept-process.ts'
import type { Slot } from './slots.ts'

const readyAtMostMs = 60_000
/** How long the services go on working for the requests that the gateways still have when the shop stops. */
const gatewaysFirstMs = 3_000

export interface Supervisor {
  /** All processes: those of the services, and during a restart the one that starts. */
  processes(): readonly KeptProcess[]
  /** Resolves when all are ready. Throws WrongSettings when the settings of one are wrong. */
  start(): Promise<void>
  /**
   * Replaces the processes of these services one by one: a new one starts in the free slot, and when it is ready, an old one stops.
   * `say` gets a sentence for each step. Throws RestartFailed when a new process does not become ready; the old ones stay then.
   */
  restart(services: readonly ServiceName[], say: (sentence: string) => void, signal: AbortSignal): Promise<void>
  /** Stops the gateways with their requests, then all others at once. */
  stop(): Promise<void>
}

/** A restart that did not replace everything. The message says why. */
export class RestartFailed extends Error {
  override name = 'RestartFailed'
}

export function makeSupervisor(
  slots: readonly Slot[],
  optionsOf: (slot: Slot) => ProcessOptions,
  say: (sentence: string) => void,
): Supervisor {
  const all = new Set<KeptProcess>()
  let isStopping = false
  let isRestarting = false
  const begin = (slot: Slot): KeptProcess => {
    const kept = keepRunning(slot, optionsOf(slot))
    all.add(kept)
    return kept
  }
  const end = async (kept: KeptProcess, withGrace: boolean) => {
    await kept.stop(withGrace)
    all.delete(kept)
  }
  const processesOf = (service: ServiceName) => [...all].filter((kept) => kept.slot.service === service)
  const slotsOf = (service: ServiceName) => slots.filter((slot) => slot.service === service)

  async function restart(services: readonly ServiceName[], tell: typeof say, signal: AbortSignal): Promise<void> {
    if (isStopping) throw new RestartFailed('The shop is stopping.')
    if (isRestarting) throw new RestartFailed('Another restart is under way. Wait until it has ended.')
    isRestarting = true
    try {
      for (const service of services) {
        for (const old of processesOf(service)) await replace(old, tell, signal)
      }
    } finally {
      isRestarting = false
    }
  }

  async function replace(old: KeptProcess, tell: typeof say, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new RestartFailed('The restart was canceled.')
    if (isStopping) throw new RestartFailed('The shop is stopping.')
    const { service, name } = old.slot
    const isTaken = (slot: Slot) => processesOf(service).some((kept) => kept.slot === slot)
    const free = slotsOf(service).find((slot) => !isTaken(slot))
    if (!free) throw new RestartFailed(`No address of ${service} is free.`)
    const fresh = begin(free)
    const failure = await failureOf(fresh)
    if (failure !== undefined) {
      await end(fresh, false)
      throw new RestartFailed(`${free.name} ${failure} ${name} goes on.`)
    }
    await end(old, true) // The others learn meanwhile that it goes, and that the new one is ready.
    tell(`${free.name} has replaced ${name}.`)
  }

  return {
    processes: () => [...all],
    // The last slot of each service stays free, for the process that replaces another one.
    start: () => startAll(serviceNames.flatMap((service) => slotsOf(service).slice(0, -1)).map(begin), say),
    restart,
    async stop() {
      isStopping = true
      const isGateway = ({ slot }: KeptProcess) => slot.service === 'gateway'
      const endNow = (kept: KeptProcess) => end(kept, false)
      const gateways = [...all].filter(isGateway).map(endNow)
      await Promise.race([Promise.all(gateways), pause(gatewaysFirstMs)])
      await Promise.all([...gateways, ...[...all].map(endNow)])
    },
  }
}

/** Resolves when all are ready. Those that are not after a minute are named. */
async function startAll(begun: readonly KeptProcess[], say: (sentence: string) => void): Promise<void> {
  const late = setTimeout(() => {
    const names = begun.filter((kept) => !kept.isReady).map((kept) => kept.slot.name)
    say(`Not ready after a minute: ${names.join(', ')}. Their log files say more; the start goes on.`)
  }, readyAtMostMs)
  try {
    await Promise.all(begun.map(waitUntilReady))
  } finally {
    clearTimeout(late)
  }
}

async function waitUntilReady(kept: KeptProcess): Promise<void> {
  const ended = await kept.begun
  if (ended?.code === wrongSettingsCode)
    throw new WrongSettings(`${kept.slot.name} cannot start; the reason stands above.`)
  while (!kept.isReady) await pause(50)
}

/** Why a new process is not ready, as the end of a sentence; undefined when it is. */
async function failureOf(fresh: KeptProcess): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(resolve, readyAtMostMs, 'late')
  const outcome = await Promise.race([fresh.begun, promise])
  clearTimeout(timer)
  if (outcome === 'late') return `was not ready after ${readyAtMostMs / 1000} seconds and is stopped.`
  return outcome && `ended before it was ready (${reasonOf(outcome)}):\n${outcome.lastLines}\n`
}
