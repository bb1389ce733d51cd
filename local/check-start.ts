// `node local/start.ts --check`: whether the chosen services could start as far as can be told without connections: every module loads,
// also those that are loaded later, and every setting that is given is right.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type AnyService,
  checkSettings,
  MissingPackage,
  type SettingsSpec,
  variableOf,
  WrongSettings,
} from '@souk/service'
import { allServices } from '../services/all-services.ts'
import { isBuiltHere } from './build-storefront.ts'
import { missingDatabases } from './chosen-services.ts'
import { databaseVariable } from './environment.ts'
import { requirePostgres } from './postgres-home.ts'
import { readOwnSettings, type Starting } from './starting.ts'

const project = resolve(import.meta.dirname, '..')
const placeholder = 'stands-for-a-secret-that-is-not-set-here'
const addressKinds = {
  database: ['postgres:', 'postgresql:'],
  bus: ['postgres:', 'postgresql:', 'nats:', 'tls:', 'amqp:', 'amqps:', 'kafka:', 'kafkas:', 'memory:'],
}

/**
 * `chosen`: undefined for the whole shop with its own database. Returns what was found right, and which settings a start needs besides:
 * an image can be checked before anything of its place is known. Throws MissingPackage for a module that does not load, and WrongSettings
 * for settings that are wrong.
 */
export async function checkStart(chosen: readonly AnyService[] | undefined, env: Starting['env']): Promise<string> {
  const services = chosen ?? allServices
  await loadLazyModules(services)
  if (!chosen) requirePostgres()
  const secrets = missingSecrets(services, env)
  refuseWrongAddresses(services, env)
  readOwnSettings(env, 4000)
  checkSettings({
    services,
    env: { ...env, ...Object.fromEntries(secrets.map((variable) => [variable, placeholder])) },
  })
  const missing = chosen ? [...missingDatabases(chosen, env), ...secrets] : [] // The whole shop makes its own at its first start.
  const names = services.map(({ name }) => name).join(', ')
  const right = `${names}: all modules load, and what is set is right as far as can be told without connections.`
  return missing.length > 0 ? `${right}\n  A start needs these, too: ${missing.join(', ')}.` : right
}

/** Loads what the services, and the packages below them, import while they work. The modules of the start are loaded already. */
async function loadLazyModules(services: readonly AnyService[]): Promise<void> {
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
  const site = services.some(({ name }) => name === 'storefront') && !isBuiltHere() ? builtSite() : []
  for (const specifier of new Set([...specifiers, ...site])) {
    await import(specifier).catch((error) => {
      throw new MissingPackage(`${specifier} does not load: ${String(error.message).split('\n')[0]}`, { cause: error })
    })
  }
}

/** The modules of the shop front, which no import names. Throws MissingPackage when it was not built. */
function builtSite(): string[] {
  const server = join(project, 'apps', 'storefront', 'dist', 'server')
  const files = globSync('**/*.mjs', { cwd: server })
  if (!files.includes('entry.mjs'))
    throw new MissingPackage(`The shop front was not built: ${server} has no entry.mjs.`)
  return files.map((file) => pathToFileURL(join(server, file)).href)
}

/** The secrets that have no default in production. */
function missingSecrets(services: readonly AnyService[], env: Starting['env']): string[] {
  if (env.NODE_ENV !== 'production') return []
  const shared = env.SOUK_SERVICE_KEYS ? [] : ['SOUK_SHARED_SECRET']
  const own = services.flatMap(({ name, settings }) =>
    Object.entries(settings as SettingsSpec).flatMap(([key, setting]) =>
      setting.secret && !setting.derive ? [variableOf(name, key, setting)] : [],
    ),
  )
  return [...shared, ...own].filter((variable) => !env[variable])
}

/** Throws WrongSettings when a database or the bus is given by what is no address of one. */
function refuseWrongAddresses(services: readonly AnyService[], env: Starting['env']): void {
  const databases = [...services.filter(({ migrations }) => migrations).map(({ name }) => name), 'bus']
  const addresses = [
    ...databases.map((name) => ({ variable: databaseVariable(name), kinds: addressKinds.database })),
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
