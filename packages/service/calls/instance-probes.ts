// Probes the instances that are out of service until they are ready again. Those in service are never probed.
import type { Instance } from './instance.ts'
import { type Instances, type ProbeResult, probeDelay } from './instances.ts'

interface CanBeProbed {
  probe(): Promise<ProbeResult>
}

export interface Probes<T> {
  /** Probes an instance that has left, first after so many milliseconds, then about once a second until it is back. */
  begin(instance: Instance<T>, firstMs: number): void
  stop(): void
}

export function makeProbes<T extends CanBeProbed>(instances: Instances<T>): Probes<T> {
  const timers = new Map<Instance<T>, NodeJS.Timeout>()
  const isOut = ({ state }: Instance<T>) => state !== 'in'

  async function probe(instance: Instance<T>, timer: NodeJS.Timeout): Promise<void> {
    if (isOut(instance)) instances.probed(instance, await instance.target.probe())
    // It may have left anew meanwhile, with a timer of its own, or all was stopped.
    if (isOut(instance) && timers.get(instance) === timer) begin(instance, probeDelay())
  }
  function begin(instance: Instance<T>, milliseconds: number): void {
    clearTimeout(timers.get(instance))
    const timer = setTimeout(() => void probe(instance, timer), milliseconds)
    timers.set(instance, timer.unref())
  }
  return {
    begin,
    stop() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
