// `npm run service -- orders`: one service in this process, on the shop that already runs here, or on databases given by
// <NAME>_DATABASE_URL and BUS_DATABASE_URL or BUS_URL, which <NAME>_MIGRATIONS_URL names as their owner.
import { type AnyService, makeLog, run, WrongSettings } from '@souk/service'
import { startTelemetry } from '@souk/service/run/export-spans'
import { allServices } from '../services/all-services.ts'
import { openBus } from './bus.ts'
import { addressVariable, databaseVariable, environmentOf } from './environment.ts'
import { dataFolderIn, findRunningShop, openMachine } from './machine.ts'
import { ports } from './ports.ts'
import { readOwnSettings, type Starting } from './starting.ts'

interface Target {
  env: Record<string, string | undefined>
  databases: Record<string, string>
  /** The same as the owner of the tables; empty when this process does not migrate. */
  owners: Record<string, string>
}

/** Throws WrongSettings when there is no service of this name. */
export async function startAlone(
  name: string | undefined,
  { env, progress, onStop, onDrain, onStopLast, isSupervised }: Starting & { isSupervised: boolean },
): Promise<void> {
  const definition = allServices.find((service) => service.name === name)
  if (!definition)
    throw new WrongSettings(`Say which service: ${allServices.map((service) => service.name).join(', ')}.`)
  const usual = ports[definition.name]
  const { host, port, operationsPort, operationsHost, logLevel, logFile } = readOwnSettings(env, usual, usual + 100)
  const target = await findTarget(definition, { env, progress, onStopLast })
  const log = makeLog({ level: logLevel, file: logFile })
  onStop(await startTelemetry(env, definition.name, log))
  const scheme = target.env.SOUK_TLS_CERT ? 'https' : 'http'
  const running = await run({
    services: [definition],
    env: target.env,
    databases: target.databases,
    owners: target.owners,
    transport: () => openBus(target, log),
    log,
    remotes: Object.fromEntries(
      allServices.map((other) => [
        other.name,
        target.env[addressVariable(other.name)] || `${scheme}://127.0.0.1:${ports[other.name]}`,
      ]),
    ),
    listen: { host, port, takesHanded: isSupervised && definition.name === 'gateway' },
    operations: { host: operationsHost, port: operationsPort },
  })
  onStop(running.stop)
  onDrain(running.drain)
  if (isSupervised) {
    process.send?.({ operationsUrl: running.operationsUrl })
    return
  }
  const url = running.services.get(definition.name)?.url
  process.stderr.write(`  ${definition.name} answers at ${url}; health and metrics at ${running.operationsUrl}\n`)
}

async function findTarget(
  definition: AnyService,
  { env, progress, onStopLast }: Pick<Starting, 'env' | 'progress' | 'onStopLast'>,
): Promise<Target> {
  const names = env.BUS_URL ? [definition.name] : [definition.name, 'bus']
  const given = (variableOf: (name: string) => string) =>
    Object.fromEntries(
      names.flatMap((name) => (env[variableOf(name)] ? [[name, env[variableOf(name)] as string]] : [])),
    )
  const databases = given(databaseVariable)
  if ((env.BUS_URL || databases.bus) && (databases[definition.name] || !definition.migrations))
    return { databases, owners: given((name) => `${name.toUpperCase()}_MIGRATIONS_URL`), env }
  const shop = findRunningShop(dataFolderIn(env))
  if (shop) {
    const whole = { ...shop, env: { SOUK_PUBLIC_URL: shop.publicUrl, ...shop.addresses, ...env, ...shop.env } }
    return { databases: shop.databases, owners: shop.owners, env: environmentOf(definition, allServices, whole) }
  }
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder: dataFolderIn(env), env, say: progress.say })
  onStopLast(machine.stop)
  machine.announce(env.SOUK_PUBLIC_URL || 'http://localhost:4000', undefined)
  progress.end()
  const { owners } = machine
  return { databases: machine.databases, owners, env: environmentOf(definition, allServices, machine) }
}
