// recovery.json in the data folder: this shop was restored and is not open yet. `npm start` refuses it until `npm run restore -- --finish`.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Recovery {
  /** restoring: a restore was interrupted, and the folder is worthless. closed: a person must decide something. */
  state: 'restoring' | 'closed'
  backup: string
  /** The instant of the restored databases. */
  consistentAt: string
}

const fileIn = (dataFolder: string) => join(dataFolder, 'recovery.json')

/** Undefined for a shop that is open, or may be. */
export function readRecovery(dataFolder: string): Recovery | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')) as Recovery
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function writeRecovery(dataFolder: string, recovery: Recovery): void {
  writeFileSync(fileIn(dataFolder), JSON.stringify(recovery), { mode: 0o600 })
}

export function endRecovery(dataFolder: string): void {
  rmSync(fileIn(dataFolder), { force: true })
}

/** Why this shop must not be opened; undefined when it may. */
export function reasonToStayClosed(dataFolder: string): string | undefined {
  const recovery = readRecovery(dataFolder)
  if (!recovery) return undefined
  return recovery.state === 'restoring'
    ? `A restore into ${dataFolder} was interrupted. Remove the folder (npm run reset) and restore again.`
    : `The shop in ${dataFolder} was restored to ${recovery.consistentAt}, and money that moved since is not settled: npm run restore -- --finish`
}
