// Where the processes of each service listen. A service has one slot more than it has processes, so that the process that replaces
// another one starts beside it, at an address that the other services know already.
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@souk/contracts'
import { WrongSettings } from '@souk/service'
import { addressVariable } from '../environment.ts'
import { isFree, ports, reachable, serviceNames } from '../ports.ts'

export interface Slot {
  readonly service: ServiceName
  /** The service with the number of the slot, as in `orders.2`. */
  readonly name: string
  /** Where other services reach it, as http://host:port. A gateway is reached here only by those who want this very one. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Where health and metrics are, unless it is taken meanwhile. */
  readonly operationsPort: number
}

const slotStep = 10
const operationsOffset = 100
const firstPorts: Record<ServiceName, number> = { ...ports, gateway: 4108 }
/** When a port is taken, the one this much higher is tried, within the block of this shop. */
const nextTry = 200
/** Shops on one machine have blocks of their own: an address that is free for a moment must not become that of another shop. */
const blockSize = 1_000
const firstGuard = 4_100
/** Below the ports that systems give out by themselves. */
const largestPort = 32_000

/**
 * The slots of all services. Those of a service lie at the addresses that <NAME>_URL lists, separated by commas; further ones at the
 * usual ports, or higher where these or all are taken by another shop. `waitSeconds`: how long a port may still be in use by a process that is about to end.
 */
export async function planSlots(
  replicas: Record<ServiceName, number>,
  env: Record<string, string | undefined>,
  { host, operationsHost, waitSeconds = 0 }: { host: string; operationsHost: string; waitSeconds?: number },
): Promise<Slot[]> {
  const until = Date.now() + waitSeconds * 1000
  const blockStart = (await reserveBlock()) - firstGuard
  const chosen = new Set<number>()
  const numbered = serviceNames.flatMap((service) =>
    Array.from({ length: replicas[service] + 1 }, (_, index) => ({ service, index })),
  )
  return Promise.all(numbered.map(({ service, index }) => plan(service, index)))

  async function plan(service: ServiceName, index: number): Promise<Slot> {
    const isGateway = service === 'gateway'
    const usual = blockStart + firstPorts[service] + slotStep * index
    const operationsPort = await choose(operationsHost, usual + operationsOffset)
    const ownHost = isGateway ? '127.0.0.1' : host // The public port is on HOST; the gateways behind it are not.
    const given = isGateway ? undefined : addressesIn(env[addressVariable(service)])[index]
    if (given) await waitUntilFree(ownHost, portOf(given))
    const port = given ? portOf(given) : await choose(ownHost, usual)
    return {
      service,
      name: `${service}.${index + 1}`,
      url: given ?? `${env.SOUK_TLS_CERT && !isGateway ? 'https' : 'http'}://${reachable(ownHost)}:${port}`,
      host: ownHost,
      port,
      operationsPort,
    }
  }
  async function choose(on: string, usual: number): Promise<number> {
    await waitUntilFree(on, usual)
    for (let port = usual; port < usual + blockSize - nextTry; port += nextTry) {
      if (chosen.has(port)) continue
      chosen.add(port)
      if (await isFree(on, port)) return port
    }
    throw new WrongSettings(`The ports ${usual}, ${usual + nextTry} and so on are taken. Stop what uses them.`)
  }
  async function waitUntilFree(on: string, port: number): Promise<void> {
    while (Date.now() < until && !(await isFree(on, port))) await pause(100)
  }
}

/** Takes a block of ports by listening on its first one for as long as this process lives. Returns that port. */
async function reserveBlock(): Promise<number> {
  for (let guard = firstGuard; guard < largestPort; guard += blockSize) {
    const server = createServer((socket) => socket.destroy())
    const isTaken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true))
      server.listen(guard, '127.0.0.1', () => resolve(false))
    })
    server.unref()
    if (!isTaken) return guard
  }
  throw new WrongSettings(
    `The ports ${firstGuard}, ${firstGuard + blockSize} and so on are taken. Stop what uses them.`,
  )
}

/** <NAME>_URL of each service but the gateway: the addresses of all its slots, separated by commas. */
export function addressVariables(slots: readonly Slot[]): Record<string, string> {
  const services = Map.groupBy(slots, (slot) => slot.service)
  services.delete('gateway')
  return Object.fromEntries(
    [...services].map(([service, its]) => [addressVariable(service), its.map((slot) => slot.url).join(',')]),
  )
}

function addressesIn(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter(Boolean)
}

/** Throws WrongSettings when an address names no port. */
function portOf(address: string): number {
  const port = Number(URL.parse(address)?.port)
  if (port > 0) return port
  throw new WrongSettings(`${address} names no port; an address is like http://127.0.0.1:4104.`)
}
