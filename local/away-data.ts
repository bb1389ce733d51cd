// PostgreSQL's data when it lies outside the data folder, because its user cannot reach that (postgres-home.ts). The data folder and
// the data hold one file by two names (a hard link). So each knows the other: a data folder that was moved is recognized, a copy
// is refused, and data whose data folder was deleted is found and removed.
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

export const awayFolder = '/var/lib/souk'
/** A data folder that was deleted just now may have been copied before; the copy then still needs the data. */
const deletedAtLeastMs = 24 * 3_600_000

const markIn = (dataFolder: string) => join(dataFolder, 'postgres-place.json')
const markAt = (away: string) => join(away, 'owner.json')

/** Where the data lies, if the data folder only links to it. Throws when it is gone, or belongs to the folder that this is a copy of. */
export function findAway(dataFolder: string): string | undefined {
  const link = join(dataFolder, 'postgres')
  if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined
  if (!existsSync(link)) {
    throw new Error(
      `The database of the shop in ${dataFolder} lay in ${readlinkSync(link)} and is gone: this folder may be a copy from another machine, which holds no orders. Bring the database back, or remove the shop with \`npm run reset\`.`,
    )
  }
  const away = realpathSync(link)
  const original = findOriginal(dataFolder, away)
  if (original) {
    throw new Error(
      `${dataFolder} is a copy of ${original} without its database, which lies in ${away}. To complete the copy, stop the original, then: rm ${link} ${markIn(dataFolder)} && cp -a ${away} ${link}`,
    )
  }
  markOwner(dataFolder, away)
  return away
}

/** The data folder to which the data belongs, if this one is a copy of it. */
export function findOriginal(dataFolder: string, away: string): string | undefined {
  const owner = ownerOf(away)
  const isOurs = isSameFile(markIn(dataFolder), markAt(away)) || owner === dataFolder
  return owner && !isOurs && pointsTo(owner, away) ? owner : undefined
}

/** Makes a folder for the data, and puts what the data folder holds of it there. It leaves a link where people would look for it. */
export function moveAway(dataFolder: string, hash: string, own: (folder: string) => string): string {
  const link = join(dataFolder, 'postgres')
  const moving = `${link}-moving`
  if (existsSync(moving) && !existsSync(link)) renameSync(moving, link) // Of a start that was killed.
  mkdirSync(awayFolder, { recursive: true, mode: 0o755 })
  const away = own(mkdtempSync(join(awayFolder, `data-${hash}-`)))
  markOwner(dataFolder, away)
  if (existsSync(link)) {
    execFileSync('cp', ['-a', `${link}/.`, away])
    const { uid, gid } = statSync(away)
    execFileSync('chown', ['-R', `${uid}:${gid}`, away])
    rmSync(join(away, 'socket'), { recursive: true, force: true })
    renameSync(link, moving)
  }
  markOwner(dataFolder, away)
  symlinkSync(away, link)
  rmSync(moving, { recursive: true, force: true })
  return away
}

/** Removes the data of a data folder, unless the folder is a copy and the data belongs to the original. */
export function removeAway(dataFolder: string, away: string): boolean {
  if (findOriginal(dataFolder, away)) return false
  rmSync(away, { recursive: true, force: true, maxRetries: 5 })
  return true
}

/**
 * The data of deleted shops that may be removed: of a shop that was in this place before, and of those that were deleted a day ago.
 * `dataFolder`: undefined for all deleted shops, however short ago. Data without a mark is left alone. A server may still run on it.
 */
export function findLeftovers(dataFolder: string | undefined): string[] {
  if (!existsSync(awayFolder)) return []
  return readdirSync(awayFolder)
    .filter((name) => name.startsWith('data-'))
    .map((name) => join(awayFolder, name))
    .filter((away) => {
      const mark = statSync(markAt(away), { throwIfNoEntry: false })
      if (!mark || mark.nlink > 1 || !readMark(away)?.isLinked) return false
      const isLongAgo = Date.now() - mark.ctimeMs > deletedAtLeastMs
      return dataFolder === undefined || ownerOf(away) === dataFolder || isLongAgo
    })
}

interface Mark {
  dataFolder: string
  /** False where the two places are on different file systems, so that one file cannot have both names. */
  isLinked: boolean
}

/** Writes the mark, or the new place of a data folder that was moved. */
function markOwner(dataFolder: string, away: string): void {
  const [mine, theirs] = [markIn(dataFolder), markAt(away)]
  if (isSameFile(mine, theirs) && ownerOf(away) === dataFolder) return
  const write = (isLinked: boolean) => writeFileSync(theirs, JSON.stringify({ dataFolder, isLinked }), { mode: 0o600 })
  if (!isSameFile(mine, theirs)) {
    rmSync(theirs, { force: true })
    write(false)
    rmSync(mine, { force: true })
    try {
      linkSync(theirs, mine)
    } catch {
      copyFileSync(theirs, mine)
      return
    }
  }
  write(true)
}

function readMark(away: string): Mark | undefined {
  try {
    return JSON.parse(readFileSync(markAt(away), 'utf8')) as Mark
  } catch {
    return undefined // From before there were marks.
  }
}

function ownerOf(away: string): string | undefined {
  return readMark(away)?.dataFolder
}

function pointsTo(dataFolder: string, away: string): boolean {
  try {
    return realpathSync(join(dataFolder, 'postgres')) === away
  } catch {
    return false
  }
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}
