// The key of back-ups: SOUK_BACKUP_KEY, or the first line of the file that SOUK_BACKUP_KEY_FILE names.
import { readFileSync } from 'node:fs'
import { WrongBackup } from './manifest.ts'

const leastCharacters = 16

/** Undefined when none is set. Throws WrongBackup when it is too short or cannot be read. */
export function backupKeyIn(env: Record<string, string | undefined>): string | undefined {
  const { SOUK_BACKUP_KEY: given, SOUK_BACKUP_KEY_FILE: file } = env
  if (given && file) throw new WrongBackup('Set SOUK_BACKUP_KEY or SOUK_BACKUP_KEY_FILE, not both.')
  const key = file ? firstLineOf(file) : given
  if (!key && !file) return undefined
  if (!key || key.length < leastCharacters)
    throw new WrongBackup(
      `The key of back-ups must have at least ${leastCharacters} characters: openssl rand -base64 32`,
    )
  return key
}

function firstLineOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] as string
  } catch (error) {
    throw new WrongBackup(`SOUK_BACKUP_KEY_FILE cannot be read: ${(error as Error).message}`)
  }
}
