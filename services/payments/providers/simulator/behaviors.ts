// How the simulated bank misbehaves when it is told to: slow, silent, out of order, or down.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatorSwitches } from '@souk/contracts/payments'
import { ProviderOutcomeUnknown } from '../provider.ts'

/** Thrown where a caller is to wait in vain, after everything else has been done. */
export class Silence extends Error {}

const mostVisits = 10_000
const never = () => new Promise<never>(() => {})

export function makeManners() {
  const switches: SimulatorSwitches = { webhooks: 'normal', webhookDelayMs: 2_000, latencyMs: 0, outage: 'none' }
  const visited = new Set<string>()
  return {
    switches,

    /** Every call passes the switches first. */
    async answering<T>(work: () => Promise<T>): Promise<T> {
      if (switches.latencyMs > 0) await sleep(switches.latencyMs)
      if (switches.outage === 'errors') throw new ProviderOutcomeUnknown('500 Internal Server Error')
      if (switches.outage === 'rate-limited') throw new ProviderOutcomeUnknown('429 Too Many Requests')
      if (switches.outage === 'timeouts') return never()
      try {
        return await work()
      } catch (error) {
        if (error instanceof Silence) return never()
        throw error
      }
    },

    /** True the first time that a key is seen: some cards fail only then. */
    isFirstVisit(key: string): boolean {
      if (visited.has(key)) return false
      if (visited.size >= mostVisits) visited.clear()
      visited.add(key)
      return true
    },
  }
}
