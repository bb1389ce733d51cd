// The environment of this command: its variables, and those that SOUK_SECRETS_FOLDER holds as files, as Kubernetes mounts a Secret.
// Every command reads its settings from here. Nothing is written to process.env, so that child processes do not inherit the secrets.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WrongSettings } from '@souk/service'

type Environment = Record<string, string | undefined>

const variableName = /^[A-Z][A-Z0-9_]*$/
const largestFileBytes = 128 * 1024

/** For commands that have no place of their own for wrong settings: ends the process with one sentence when a secret cannot be read. */
export function readProcessEnvironment(): Environment {
  try {
    return environmentWithSecrets(process.env)
  } catch (error) {
    process.stderr.write(`\n  ${(error as Error).message}\n\n`)
    process.exit(1)
  }
}

/**
 * A copy of these variables, with one for each file in SOUK_SECRETS_FOLDER that is named like a variable; one line end at its end is
 * left out. Throws WrongSettings when the folder or a file cannot be read, and for a variable that is set both ways.
 */
export function environmentWithSecrets(given: Environment): Environment {
  const env = withoutServiceLinks(given)
  const folder = env.SOUK_SECRETS_FOLDER
  if (!folder) return env
  const wrong: string[] = []
  for (const name of namesIn(folder)) {
    const value = contentOf(join(folder, name))
    if (value instanceof Error) wrong.push(`  ${name} ${value.message}`)
    else if (env[name]) wrong.push(`  ${name} is set twice: as a variable and as a file. Remove one of them.`)
    else if (value !== undefined) env[name] = value
  }
  if (wrong.length > 0) throw new WrongSettings(`The secrets in ${folder} cannot be used:\n${wrong.join('\n')}`)
  return env
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => variableName.test(name))
      .sort()
  } catch (error) {
    throw new WrongSettings(
      `SOUK_SECRETS_FOLDER names a folder that cannot be read (${(error as NodeJS.ErrnoException).code}, ${folder}).`,
    )
  }
}

/** Undefined for what is no file. */
function contentOf(path: string): string | undefined | Error {
  try {
    const about = statSync(path)
    if (!about.isFile()) return undefined
    if (about.size > largestFileBytes) return new Error(`is larger than ${largestFileBytes} bytes.`)
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
    return text.includes('\0') ? new Error('holds a zero byte, so it is no text.') : text.replace(/\r?\n$/, '')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return new Error(
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is no text in UTF-8.' : `cannot be read (${code}).`,
    )
  }
}

/**
 * Without the NAME_PORT=tcp://... that Kubernetes and Docker add for each Service. A Service named souk-postgres would otherwise decide
 * on SOUK_POSTGRES_PORT.
 */
function withoutServiceLinks(given: Environment): Environment {
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) => !(name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value ?? '')),
    ),
  )
}
