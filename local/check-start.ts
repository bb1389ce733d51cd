// `node local/start.ts --check`: whether the chosen services could start as far as can be told without connections: every module loads,
// also those that are loaded later, and every setting is right. `--check=imports` leaves the settings out, for the making of an image.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type AnyService, checkSettings, MissingPackage, WrongSettings } from '@souk/service'
import { allServices } from '../services/all-services.ts'
import { missingDatabases, missingSentence } from './chosen-services.ts'
import { databaseVariable } from './environment.ts'
import { requirePostgres } from './postgres-home.ts'
import { readOwnSettings, type Starting } from './starting.ts'

const project = resolve(import.meta.dirname, '..')
const addressKinds = {
  database: ['postgres:', 'postgresql:'],
  bus: ['postgres:', 'postgresql:', 'nats:', 'tls:', 'amqp:', 'amqps:', 'kafka:', 'kafkas:', 'memory:'],
}

/**
 * `chosen`: undefined for the whole shop with its own database. Returns the sentence for a start that may succeed. Throws MissingPackage
 * for a module that does not load, and WrongSettings.
 */
export async function checkStart(
  chosen: readonly AnyService[] | undefined,
  env: Starting['env'],
  onlyImports: boolean,
): Promise<string> {
  const services = chosen ?? allServices
  const names = services.map(({ name }) => name).join(', ')
  const count = await loadLazyModules(services)
  if (!chosen) requirePostgres()
  if (onlyImports) return `${names}: all modules load (${count} of them later than the start).`
  if (chosen) checkGivenAddresses(chosen, env)
  readOwnSettings(env, 4000)
  checkSettings({ services, env: chosen ? env : { ...env, ...stillToBeMade(env) } })
  return `${names}: all modules load, and the settings are right as far as they can be checked without connections.`
}

/** Loads what the services, and the packages below them, import while they work. The modules of the start are loaded already. */
async function loadLazyModules(services: readonly AnyService[]): Promise<number> {
  const folders = ['packages/*', ...services.map(({ name }) => `services/${name}`)]
  const files = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    {
      cwd: project,
      exclude: ['**/node_modules', '**/*.test.ts', '**/fixture.ts', 'packages/*/transports/conformance'],
    },
  )
  const specifiers = files.flatMap((file) => {
    const found = [...readFileSync(join(project, file), 'utf8').matchAll(/\bimport\('([^']+)'\)/g)]
    return found.map(([, name = '']) =>
      name.startsWith('.') ? pathToFileURL(join(project, dirname(file), name)).href : name,
    )
  })
  for (const specifier of new Set(specifiers)) {
    await import(specifier).catch((error) => {
      throw new MissingPackage(`${specifier} does not load: ${String(error.message).split('\n')[0]}`, { cause: error })
    })
  }
  return new Set(specifiers).size
}

/** Throws WrongSettings when a database or the bus is missing, or is given by what is no address of one. */
function checkGivenAddresses(services: readonly AnyService[], env: Starting['env']): void {
  const missing = missingDatabases(services, env)
  if (missing.length > 0) throw new WrongSettings(missingSentence(missing))
  const databases = [...services.filter(({ migrations }) => migrations).map(({ name }) => databaseVariable(name))]
  const addresses = [
    ...databases.map((variable) => ({ variable, kinds: addressKinds.database })),
    { variable: databaseVariable('bus'), kinds: addressKinds.database },
    { variable: 'BUS_URL', kinds: addressKinds.bus },
  ]
  const wrong = addresses.filter(({ variable, kinds }) => !isAddress(env[variable], kinds))
  if (wrong.length === 0) return
  const lines = wrong.map(
    ({ variable, kinds }) =>
      `  ${variable} must be an address that begins with ${kinds.map((kind) => `${kind}//`).join(' or ')}.`,
  )
  throw new WrongSettings(`Souk cannot start with these settings:\n${lines.join('\n')}`)
}

function isAddress(value: string | undefined, kinds: readonly string[]): boolean {
  if (!value) return true
  const [first = ''] = value.split(',') // A broker may have several, of which only the first has a scheme.
  return kinds.includes(first.slice(0, first.indexOf(':') + 1))
}

/** Secrets that the whole shop makes for itself at its first start. */
function stillToBeMade(env: Starting['env']): Record<string, string> {
  const made = 'made-at-the-first-start-of-the-shop'
  return {
    SOUK_SHARED_SECRET: env.SOUK_SHARED_SECRET || made,
    PAYMENTS_SIMULATOR_SECRET: env.PAYMENTS_SIMULATOR_SECRET || made,
  }
}
