// manifest.json of a back-up: what it holds and the hashes of its files. It is written last, so a back-up without one was interrupted.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { hashOf, type Packed } from './packed-file.ts'

export interface Manifest {
  format: 'souk-backup-1'
  /** When the copy began. All orders that were acknowledged before are in it. */
  startedAt: string
  /** The instant of all databases. */
  consistentAt: string
  isEncrypted: boolean
  postgresVersion: number
  /** The WAL that a restore needs. */
  walFiles: string[]
  stopLsn: string
  files: Record<string, Packed>
}

export const manifestName = 'manifest.json'
export const databaseFile = 'database.tar.zst'
export const shopFile = 'shop.tar.zst'

/** A back-up that cannot be used; the message says why. */
export class WrongBackup extends Error {
  override name = 'WrongBackup'
}

export function writeManifest(folder: string, manifest: Manifest): void {
  const path = join(folder, manifestName)
  const file = openSync(`${path}.part`, 'wx', 0o600)
  writeSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.part`, path)
  if (process.platform === 'win32') return
  const opened = openSync(folder, 'r')
  fsyncSync(opened)
  closeSync(opened)
}

/** Reads the manifest and compares every file with it. Throws WrongBackup. */
export async function checkBackup(folder: string): Promise<Manifest> {
  const manifest = readManifest(folder)
  for (const [name, expected] of Object.entries(manifest.files)) {
    const found = await hashOf(join(folder, name)).catch((error) => {
      throw new WrongBackup(`${join(folder, name)} cannot be read: ${error.message}`)
    })
    if (found.sha256 !== expected.sha256)
      throw new WrongBackup(
        `${join(folder, name)} is not what was written: its SHA-256 differs from ${manifestName}. Use another back-up.`,
      )
  }
  return manifest
}

function readManifest(folder: string): Manifest {
  const path = join(folder, manifestName)
  let manifest: Manifest
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new WrongBackup(`${folder} holds no complete back-up: there is no ${manifestName}, which is written last.`)
    throw new WrongBackup(`${path} cannot be read: ${(error as Error).message}`)
  }
  if (manifest.format !== 'souk-backup-1' || !manifest.files?.[databaseFile] || !manifest.files[shopFile])
    throw new WrongBackup(`${path} is not of a back-up that this version can read.`)
  return manifest
}
