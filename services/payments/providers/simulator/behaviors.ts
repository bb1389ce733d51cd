// How the simulated bank fails when the switches or a test token say so: slow, silent, or down.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatorSwitches } from '@souk/contracts/payments'
import { ProviderOutcomeUnknown } from '../provider.ts'

/** Thrown after the work was done (or not) where the caller must get no answer. */
export class NoAnswer extends Error {}

const mostKeys = 10_000
const never = () => new Promise<never>(() => {})

export interface Behaviors {
  readonly switches: SimulatorSwitches
  /** Every call of the shop goes through this. */
  withFaults<T>(work: () => Promise<T>): Promise<T>
  /** True the first time that it is asked about a key: some test tokens fail only then. */
  isFirstCall(key: string): boolean
}

export function makeBehaviors(): Behaviors {
  const switches: SimulatorSwitches = { webhooks: 'normal', webhookDelayMs: 2_000, latencyMs: 0, outage: 'none' }
  const called = new Set<string>()
  return {
    switches,
    async withFaults(work) {
      if (switches.latencyMs > 0) await sleep(switches.latencyMs)
      if (switches.outage === 'errors') throw new ProviderOutcomeUnknown('500 Internal Server Error')
      if (switches.outage === 'rate-limited') throw new ProviderOutcomeUnknown('429 Too Many Requests')
      if (switches.outage === 'timeouts') return never()
      try {
        return await work()
      } catch (error) {
        if (error instanceof NoAnswer) return never()
        throw error
      }
    },
    isFirstCall(key) {
      if (called.has(key)) return false
      if (called.size >= mostKeys) called.clear()
      called.add(key)
      return true
    },
  }
}
