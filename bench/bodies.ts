// How long the largest bodies that a route takes keep the thread busy while they are parsed and checked: nothing else is answered
// meanwhile. The bodies are of the shapes that cost a parser most.
import { isBytes, type Route } from '@souk/contracts'
import { apis } from '@souk/contracts/apis'
import { requestReader } from '@souk/service/http/read-request'
import { goal, ms } from './report.ts'

const mostBlockMs = 50
const tries = 3

/** Measures every route with a JSON body and compares the slowest with the goal. */
export function measureBodies(): void {
  const routes = apis.flatMap((api) => Object.values(api.routes) as Route[])
  const measured = routes
    .filter((route) => route.body && !isBytes(route.body))
    .flatMap((route) =>
      costlyBodies(route.bodyLimit ?? 64 * 1024).map((body) => ({ route, ms: readingMs(route, body) })),
    )
  const slowest = measured.reduce((a, b) => (a.ms > b.ms ? a : b))
  const what = `no JSON body keeps the thread for ${mostBlockMs} ms (slowest: ${slowest.route.service}.${slowest.route.name})`
  goal(what, slowest.ms <= mostBlockMs, ms(slowest.ms))
}

function costlyBodies(limit: number): Buffer[] {
  const fill = (unit: string) => `[${unit.repeat(limit / unit.length - 2).replace(/,$/, '')}]`
  const keys = Array.from({ length: limit / 12 }, (_, index) => `"k${index}":1`)
  return [
    '['.repeat(limit / 2) + ']'.repeat(limit / 2),
    `{${keys
      .join(',')
      .slice(0, limit - 20)
      .replace(/,[^,]*$/, '')}}`,
    fill('{},'),
    fill('1,'),
    fill('"\\\\ud800",'),
    `["\\ud800${'\\\\'.repeat(limit / 2 - 10)}"]`,
  ].map((text) => Buffer.from(text))
}

/** The fastest of a few tries, because other work on the machine only adds to it. */
function readingMs(route: Route, body: Buffer): number {
  const read = requestReader({ ...route, params: undefined, query: undefined })
  const times = Array.from({ length: tries }, () => {
    const began = performance.now()
    try {
      read({
        params: {},
        query: '',
        headers: {},
        body,
        caller: { service: 'gateway', role: 'staff' },
        url: '',
        ip: '',
        requestId: '',
      })
    } catch {
      // Nearly all of these bodies are refused; the time until then is what counts.
    }
    return performance.now() - began
  })
  return Math.min(...times)
}
