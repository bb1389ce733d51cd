// A fleet of processes on one PostgreSQL: two instances of each service behind a balancer, each of one of two releases, replaced one by
// one as a roll-out does it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@souk/contracts'
import { asTestRole } from '@souk/postgres/fixture'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../fixture.ts'
import { type Balancer, startBalancer } from './balancer.ts'
import type { Release } from './releases.ts'

interface Instance {
  service: ServiceName
  release: Release
  port: number
  child: ChildProcess
}
/** The time in which an instance leaves: from its removal from the balancer until its process has ended. */
export interface Leaving {
  service: ServiceName
  release: Release
  from: number
  until: number
  exitCode: number | null
}
export interface FleetOptions {
  folder: string
  services: readonly ServiceName[]
  /** As the owners. Instances get a role that may not change the schema. */
  databases: Readonly<Record<string, string>>
  sharedSecret: string
  env: Record<string, string>
}

const instancesPerService = 2
const [usual, whileStarting] = [0, 10]
/** Until every balancer of a cluster knows that an instance leaves. Kubernetes sends SIGTERM at once and needs about as long. */
const removalMs = 500

export async function openFleet({ folder, services, databases, sharedSecret, env }: FleetOptions) {
  const balancers = new Map<ServiceName, Balancer>()
  for (const service of services) balancers.set(service, await startBalancer())
  const balancerOf = (service: ServiceName) => balancers.get(service) as Balancer
  const instances = new Map<ServiceName, Instance[]>(services.map((service) => [service, []]))
  const leavings: Leaving[] = []
  let count = 0
  const common = {
    ...env,
    ...Object.fromEntries(services.map((service) => [`${service.toUpperCase()}_URL`, balancerOf(service).url])),
    HOST: '127.0.0.1',
    SOUK_SHARED_SECRET: sharedSecret,
    SOUK_PUBLIC_URL: balancerOf('gateway').url,
    SOUK_LOG_LEVEL: 'warn',
    SOUK_MIGRATE: 'off',
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  }

  /** Starts an instance and lets it take part when it is ready. `place`: its two instances keep a bank each. */
  async function start(service: ServiceName, release: Release, place: number): Promise<void> {
    const [port, operationsPort] = [await freePort(), await freePort()]
    const child = spawn(process.execPath, [join(release.folder, 'local/start.ts'), '--alone', service], {
      cwd: release.folder,
      env: {
        PATH: process.env.PATH,
        ...common,
        ...databaseUrls([service, 'bus'], databases, asTestRole),
        PORT: String(port),
        SOUK_OPERATIONS_PORT: String(operationsPort),
        PAYMENTS_SIMULATOR_FOLDER: join(folder, `bank-${place}`),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const log = createWriteStream(join(folder, `${service}-${release.name}-${++count}.log`))
    setPriorityOf(child, whileStarting)
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => {
        log.write(text)
        said = `${said}${text}`.slice(-2_000)
      })
    const isReady = async () => {
      if (child.exitCode !== null) throw new Error(`${service} of the ${release.name} release did not start: ${said}`)
      return fetch(`http://127.0.0.1:${operationsPort}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    }
    instances.get(service)?.push({ service, release, port, child })
    await eventually(`${service} of the ${release.name} release is ready`, isReady, 240)
    setPriorityOf(child, usual)
    balancerOf(service).add(port)
  }

  /** Takes an instance out of the balancer, tells it to end a moment later, and waits until it has. */
  async function leave(instance: Instance): Promise<void> {
    const { service, release, port, child } = instance
    const from = Date.now()
    balancerOf(service).remove(port)
    await pause(removalMs)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    leavings.push({ service, release, from, until: Date.now(), exitCode: child.exitCode })
    instances.get(service)?.splice(instances.get(service)?.indexOf(instance) as number, 1)
  }

  return {
    url: balancerOf('gateway').url,
    urlOf: (service: ServiceName) => balancerOf(service).url,
    leavings,
    /** The first instances of all services. */
    async open(release: Release): Promise<void> {
      for (let place = 0; place < instancesPerService; place++)
        await Promise.all(services.map((service) => start(service, release, place)))
    },
    /** Replaces the instances of a service: the new ones take part beside the old ones, and these leave one after the other. */
    async roll(service: ServiceName, release: Release): Promise<void> {
      const old = [...(instances.get(service) ?? [])]
      await Promise.all(old.map((_, place) => start(service, release, place)))
      for (const instance of old) await leave(instance)
    },
    async close(): Promise<void> {
      await Promise.all(
        [...instances.values()].flat().map(async ({ child }) => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const ended = once(child, 'exit')
          child.kill('SIGKILL')
          await ended
        }),
      )
      await Promise.all([...balancers.values()].map((balancer) => balancer.close()))
    },
  }
}

/** An instance that starts takes a whole core, which in a cluster is not one of those that serve. */
function setPriorityOf({ pid }: ChildProcess, priority: number): void {
  try {
    if (pid) setPriority(pid, priority)
  } catch {
    // Only root may raise it again. Then the instance goes on with less.
  }
}

/** <NAME>_DATABASE_URL of these databases, as the role that `as` makes of an owner. */
export function databaseUrls(
  names: readonly string[],
  databases: Readonly<Record<string, string>>,
  as: (url: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (databases[name] ? [[`${name.toUpperCase()}_DATABASE_URL`, as(databases[name])]] : [])),
  )
}
