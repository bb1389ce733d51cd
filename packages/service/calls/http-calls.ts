// Calls services that run in other processes, over HTTP. A service token says who calls.
import { type Answer, pathOf, queryOf, type Route, type ServiceName } from '@souk/contracts'
import { traceparentOf } from '@souk/messaging'
import { Pool } from 'undici'
import type { ServiceRequest } from './service-request.ts'
import type { ServiceTokens } from './service-token.ts'

export interface HttpCalls {
  /** Sends a request and resolves with the answer. Throws when there was none by the deadline. */
  send(route: Route, request: ServiceRequest & { deadline: number }): Promise<Answer>
  close(): Promise<void>
}

/** `remotes`: where the services are, as http://host:port. Connections are opened when they are first needed, 64 at most for each. */
export function makeHttpCalls(remotes: Partial<Record<ServiceName, string>>, tokens: ServiceTokens): HttpCalls {
  const pools = new Map<ServiceName, Pool>()

  function poolOf(service: ServiceName): Pool {
    let pool = pools.get(service)
    if (!pool) {
      const url = remotes[service]
      if (!url) throw new Error(`The address of the ${service} service is missing: set ${service.toUpperCase()}_URL.`)
      // Idle connections end before the server's keep-alive (10 s) does, or a reused one may just have been closed.
      pool = new Pool(url, { connections: 64, pipelining: 1, keepAliveTimeout: 4_000, connectTimeout: 2_000 })
      pools.set(service, pool)
    }
    return pool
  }

  return {
    async send(route, request) {
      const { headers, body, caller, ip } = request
      const query = typeof request.query === 'string' ? request.query : queryOf(request.query)
      const path = pathOf(route, request.params)
      const token = await tokens.mint(caller, route.service)
      const waitMs = Math.max(1, request.deadline - Date.now())
      const response = await poolOf(route.service).request({
        method: route.method,
        path: query ? `${path}?${query}` : path,
        headers: {
          ...headers,
          ...(body !== undefined && !headers?.['content-type'] ? { 'content-type': 'application/json' } : {}),
          authorization: `Bearer ${token}`,
          traceparent: traceparentOf(request.trace),
          // Sends the remaining time, not the deadline, because the clocks of two machines differ.
          'x-time-left-ms': String(waitMs),
          ...(ip ? { 'x-client-ip': ip } : {}),
        },
        body,
        headersTimeout: waitMs,
        bodyTimeout: waitMs,
      })
      return {
        status: response.statusCode,
        headers: response.headers as Record<string, string>, // Those that come more than once are lists; they pass through as such.
        body: Buffer.from(await response.body.arrayBuffer()),
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}
