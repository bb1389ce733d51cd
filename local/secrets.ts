// The secrets that this machine made for itself (passwords, keys), in <dataFolder>/secrets.json. Only the user who runs
// Souk can read the file, and a kill while writing leaves the old one whole.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type Secrets = Record<string, string>

/** The secret of this name; made and stored the first time that somebody asks for it. */
export function secretOf(dataFolder: string, name: string, make: () => string): string {
  const secrets = readSecrets(dataFolder)
  const known = secrets[name]
  if (known !== undefined) return known
  const made = make()
  storeSecrets(dataFolder, { ...secrets, [name]: made })
  return made
}

export function readSecrets(dataFolder: string): Secrets {
  const file = join(dataFolder, 'secrets.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(`${file} cannot be read: ${(error as Error).message}`)
  }
}

export function storeSecrets(dataFolder: string, secrets: Secrets): void {
  mkdirSync(dataFolder, { recursive: true })
  const file = join(dataFolder, 'secrets.json')
  const next = `${file}.${process.pid}`
  const opened = openSync(next, 'w', 0o600)
  writeSync(opened, `${JSON.stringify(secrets, null, 2)}\n`)
  fsyncSync(opened)
  closeSync(opened)
  renameSync(next, file)
}
