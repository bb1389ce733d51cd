// Calls services that run in other processes, over HTTP. A service token says who calls.
import { type Answer, pathOf, queryOf, type Route, type ServiceName } from '@souk/contracts'
import { type Log, traceparentOf } from '@souk/messaging'
import { isRepeatable } from './call-failures.ts'
import { makeRemoteService, type RemoteService } from './remote-service.ts'
import type { ServiceRequest } from './service-request.ts'
import type { ServiceTokens } from './service-token.ts'
import type { Connector } from './tls-connector.ts'

export interface HttpCalls {
  /** Sends a request and resolves with the answer. Throws when there was none by the deadline. */
  send(route: Route, request: ServiceRequest & { deadline: number }): Promise<Answer>
  close(): Promise<void>
}

/** Where the instances of each service are, as http://host:port. */
export type Remotes = Partial<Record<ServiceName, readonly string[]>>

/** `connect`: how connections are made, for TLS. */
export function makeHttpCalls(remotes: Remotes, tokens: ServiceTokens, log: Log, connect?: Connector): HttpCalls {
  const services = new Map<ServiceName, RemoteService>()

  function serviceOf(name: ServiceName): RemoteService {
    let service = services.get(name)
    if (!service) {
      const addresses = remotes[name]
      if (!addresses) throw new Error(`The address of the ${name} service is missing: set ${name.toUpperCase()}_URL.`)
      service = makeRemoteService(name, addresses, log, connect)
      services.set(name, service)
    }
    return service
  }

  return {
    async send(route, request) {
      const { headers, body, caller, ip } = request
      const query = typeof request.query === 'string' ? request.query : queryOf(request.query)
      const path = pathOf(route, request.params)
      const token = await tokens.mint(caller, route.service)
      const message = {
        method: route.method,
        path: query ? `${path}?${query}` : path,
        headers: {
          ...headers,
          ...(body !== undefined && !headers?.['content-type'] ? { 'content-type': 'application/json' } : {}),
          authorization: `Bearer ${token}`,
          traceparent: traceparentOf(request.trace),
          ...(ip ? { 'x-client-ip': ip } : {}),
        },
        body,
      }
      return serviceOf(route.service).send(message, request.deadline, isRepeatable(route, request))
    },
    async close() {
      await Promise.all([...services.values()].map((service) => service.close()))
    },
  }
}
