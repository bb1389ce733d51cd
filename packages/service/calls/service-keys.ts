// The keys of service tokens. Each pair of services (issuer and audience) has a key of its own. They are derived from one secret,
// or a process is given only those of its own pairs, so that it cannot speak for another service.
import { createHmac } from 'node:crypto'
import type { Api, ServiceName } from '@souk/contracts'

export interface ServiceKeys {
  /** The keys of a pair: the first one signs, all of them verify. Empty where this process has none. */
  of(issuer: string, audience: string): readonly Buffer[]
}
/** What the launcher needs to know of a service to choose its keys. */
interface Service {
  readonly name: ServiceName
  readonly calls: Readonly<Record<string, Api>>
  /** Set for the gateway, which calls every service. */
  readonly serve?: unknown
}

const leastBytes = 32

/** Keys of all pairs, derived from secrets of which the first one is current; the others are accepted while they are rotated. */
export function keysFromSecrets(secrets: readonly string[]): ServiceKeys {
  return {
    of: (issuer, audience) =>
      secrets.map((secret) => createHmac('sha256', secret).update(`${issuer}>${audience}`).digest()),
  }
}

/**
 * Keys as SOUK_SERVICE_KEYS lists them: `orders>inventory=KEY,gateway>orders=KEY`, each at least 32 bytes in base64url. A pair that
 * is listed several times signs with the first key and accepts all. Returns an error that says what is wrong.
 */
export function keysFromList(list: string): ServiceKeys | Error {
  const known = new Map<string, Buffer[]>()
  for (const entry of list.split(',').map((one) => one.trim())) {
    const [, pair = '', text = ''] = /^([a-z]+>[a-z]+)=([\w-]+)$/.exec(entry) ?? []
    const key = Buffer.from(text, 'base64url')
    if (key.length < leastBytes)
      return new Error(`must list keys as orders>inventory=KEY, each at least ${leastBytes} bytes in base64url`)
    known.set(pair, [...(known.get(pair) ?? []), key])
  }
  return { of: (issuer, audience) => known.get(`${issuer}>${audience}`) ?? [] }
}

/**
 * The list of SOUK_SERVICE_KEYS for the process of one service: keys to sign calls to the services that it calls, and keys to
 * verify those that call it. `services`: all of the shop.
 */
export function listKeysOf(service: Service, services: readonly Service[], keys: ServiceKeys): string {
  const pairs = services.flatMap((issuer) =>
    [...audiencesOf(issuer, services)].map((audience) => ({ issuer, audience })),
  )
  return pairs
    .filter(({ issuer, audience }) => issuer.name === service.name || audience === service.name)
    .flatMap(({ issuer: { name }, audience }) =>
      keys.of(name, audience).map((key) => `${name}>${audience}=${key.toString('base64url')}`),
    )
    .join(',')
}

function audiencesOf(issuer: Service, services: readonly Service[]): Set<ServiceName> {
  const called = issuer.serve ? services.map(({ name }) => name) : Object.values(issuer.calls).map((api) => api.name)
  return new Set(called.filter((name) => name !== issuer.name))
}
