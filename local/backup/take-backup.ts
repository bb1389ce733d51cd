// Takes a back-up of the shop of a data folder, running or not: the databases at one instant, the simulated provider's journal from
// after that instant, and the secrets. See docs/backup.md.
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { findFolderOwner } from '../folder-lock.ts'
import { findRunningShop, openMachine } from '../machine.ts'
import { readSecrets } from '../secrets.ts'
import { startBaseBackup, textEntry } from './base-backup.ts'
import { noteBackup } from './last-backup.ts'
import { databaseFile, type Manifest, manifestName, shopFile, WrongBackup, writeManifest } from './manifest.ts'
import { type Packed, writePacked } from './packed-file.ts'
import type { TarEntry } from './tar.ts'

export interface BackupOptions {
  /** Must be missing or empty, and not inside the data folder. */
  folder: string
  dataFolder: string
  env: Record<string, string | undefined>
  key?: string
}
export interface TakenBackup {
  manifest: Manifest
  bytes: number
}

/**
 * Throws WrongBackup with a sentence for the person who called it. Whatever it throws, it leaves nothing in the folder that looks like
 * a back-up.
 */
export async function takeBackup({ folder, dataFolder, env, key }: BackupOptions): Promise<TakenBackup> {
  checkShop(dataFolder)
  const target = resolve(folder)
  const isNew = prepareFolder(target)
  const written: string[] = []
  try {
    refuseInside(target, dataFolder)
    const source = await findSource(dataFolder, env)
    try {
      refuseInside(target, source.databaseFolder)
      return await writeBackup({ target, source, dataFolder, key, written })
    } finally {
      await source.close()
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true })
    if (isNew && existsSync(target) && readdirSync(target).length === 0) rmSync(target, { recursive: true })
    throw asSentence(error)
  }
}

interface Source {
  superuserUrl: string
  journalFolder: string
  databaseFolder: string
  close(): Promise<void>
}

async function writeBackup(options: {
  target: string
  source: Source
  dataFolder: string
  key: string | undefined
  written: string[]
}): Promise<TakenBackup> {
  const { target, source, dataFolder, key, written } = options
  const write = (name: string, entries: AsyncIterable<TarEntry>) => writePacked(join(target, name), entries, key)
  for (const name of [databaseFile, shopFile]) written.push(claim(join(target, name)))
  const files: Record<string, Packed> = {}
  const base = await startBaseBackup(source.superuserUrl)
  try {
    files[databaseFile] = await write(databaseFile, base.entries())
    files[shopFile] = await write(shopFile, shopEntries(dataFolder, source.journalFolder))
  } finally {
    await base.close().catch(() => undefined) // The session has ended already when PostgreSQL was stopped.
  }
  const manifest: Manifest = { format: 'souk-backup-1', isEncrypted: key !== undefined, files, ...base.finished() }
  writeManifest(target, manifest)
  noteBackup(dataFolder, new Date())
  return { manifest, bytes: Object.values(files).reduce((sum, one) => sum + one.bytes, 0) }
}

/** Makes the file, so that of two back-ups into one folder only one goes on. */
function claim(path: string): string {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return path
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new WrongBackup(`Another back-up is being written to ${dirname(path)}. Name another folder.`)
  }
}

/**
 * The journal is read after the databases' instant: it knows all that they know, and perhaps a payment more, which reconciliation
 * finds. The other way round a payment could be booked here that the provider has never heard of.
 */
async function* shopEntries(dataFolder: string, journalFolder: string): AsyncGenerator<TarEntry> {
  yield textEntry('secrets.json', JSON.stringify(readSecrets(dataFolder)))
  const journal = join(journalFolder, 'journal.jsonl')
  const size = statSync(journal, { throwIfNoEntry: false })?.size
  if (size === undefined) return
  yield { path: 'journal.jsonl', size, content: size > 0 ? createReadStream(journal, { end: size - 1 }) : empty() }
}

async function* empty(): AsyncGenerator<Buffer> {}

function checkShop(dataFolder: string): void {
  if (!existsSync(join(dataFolder, 'secrets.json')))
    throw new WrongBackup(`There is no shop in ${dataFolder}. Set SOUK_DATA to the folder of the shop.`)
}

/** True when the folder was made just now. */
function prepareFolder(target: string): boolean {
  const found = statSync(target, { throwIfNoEntry: false })
  if (!found) {
    try {
      mkdirSync(target, { mode: 0o700 })
    } catch (error) {
      throw new WrongBackup(`The folder ${target} cannot be made: ${(error as Error).message}`)
    }
    return true
  }
  if (!found.isDirectory()) throw new WrongBackup(`${target} is not a folder.`)
  const names = readdirSync(target)
  if (names.includes(manifestName)) throw new WrongBackup(`${target} holds a back-up already. Name another folder.`)
  if (names.includes(databaseFile))
    throw new WrongBackup(
      `Another back-up is being written to ${target}, or was interrupted there. Name another folder.`,
    )
  if (names.length > 0) throw new WrongBackup(`${target} is not empty. Name another folder.`)
  return false
}

function refuseInside(target: string, folder: string): void {
  const [inner, outer] = [realpathSync(target), realpathSync(folder)]
  if (inner === outer || inner.startsWith(outer + sep))
    throw new WrongBackup(
      `${target} is inside the shop's own data, with which it would be lost. Name a folder elsewhere.`,
    )
}

/** The server of the running shop; without one, it runs as long as the back-up takes. */
async function findSource(dataFolder: string, env: BackupOptions['env']): Promise<Source> {
  const shop = findRunningShop(dataFolder)
  const journalOf = (known: string | undefined) =>
    env.PAYMENTS_SIMULATOR_FOLDER || known || join(dataFolder, 'simulator')
  if (shop) {
    const password = readSecrets(dataFolder).postgres
    const one = Object.values(shop.databases)[0]
    if (!password || !one) throw new WrongBackup(`The shop in ${dataFolder} has no database of its own.`)
    const url = new URL(one)
    Object.assign(url, { username: 'postgres', password: encodeURIComponent(password), pathname: '/postgres' })
    const close = async () => undefined
    const databaseFolder = realpathSync(join(dataFolder, 'postgres'))
    return {
      superuserUrl: url.href,
      journalFolder: journalOf(shop.env.PAYMENTS_SIMULATOR_FOLDER),
      databaseFolder,
      close,
    }
  }
  if (findFolderOwner(dataFolder) !== undefined)
    throw new WrongBackup(
      `The shop in ${dataFolder} is starting or stopping, or another command works on it. Try again.`,
    )
  const machine = await openMachine({ dataFolder, env: { ...env, SOUK_POSTGRES_PORT: '0' } })
  const { superuserUrl, databaseFolder } = machine
  return { superuserUrl, journalFolder: journalOf(undefined), databaseFolder, close: machine.stop }
}

function asSentence(error: unknown): Error {
  const { code, message, name } = error as NodeJS.ErrnoException
  if (name === 'WrongBackup') return error as Error
  if (code === 'ENOSPC') return new WrongBackup('There is no room left for the back-up. Nothing of it was kept.')
  const isLost = /Connection terminated|terminating connection|ECONNRESET|ECONNREFUSED|shutting down|57P0/.test(
    `${code} ${message}`,
  )
  if (isLost)
    return new WrongBackup('The database was stopped during the back-up. Nothing of it was kept; take another one.')
  return error as Error
}
