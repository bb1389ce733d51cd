// Restores a back-up into an empty data folder and starts its PostgreSQL: on a new timeline, with sessions revoked, order numbers
// moved on and mails held, before any part of the shop runs. See docs/backup.md.
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { appendFile, copyFile, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lockFolderSoon } from '../folder-lock.ts'
import { type Machine, openMachine } from '../machine.ts'
import { type Home, preparePostgresHome, removeDataFolder } from '../postgres-home.ts'
import { type Secrets, storeSecrets } from '../secrets.ts'
import { checkBackup, databaseFile, type Manifest, shopFile, WrongBackup } from './manifest.ts'
import { readPacked } from './packed-file.ts'
import { type Prepared, prepareRestored } from './prepare-restored.ts'
import { writeRecovery } from './recovery.ts'
import type { TarEntry } from './tar.ts'

export interface RestoreOptions {
  folder: string
  /** Must be missing or empty. */
  dataFolder: string
  env: Record<string, string | undefined>
  key?: string
  /** The simulated provider's journal as it is now, in place of that of the back-up. */
  journal?: string
  say?: (sentence: string) => void
}
export interface Restored {
  manifest: Manifest
  prepared: Prepared
  /** Its PostgreSQL runs; the caller stops it. */
  machine: Machine
}

/** Throws WrongBackup, and then the data folder is as it was. */
export async function restoreShop(options: RestoreOptions): Promise<Restored> {
  const { folder, dataFolder, env, key, journal, say = () => undefined } = options
  say('Checking the back-up')
  const manifest = await checkBackup(folder)
  if (manifest.isEncrypted && key === undefined)
    throw new WrongBackup('This back-up is encrypted. Set SOUK_BACKUP_KEY or SOUK_BACKUP_KEY_FILE.')
  const usedKey = manifest.isEncrypted ? key : undefined
  const secrets = await readSecretsOf(join(folder, shopFile), usedKey)
  if (journal && !existsSync(journal)) throw new WrongBackup(`There is no journal ${journal}.`)
  const isThere = existsSync(dataFolder)
  // A volume of its own may hold the folder of its file system.
  if (isThere && readdirSync(dataFolder).some((name) => name !== 'lost+found'))
    throw new WrongBackup(`${dataFolder} is not empty, and a restore replaces nothing. Name a new folder: --at FOLDER`)

  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  writeRecovery(dataFolder, { state: 'restoring', backup: folder, consistentAt: manifest.consistentAt })
  let machine: Machine | undefined
  try {
    await unpackShop({ folder, dataFolder, key: usedKey, journal, manifest, secrets, say })
    say('Starting PostgreSQL, which replays what was written during the back-up')
    machine = await openMachine({ dataFolder, env: { ...env, SOUK_POSTGRES_PORT: '0' } })
    const prepared = await prepareRestored(machine)
    writeRecovery(dataFolder, { state: 'closed', backup: folder, consistentAt: manifest.consistentAt })
    return { manifest, prepared, machine }
  } catch (error) {
    await machine?.stop()
    removeUnfinished(dataFolder, isThere)
    throw error
  }
}

/** The folder is kept when it was there before. */
function removeUnfinished(dataFolder: string, isKept: boolean): void {
  try {
    removeDataFolder(dataFolder)
  } catch (error) {
    // The mount point of a volume is emptied, and cannot be removed itself.
    if (!isKept || (error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
  }
  if (isKept) mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
}

interface Unpacking {
  folder: string
  dataFolder: string
  key: string | undefined
  journal: string | undefined
  manifest: Manifest
  secrets: Secrets
  say: (sentence: string) => void
}

async function unpackShop({ folder, dataFolder, key, journal, manifest, secrets, say }: Unpacking): Promise<void> {
  const unlock = await lockFolderSoon(dataFolder)
  try {
    const home = preparePostgresHome(dataFolder, say)
    say('Unpacking the databases')
    const making = join(home.folder, `making-${process.pid}`)
    await unpack(join(folder, databaseFile), key, making, home.runAs)
    checkUnpacked(making, manifest)
    await addRecoverySettings(making, home.runAs)
    renameSync(making, home.data)
    const simulator = join(dataFolder, 'simulator')
    await unpack(join(folder, shopFile), key, simulator, {}, (path) => path === 'journal.jsonl')
    if (journal) await copyFile(journal, join(simulator, 'journal.jsonl'))
    // Service tokens that were revoked after the back-up are not valid again: their keys are made anew.
    const { 'service-keys': _, ...kept } = secrets
    storeSecrets(dataFolder, kept)
  } finally {
    unlock()
  }
}

/** Fails with the wrong key, before anything was touched. */
async function readSecretsOf(file: string, key: string | undefined): Promise<Secrets> {
  let text = ''
  await readPacked(file, key, async ({ path, content }) => {
    for await (const chunk of content) if (path === 'secrets.json') text += chunk
  })
  return JSON.parse(text) as Secrets
}

async function unpack(
  file: string,
  key: string | undefined,
  to: string,
  owner: Home['runAs'],
  isWanted = (_path: string) => true,
): Promise<void> {
  makeFolder(to, owner)
  await readPacked(file, key, async (entry) => {
    if (!isWanted(entry.path)) for await (const _ of entry.content);
    else if (entry.path.endsWith('/')) makeFolder(join(to, entry.path), owner)
    else await writeEntry(entry, join(to, entry.path), owner)
  })
}

/** PostgreSQL brings all files to the disk itself when it recovers. */
async function writeEntry({ content }: TarEntry, path: string, owner: Home['runAs']): Promise<void> {
  makeFolder(dirname(path), owner)
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of content) await file.write(chunk)
    if (owner.uid !== undefined && owner.gid !== undefined) await file.chown(owner.uid, owner.gid)
  } finally {
    await file.close()
  }
}

function makeFolder(path: string, { uid, gid }: Home['runAs']): void {
  if (existsSync(path)) return
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/** Without the label PostgreSQL would take the copy for a crashed server; without all of the WAL it would end in between. */
function checkUnpacked(data: string, { walFiles }: Manifest): void {
  const needed = ['backup_label', 'global/pg_control', 'PG_VERSION', ...walFiles.map((name) => `pg_wal/${name}`)]
  const missing = needed.find((name) => (statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0) === 0)
  if (missing) throw new WrongBackup(`The back-up lacks ${missing}, without which its databases cannot be restored.`)
}

/**
 * Recovery as from an archive that has nothing more: it ends at the end of the WAL that was copied, on a new timeline. Archiving is off:
 * the copy must not write into the archive of the original. Nobody is let in before the recovery has ended.
 */
async function addRecoverySettings(data: string, { uid, gid }: Home['runAs']): Promise<void> {
  const nothing = process.platform === 'win32' ? 'exit 1' : 'false'
  await appendFile(
    join(data, 'postgresql.auto.conf'),
    `restore_command = '${nothing}'\narchive_mode = 'off'\nrecovery_target_timeline = 'current'\nhot_standby = 'off'\n`,
  )
  writeFileSync(join(data, 'recovery.signal'), '', { mode: 0o600 })
  if (uid !== undefined && gid !== undefined) chownSync(join(data, 'recovery.signal'), uid, gid)
}
