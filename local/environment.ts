// The environment of a process that the launcher starts: what the system needs, and of the shop's variables only those that its
// service declares. A process that is broken into has no secret and no database of another service.
import type { ServiceName } from '@souk/contracts'
import {
  type AnyService,
  keysFromSecrets,
  listKeysOf,
  processSpec,
  readSettings,
  type SettingsSpec,
  sharedSpec,
  tlsSpec,
  usesBus,
  variableOf,
} from '@souk/service'
import { busVariables } from './bus.ts'
import { isOfTheSystem } from './system-environment.ts'

type Environment = Record<string, string | undefined>

const ofNode = /^(NODE_\w+|UV_\w+|MALLOC_\w+|SSL_CERT_(FILE|DIR)|OTEL_\w+|SOUK_TRACES_SLOW_MS|SOUK_CRASHPOINT)$/

/**
 * The environment of the process of one service. `env`: that of the whole shop, with its secrets; `services`: all of the shop;
 * `keySecret`: the secret from which the keys of service tokens are derived.
 */
export function environmentOf(
  service: AnyService,
  services: readonly AnyService[],
  { env, databases, keySecret }: { env: Environment; databases: Readonly<Record<string, string>>; keySecret: string },
): Environment {
  const settings = service.settings as SettingsSpec
  const declared = [
    ...Object.entries(settings).map(([name, setting]) => variableOf(service.name, name, setting)),
    ...Object.values(settings).flatMap(({ otherwise }) => otherwise?.variable ?? []),
    ...Object.keys({ ...sharedSpec, ...processSpec, ...tlsSpec }).map((name) => variableOf('souk', name)),
    ...services.map(({ name }) => addressVariable(name)),
    ...(usesBus(service) ? busVariables : []),
  ]
  return {
    ...Object.fromEntries(
      Object.entries(env).filter(
        ([name]) => isOfTheSystem(name) || ofNode.test(name) || name === 'HOST' || declared.includes(name),
      ),
    ),
    ...derivedSecretsOf(service, env),
    SOUK_SERVICE_KEYS: env.SOUK_SERVICE_KEYS || listKeysOf(service, services, keysFromSecrets([keySecret])),
    ...(service.migrations ? { [databaseVariable(service.name)]: databases[service.name] } : {}),
    ...(env.BUS_URL || !usesBus(service) ? {} : { [databaseVariable('bus')]: databases.bus }),
  }
}

/** The secrets that a service would derive from the shared secret, which its process does not know. */
function derivedSecretsOf({ name, settings }: AnyService, env: Environment): Environment {
  const spec = Object.entries({ ...settings, ...sharedSpec } as SettingsSpec).filter(([, setting]) => setting.derive)
  const own = Object.fromEntries(spec.filter(([key]) => key in settings))
  const shared = Object.fromEntries(spec.filter(([key]) => !(key in settings)))
  return Object.fromEntries(
    Object.entries(readSettings({ [name]: own, souk: shared }, env)).flatMap(([part, values]) =>
      Object.entries(values).map(([key, value]) => [variableOf(part, key), value as string]),
    ),
  )
}

export function databaseVariable(name: string): string {
  return `${name.toUpperCase()}_DATABASE_URL`
}

/** Where a service is reached, as http://host:port. */
export function addressVariable(name: ServiceName): string {
  return `${name.toUpperCase()}_URL`
}
