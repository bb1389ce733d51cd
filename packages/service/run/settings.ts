// Settings come from environment variables and have defaults. They are checked before anything starts, and all errors are reported at
// once.
import { readFileSync } from 'node:fs'

/** The variable from which other secrets are derived, and its value in development. */
const sharedSecretVariable = 'SOUK_SHARED_SECRET'
export const developmentSecret = 'only-for-development-only-for-development'

interface Setting<T> {
  /** A phrase for messages and documents: what the value decides. */
  about: string
  /** The value when the variable is not set; undefined: it is required. */
  fallback: T | undefined
  /** Without a value, there is no fallback in production. */
  secret?: boolean
  /** The value when the variable is not set, made from each part of SOUK_SHARED_SECRET. */
  derive?(sharedSecret: string): string
  /** The value, or an error that says what it must be. */
  read(text: string): T | Error
  /** Its variable, where it is not named after the service. */
  variable?: string
  /** Another variable that may decide while this one is not set. */
  otherwise?: { variable: string; read(text: string | undefined): T | undefined }
}
export type SettingsSpec = Record<string, Setting<unknown>>
export type SettingsOf<S extends SettingsSpec> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never }

/** A whole number within limits. */
export function integer(about: string, fallback: number, limits: { min: number; max: number }): Setting<number> {
  return {
    about: `${about} (${limits.min} to ${limits.max})`,
    fallback,
    read(text) {
      const value = Number(text)
      const fits = Number.isInteger(value) && value >= limits.min && value <= limits.max
      return fits ? value : new Error(`must be a whole number from ${limits.min} to ${limits.max}`)
    },
  }
}
/** How many a minute, or `off`: infinite. Off, too, while the gateway's rate limit is off, for load tests. */
export function perMinute(about: string, fallback: number): Setting<number> {
  return {
    about: `${about}, or off`,
    fallback,
    read(value) {
      if (value === 'off') return Number.POSITIVE_INFINITY
      const count = Number(value)
      return Number.isInteger(count) && count >= 1 ? count : new Error('must be off or a whole number from 1')
    },
    otherwise: {
      variable: 'GATEWAY_RATE_LIMIT',
      read: (value) => (value === 'off' ? Number.POSITIVE_INFINITY : undefined),
    },
  }
}
/** A text; without a fallback it is required. */
export function text(about: string, fallback?: string): Setting<string> {
  return { about, fallback, read: (value) => value }
}
/** A text that may be missing. */
export function optionalText(about: string): Setting<string | undefined> {
  return { about, fallback: undefined, read: (value) => value || undefined, optional: true } as Setting<
    string | undefined
  >
}
/** A secret. Its fallback serves development only: in production it must be set. */
export function secret(about: string, developmentFallback: string): Setting<string> {
  return {
    about,
    fallback: developmentFallback,
    secret: true,
    read: (value) => (isSecret(value) ? value : new Error('must be at least 32 characters long')),
  }
}
/** Secrets of which the first is used and all are accepted, separated by commas, so that they can be rotated. */
export function secrets(about: string, developmentFallback: string): Setting<string> {
  return {
    ...secret(about, developmentFallback),
    read: (value) =>
      value.split(',').every(isSecret)
        ? value
        : new Error('must be at least 32 characters long, and so must each part between commas'),
  }
}
/**
 * Secrets of one service, of which the first is used and all are accepted. Without a variable of their own they are derived from
 * the shared secret, so that a process that has its own need not know the shared one.
 */
export function derivedSecrets(about: string, derive: (sharedSecret: string) => string): Setting<string> {
  return { ...secrets(`${about}; by default derived from ${sharedSecretVariable}`, developmentSecret), derive }
}
function isSecret(value: string): boolean {
  return value.trim().length >= 32
}
/** One of several words. */
export function choice<const W extends readonly string[]>(
  about: string,
  words: W,
  fallback: W[number],
): Setting<W[number]> {
  return {
    about: `${about} (${words.join(', ')})`,
    fallback,
    read: (value) => (words.includes(value) ? value : new Error(`must be one of ${words.join(', ')}`)),
  }
}
/** on or off. */
export function flag(about: string, fallback: boolean): Setting<boolean> {
  return {
    about: `${about} (on, off)`,
    fallback,
    read: (value) => (value === 'on' ? true : value === 'off' ? false : new Error('must be on or off')),
  }
}

