// Which services a process runs: those of SOUK_SERVICES, or those named behind `npm run service --`, and the databases that they need.
import type { ServiceName } from '@souk/contracts'
import { type AnyService, usesBus, WrongSettings } from '@souk/service'
import { allServices } from '../services/all-services.ts'
import { databaseVariable } from './environment.ts'

const known = allServices.map(({ name }) => name)

/** The services of SOUK_SERVICES; undefined for the whole shop with its own database. Throws WrongSettings. */
export function servicesIn({ SOUK_SERVICES: list }: Record<string, string | undefined>): AnyService[] | undefined {
  if (!list || list.trim() === 'all') return undefined
  return servicesNamed(list.split(',').map((name) => name.trim()))
}

/**
 * The services of these names, each once. Throws WrongSettings for names that no service has, and for the gateway beside some of the
 * others: its port is public, so no other process could call those.
 */
export function servicesNamed(names: readonly string[]): AnyService[] {
  const wrong = names.find((name) => !known.includes(name as ServiceName))
  if (wrong !== undefined || names.length === 0)
    throw new WrongSettings(
      `${wrong ? `There is no service "${wrong}". ` : ''}Say which services: ${known.join(', ')}.`,
    )
  const chosen = allServices.filter(({ name }) => names.includes(name))
  if (chosen.length > 1 && chosen.length < allServices.length && chosen.some(({ serve }) => serve))
    throw new WrongSettings(
      'The gateway runs in a process of its own, or together with all other services: its port is public, so that no other process could call the services beside it.',
    )
  return chosen
}

/** The variables of databases that these services need and that are not set. */
export function missingDatabases(services: readonly AnyService[], env: Record<string, string | undefined>): string[] {
  const needed = services.flatMap(({ name, migrations }) => (migrations ? [databaseVariable(name)] : []))
  const missing = needed.filter((variable) => !env[variable])
  const hasBus = Boolean(env.BUS_URL || env.BUS_DATABASE_URL) || !services.some(usesBus)
  return hasBus ? missing : [...missing, 'BUS_URL (or BUS_DATABASE_URL)']
}

export function missingSentence(missing: readonly string[]): string {
  return `Souk cannot start with these settings:\n${missing.map((variable) => `  ${variable} is missing: the services of SOUK_SERVICES run on databases and a bus that are given.`).join('\n')}`
}
