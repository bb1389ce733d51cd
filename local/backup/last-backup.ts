// When the last back-up of a data folder was complete: noted by the back-up in the folder, and shown by the shop as a metric.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Gauge, type Registry } from 'prom-client'

const fileIn = (dataFolder: string) => join(dataFolder, 'last-backup.json')

export function noteBackup(dataFolder: string, at: Date): void {
  writeFileSync(fileIn(dataFolder), JSON.stringify({ at: at.toISOString() }), { mode: 0o600 })
}

/** Seconds since 1970; 0 when there was none, or the note cannot be read. */
export function lastBackupSeconds(dataFolder: string): number {
  try {
    const { at } = JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')) as { at: string }
    return Date.parse(at) / 1000 || 0
  } catch {
    return 0 // An alert about a missing back-up is what both cases deserve.
  }
}

export function measureLastBackup(registry: Registry, dataFolder: string): void {
  new Gauge({
    name: 'souk_backup_last_success_seconds',
    help: 'When the last back-up was complete, in seconds since 1970; 0 when there was none',
    registers: [registry],
    collect() {
      this.set(lastBackupSeconds(dataFolder))
    },
  })
}
