// Which services answer, for the page that says what is running. Each is asked for something that only a signed-in person may
// have: its refusal is an answer, too, and costs it nothing.
import { apis, type Route, type ServiceName } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import type { ServiceCalls } from '@souk/service'

const probeMs = 1_000
const rememberedMs = 3_000

export interface ServiceHealth {
  /** For each service whether it answers. At most three seconds old. */
  check(): Promise<ReadonlyMap<ServiceName, boolean>>
}

export function makeServiceHealth(serviceCalls: ServiceCalls): ServiceHealth {
  let last: { at: number; answers: Promise<ReadonlyMap<ServiceName, boolean>> } | undefined
  return {
    check() {
      if (!last || Date.now() - last.at > rememberedMs) last = { at: Date.now(), answers: probeAll() }
      return last.answers
    },
  }

  async function probeAll() {
    return new Map(
      await Promise.all(apis.map(async ({ name, routes }) => [name, await answers(Object.values(routes))] as const)),
    )
  }
  async function answers(routes: readonly Route[]): Promise<boolean> {
    const route = routes.find(
      ({ method, access, params }) => method === 'GET' && (access === 'customer' || access === 'staff') && !params,
    )
    if (!route) return true
    try {
      const answer = await serviceCalls.call(route, {
        caller: { service: 'gateway', role: 'anonymous' },
        trace: newTrace(),
        deadline: Date.now() + probeMs,
      })
      return answer.status < 500
    } catch {
      return false // Why is in the log of the call.
    }
  }
}
