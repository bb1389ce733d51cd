// The two releases of a roll-out: this tree, and the release before (the commit in previous-release), taken from git into a temporary
// folder. It runs on the packages that are installed here.
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join, resolve } from 'node:path'

export interface Release {
  name: string
  folder: string
}

const project = resolve(import.meta.dirname, '../..')
/** The release that is in production, as a commit. Whoever releases writes the next one here. */
export const previousCommit = readFileSync(join(import.meta.dirname, 'previous-release'), 'utf8').trim()

export const current: Release = { name: 'new', folder: project }

/** Puts the release before into a folder. Throws a sentence that says what to fetch when this clone does not have it. */
export function takePrevious(folder: string): Release {
  try {
    execFileSync('git', ['cat-file', '-e', `${previousCommit}^{commit}`], { cwd: project, stdio: 'ignore' })
  } catch {
    throw new Error(
      `The release before, ${previousCommit}, is not in this clone. Fetch it with \`git fetch --unshallow\` or \`git fetch origin ${previousCommit}\`, then run the same command again.`,
    )
  }
  mkdirSync(folder, { recursive: true })
  const archive = execFileSync('git', ['archive', previousCommit], { cwd: project, maxBuffer: 512 * 1024 * 1024 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  linkPackages(folder)
  return { name: 'previous', folder }
}

/** Copies this tree as it is now, with changes that are not committed, and links what is installed. */
export function copyCurrent(folder: string): void {
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  for (const file of execFileSync('git', words, { cwd: project, encoding: 'utf8' }).split('\0')) {
    if (!file || !existsSync(join(project, file))) continue
    cpSync(join(project, file), join(folder, file), { recursive: true, verbatimSymlinks: true })
  }
  linkPackages(folder)
}

/** Links what is installed here. Links to packages of our own lead to those of the same tree. */
function linkPackages(folder: string): void {
  const [from, to] = [join(project, 'node_modules'), join(folder, 'node_modules')]
  mkdirSync(join(to, '@souk'), { recursive: true })
  for (const { name } of readdirSync(from, { withFileTypes: true })) {
    if (name === '@souk') continue
    // A command that adds a package writes into npm's list, so each tree has one of its own.
    if (name.startsWith('.') && statSync(join(from, name)).isFile()) copyFileSync(join(from, name), join(to, name))
    else symlinkSync(join(from, name), join(to, name))
  }
  for (const name of readdirSync(join(from, '@souk')))
    symlinkSync(readlinkSync(join(from, '@souk', name)), join(to, '@souk', name))
  for (const service of readdirSync(join(folder, 'services'))) {
    const nested = join(project, 'services', service, 'node_modules')
    if (existsSync(nested)) symlinkSync(nested, join(folder, 'services', service, 'node_modules'))
  }
}
