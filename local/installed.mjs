// Tells whether the packages that a command needs are installed, and which Node runs it. Plain JavaScript without
// dependencies, because bootstrap.mjs asks before anything is installed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'

export const project = dirname(dirname(fileURLToPath(import.meta.url)))
export const packagesFolder = join(project, 'node_modules')
/** npm's own list of what it installed. npm writes it when everything is in place. */
export const npmList = join(packagesFolder, '.package-lock.json')
const lockFile = join(project, 'package-lock.json')
const stampFile = join(packagesFolder, '.souk-installed')
const ownNodeFrom = 26
const dependencyKinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/** Whether a command can run without an install; `needsDevelopment`: the command uses packages that only developers need. */
export function isInstalled(needsDevelopment) {
  if (!isComplete() || findNode() === undefined) return false
  if (needsDevelopment && !hasDevelopment()) return false
  if (parse(stampFile)?.fingerprint === fingerprint()) return true
  if (!isAsLocked()) return false
  try {
    writeStamp() // Installed by hand. From now on, missing files are noticed here, too.
  } catch {} // The folder may be read-only.
  return true
}

/** Whether the last install came to its end and every package that it brought still has all its files. */
export function isComplete() {
  const installed = packagesIn(npmList)
  const files = parse(stampFile)?.files ?? {}
  const isWhole = (path) =>
    existsSync(join(project, path, 'package.json')) &&
    (files[path] === undefined || countFiles(join(project, path)) === files[path])
  return installed !== undefined && Object.keys(installed).every(isWhole)
}

/** Whether the packages that only developers need are installed, too. */
export function hasDevelopment() {
  return Object.values(packagesIn(npmList) ?? {}).some(({ dev }) => dev)
}

/** Records that what is installed now answers the lock and the package.json files as they are now, and how many files it has. */
export function writeStamp() {
  const packages = Object.entries(packagesIn(npmList) ?? {}).filter(([path, { link }]) => isInstalledAt(path) && !link)
  const files = Object.fromEntries(packages.map(([path]) => [path, countFiles(join(project, path))]))
  writeFileSync(stampFile, JSON.stringify({ fingerprint: fingerprint(), files }))
}

/** The folders of installed packages that lie beside their workspace, because another one needs another version. */
export function nestedFolders() {
  return packageFolders()
    .map((folder) => join(project, folder, 'node_modules'))
    .filter((folder) => folder !== packagesFolder && existsSync(folder))
}

function isInstalledAt(path) {
  return path.split('/').includes('node_modules')
}

/** Without the packages inside, which are counted by themselves. All packages take 40 ms. */
function countFiles(folder) {
  let count = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) count += 1
    else if (entry.name !== 'node_modules') count += countFiles(join(folder, entry.name))
  }
  return count
}

/** The Node that runs Souk: the pinned one, or else the one that runs this script, if it is new enough. */
export function findNode() {
  const pinned = findPinnedNode()
  if (pinned && existsSync(pinned.program)) return pinned.program
  return Number(process.versions.node.split('.')[0]) >= ownNodeFrom ? process.execPath : undefined
}

/** The pinned Node as the lock names it for this kind of machine, whether installed or not; undefined for kinds without. */
export function findPinnedNode() {
  const isForThisMachine = ({ os, cpu, bin }) =>
    bin?.node && [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch)
  const found = Object.entries(packagesIn(lockFile) ?? {}).find(([, locked]) => isForThisMachine(locked))
  if (!found) return undefined
  const folder = join(project, found[0])
  return { folder, program: join(folder, found[1].bin.node) }
}

function fingerprint() {
  const files = [lockFile, npmList, ...packageFolders().map((folder) => join(project, folder, 'package.json'))]
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\n${read(file)}\n`)
  return hash.digest('hex')
}

/** Whether somebody installed by hand what the lock asks for, with or without the packages that only developers need. */
function isAsLocked() {
  const installed = packagesIn(npmList)
  const locked = packagesIn(lockFile)
  if (installed === undefined || locked === undefined) return false
  const withDevelopment = hasDevelopment()
  const isSame = (path) =>
    installed[path]?.version === locked[path]?.version && installed[path]?.resolved === locked[path]?.resolved
  const mayBeMissing = ({ optional, devOptional, dev }) => optional || devOptional || (dev && !withDevelopment)
  return (
    Object.keys(installed).every(isSame) &&
    Object.keys(locked).every(
      (path) => path === '' || isSame(path) || (!installed[path] && mayBeMissing(locked[path])),
    ) &&
    packageFolders().every((folder) => isLockUpToDate(locked[folder], join(project, folder, 'package.json')))
  )
}

/** Whether the lock was made from a package.json as it is now. */
function isLockUpToDate(locked, file) {
  const manifest = parse(file)
  if (!manifest || !locked) return false
  return dependencyKinds.every((kind) => isDeepStrictEqual(manifest[kind] ?? {}, locked[kind] ?? {}))
}

/** The folders of all packages of this repository, relative to it and as the lock calls them; the first is the root. */
function packageFolders() {
  const patterns = parse(join(project, 'package.json'))?.workspaces ?? []
  const parents = patterns
    .map((pattern) => pattern.replace(/\/\*$/, ''))
    .filter((parent) => existsSync(join(project, parent)))
  const folders = parents.flatMap((parent) => readdirSync(join(project, parent)).map((name) => `${parent}/${name}`))
  return ['', ...folders.filter((folder) => existsSync(join(project, folder, 'package.json')))]
}

function packagesIn(file) {
  return parse(file)?.packages
}

function parse(file) {
  try {
    return JSON.parse(read(file) ?? '')
  } catch {
    return undefined
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