/** Where a site is reached: what the addresses of its pages begin with. */
export function siteAddress(about: string, fallback: string): Setting<string> {
  return {
    about,
    fallback,
    read: (value) =>
      /^https?:\/\/[^/?#@\s]+$/.test(value) && URL.canParse(value)
        ? value
        : new Error('must be an address like https://shop.example, with nothing behind it'),
  }
}

/** Web origins, separated by commas; none unless given. */
export function originList(about: string): Setting<readonly string[]> {
  return {
    about: `${about}, separated by commas`,
    fallback: [],
    read(value) {
      const list = value.split(',').map((one) => one.trim())
      const wrong = list.find((one) => !URL.canParse(one) || new URL(one).origin !== one)
      return wrong === undefined ? list : new Error(`must hold origins like https://shop.example, and ${wrong} is none`)
    },
  }
}

/** Addresses of the instances of a service, separated by commas; may be missing. A repeated one counts once. */
export function instanceAddresses(about: string): Setting<readonly string[] | undefined> {
  const setting = {
    about,
    fallback: undefined,
    optional: true,
    read(value: string) {
      const list = value.split(',').map((one) => one.trim().replace(/\/$/, ''))
      const wrong = list.find((one) => !/^https?:\/\/[^/?#@\s]+$/.test(one) || !URL.canParse(one))
      return wrong === undefined
        ? [...new Set(list.map((one) => new URL(one).origin))]
        : new Error(`must list addresses like http://10.0.0.1:4104,http://10.0.0.2:4104, and "${wrong}" is none`)
    },
  }
  return setting
}

/** Names or addresses of hosts, without ports, separated by commas; none unless given. */
export function hostList(about: string): Setting<readonly string[]> {
  return {
    about: `${about}, separated by commas`,
    fallback: [],
    read(value) {
      const list = value.split(',').map((one) => one.trim().toLowerCase())
      const wrong = list.find((one) => !/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(one))
      return wrong === undefined ? list : new Error(`must hold hosts like shop.example, and ${wrong} is none`)
    },
  }
}

/** The path of a file that can be read; none unless given. */
export function filePath(about: string, variable?: string): Setting<string | undefined> {
  return {
    ...optionalText(about),
    variable,
    read(path) {
      try {
        readFileSync(path)
        return path
      } catch (error) {
        return new Error(`names a file that cannot be read (${(error as NodeJS.ErrnoException).code}, ${path})`)
      }
    },
  }
}

export class WrongSettings extends Error {
  override name = 'WrongSettings'
}

/** `checkoutMinutes` of orders is ORDERS_CHECKOUT_MINUTES; `port` of '' is PORT; some settings have variables of their own. */
export function variableOf(part: string, name: string, setting?: Setting<unknown>): string {
  if (setting?.variable) return setting.variable
  const words = part === '' ? name : `${part}_${name}`
  return words.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

/** Reads the settings of several parts. Throws WrongSettings with one line for each that is wrong. */
export function readSettings<P extends Record<string, SettingsSpec>>(
  parts: P,
  env: Record<string, string | undefined>,
): { [K in keyof P]: SettingsOf<P[K]> } {
  const wrong: string[] = []
  const isProduction = env.NODE_ENV === 'production'
  const read = Object.entries(parts).map(([part, spec]) => [part, readPart(part, spec)] as const)
  if (wrong.length > 0) throw new WrongSettings(`Souk cannot start with these settings:\n${wrong.join('\n')}`)
  return Object.fromEntries(read) as { [K in keyof P]: SettingsOf<P[K]> }

  function readPart(part: string, spec: SettingsSpec) {
    return Object.fromEntries(
      Object.entries(spec).map(([name, setting]) => [name, readOne(variableOf(part, name, setting), setting)]),
    )
  }
  function derived({ derive }: Setting<unknown>): string | undefined {
    const shared = env[sharedSecretVariable] || (isProduction ? '' : developmentSecret)
    return derive && shared ? shared.split(',').map(derive).join(',') : undefined
  }
  function readOne(variable: string, setting: Setting<unknown>): unknown {
    const given = env[variable]
    if (given === undefined || given === '') {
      const made = derived(setting)
      if (made !== undefined) return made
      const needed = setting.fallback === undefined && !('optional' in setting)
      if (needed || (setting.secret && isProduction)) wrong.push(`  ${variable} is missing: ${setting.about}.`)
      return setting.otherwise?.read(env[setting.otherwise.variable]) ?? setting.fallback
    }
    const value = setting.read(given)
    if (value instanceof Error) wrong.push(`  ${variable} ${value.message}: ${setting.about}.`)
    return value
  }
}
