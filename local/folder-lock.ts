// One running Souk per data folder: `souk.pid` names the process that holds it. A process id alone is not enough after a crash,
// because systems reuse them (containers do at once), so the file also keeps when that process started.
import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

interface Owner {
  pid: number
  started: string
  /** It only stops what a killed process has left, and gives the folder back at once. */
  isStopping?: true
}

const waitForStopMs = 20_000

/** The same as `lockFolder`, but waits for a process that stops what a killed one has left. */
export async function lockFolderSoon(dataFolder: string): Promise<() => void> {
  for (const until = Date.now() + waitForStopMs; ; await pause(50)) {
    try {
      return lockFolder(dataFolder)
    } catch (error) {
      if (!readOwner(dataFolder)?.isStopping || Date.now() > until) throw error
    }
  }
}

/** Takes the folder for this process, or throws a sentence that says who has it. Returns what gives it back. */
export function lockFolder(dataFolder: string, { isStopping }: Pick<Owner, 'isStopping'> = {}): () => void {
  const file = join(dataFolder, 'souk.pid')
  const mine = `${file}.${process.pid}`
  const me: Owner = { pid: process.pid, started: startOf(process.pid) ?? 'unknown', isStopping }
  const words = JSON.stringify(me)
  writeFileSync(mine, words)
  try {
    // Linking makes the file appear complete or not at all, and fails when somebody was faster.
    for (let attempt = 0; !linked(mine, file); attempt++) {
      const found = readText(file)
      if (found === undefined) continue
      const owner = parseOwner(found)
      if (attempt >= 20 || (owner && isAlive(owner))) {
        throw new Error(
          `Souk is running already with the data in ${dataFolder} (process ${owner?.pid ?? 'unknown'}). Stop that one first, or give this one another data folder.`,
        )
      }
      removeStale(file, found)
    }
  } finally {
    rmSync(mine, { force: true })
  }
  return () => {
    if (readText(file) === words) rmSync(file, { force: true })
  }
}

/** The living process that owns this folder, if any. */
export function findFolderOwner(dataFolder: string): number | undefined {
  const owner = readOwner(dataFolder)
  return owner && isAlive(owner) ? owner.pid : undefined
}

function readOwner(dataFolder: string) {
  return parseOwner(readText(join(dataFolder, 'souk.pid')) ?? '')
}

/** When this process started, in the system's own words; undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? []
      const isGone = afterName[0] === 'Z' || afterName[0] === 'X'
      return isGone ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${afterName[19]}`
    }
    if (process.platform !== 'win32') {
      return execFileSync('ps', ['-o', 'lstart=', '-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    }
    process.kill(pid, 0)
    return 'alive'
  } catch {
    return undefined
  }
}

function isAlive(owner: Owner) {
  return startOf(owner.pid) === owner.started
}

/** Two processes may find the same stale file; a process that moved a fresh one by mistake puts it back. */
function removeStale(file: string, stale: string) {
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (readText(aside) !== stale) linked(aside, file)
  rmSync(aside, { force: true })
}

function linked(from: string, to: string) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner
  } catch {
    return undefined
  }
}

function readText(file: string) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
