// `npm run service -- orders payments`: some services in this process, on the shop that already runs here, or on databases given by
// <NAME>_DATABASE_URL and BUS_DATABASE_URL or BUS_URL, which <NAME>_MIGRATIONS_URL names as their owner. SOUK_SERVICES=orders,payments
// does the same in a container, and only on databases that are given.
import type { ServiceName } from '@souk/contracts'
import { memoryTransport } from '@souk/messaging'
import { type AnyService, makeLog, run, usesBus, WrongSettings } from '@souk/service'
import { startTelemetry } from '@souk/service/run/export-spans'
import { allServices } from '../services/all-services.ts'
import { openBus } from './bus.ts'
import { missingDatabases, missingSentence } from './chosen-services.ts'
import { addressVariable, environmentOf } from './environment.ts'
import { dataFolderIn, findRunningShop, openMachine } from './machine.ts'
import { ports } from './ports.ts'
import { readOwnSettings, type Starting } from './starting.ts'

interface Target {
  env: Record<string, string | undefined>
  databases: Record<string, string>
  /** The same as the owner of the tables; empty when this process does not migrate. */
  owners: Record<string, string>
}

/** `onlyGiven`: never on a shop of this machine. Throws WrongSettings when a database that is needed is not given. */
export async function startAlone(
  services: readonly AnyService[],
  {
    env,
    progress,
    onStop,
    onDrain,
    onStopLast,
    isSupervised,
    onlyGiven,
  }: Starting & { isSupervised: boolean; onlyGiven: boolean },
): Promise<void> {
  const names = services.map(({ name }) => name)
  const usual = ports[names.includes('gateway') ? 'gateway' : (names[0] as ServiceName)]
  const { host, port, operationsPort, operationsHost, logLevel, logFile } = readOwnSettings(env, usual, usual + 100)
  const target = await findTarget(services, onlyGiven, { env, progress, onStopLast })
  const log = makeLog({ level: logLevel, file: logFile })
  onStop(await startTelemetry(env, names.join('+'), log))
  const scheme = target.env.SOUK_TLS_CERT ? 'https' : 'http'
  const running = await run({
    services,
    env: target.env,
    databases: target.databases,
    owners: target.owners,
    transport: services.some(usesBus) ? () => openBus(target, log) : memoryTransport(),
    log,
    remotes: Object.fromEntries(
      allServices.map((other) => [
        other.name,
        target.env[addressVariable(other.name)] || `${scheme}://127.0.0.1:${ports[other.name]}`,
      ]),
    ),
    listen: { host, port, takesHanded: isSupervised && names.includes('gateway') },
    operations: { host: operationsHost, port: operationsPort },
  })
  onStop(running.stop)
  onDrain(running.drain)
  if (isSupervised) {
    process.send?.({ operationsUrl: running.operationsUrl })
    return
  }
  const url = [...running.services.values()].find((service) => service.url)?.url
  const answer = names.length > 1 ? 'answer' : 'answers'
  process.stderr.write(`  ${names.join(', ')} ${answer} at ${url}; health and metrics at ${running.operationsUrl}\n`)
}

async function findTarget(
  services: readonly AnyService[],
  onlyGiven: boolean,
  { env, progress, onStopLast }: Pick<Starting, 'env' | 'progress' | 'onStopLast'>,
): Promise<Target> {
  const missing = missingDatabases(services, env)
  // What needs no database runs on a shop of this machine, unless the keys of another one are given.
  const needsNothing = !services.some(usesBus) && !env.SOUK_SHARED_SECRET && !env.SOUK_SERVICE_KEYS
  if (missing.length === 0 && (onlyGiven || !needsNothing)) {
    const given = (suffix: string) =>
      Object.fromEntries(
        [...services.map(({ name }) => name), 'bus'].flatMap((name) => {
          const url = env[`${name.toUpperCase()}_${suffix}`]
          return url ? [[name, url]] : []
        }),
      )
    return { databases: given('DATABASE_URL'), owners: given('MIGRATIONS_URL'), env }
  }
  if (onlyGiven) throw new WrongSettings(missingSentence(missing))
  const shop = findRunningShop(dataFolderIn(env))
  if (shop) {
    const whole = { ...shop, env: { SOUK_PUBLIC_URL: shop.publicUrl, ...shop.addresses, ...env, ...shop.env } }
    return { databases: shop.databases, owners: shop.owners, env: environmentOfAll(services, whole) }
  }
  if (missing.length === 0) return { databases: {}, owners: {}, env }
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder: dataFolderIn(env), env, say: progress.say })
  onStopLast(machine.stop)
  machine.announce(env.SOUK_PUBLIC_URL || 'http://localhost:4000', undefined)
  progress.end()
  const { owners } = machine
  return { databases: machine.databases, owners, env: environmentOfAll(services, machine) }
}

/** What the processes of these services would get together. */
function environmentOfAll(services: readonly AnyService[], shop: Parameters<typeof environmentOf>[2]): Target['env'] {
  const each = services.map((service) => environmentOf(service, allServices, shop))
  const keys = each.map(({ SOUK_SERVICE_KEYS }) => SOUK_SERVICE_KEYS)
  return Object.assign({}, ...each, { SOUK_SERVICE_KEYS: shop.env.SOUK_SERVICE_KEYS || keys.join(',') })
}
