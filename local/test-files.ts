// Which files `npm test` runs.
import { globSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const project = resolve(import.meta.dirname, '..')
/** Where tests are. */
export const places = ['packages', 'services', 'apps', 'local', 'tests', 'verify', 'seed', 'bench']
/** These need installed brokers, so they run only when they are asked for. */
export const brokerTests = join('tests', 'brokers')
/** These need the tools that `.ci/install-deploy-tools` installs, and run only when they are asked for, too. */
export const deployTests = join('tests', 'deploy')
/** These need a browser, and run only when they are asked for, too. */
export const frontTests = join('tests', 'front')

/**
 * Sorts the words of `npm test` into files and flags for Node's runner. Without a file, folder or pattern among them: all tests in `from`.
 * `isWithoutBrokers`: the tests of installed brokers were left out of what was asked for.
 */
export function chooseFiles(words: string[], from: readonly string[]) {
  const flags: string[] = []
  const chosen: string[] = []
  for (const [position, word] of words.entries()) {
    const found = word.startsWith('-') ? undefined : filesOf(word)
    const isFlagsValue = /^--[a-z-]+$/.test(words[position - 1] ?? '') && found?.length === 0
    if (!found || isFlagsValue) flags.push(word)
    else chosen.push(...found)
  }
  const namesPlaces = words.some((word) => !word.startsWith('-') && !flags.includes(word))
  const files = namesPlaces ? chosen : from.flatMap((place) => filesOf(place))
  const among = namesPlaces ? words.map((word) => relative(project, resolve(project, word))) : from
  const isWithoutBrokers = among.includes('tests')
  return { flags, files: [...new Set(files)], isWithoutBrokers }
}

function filesOf(word: string): string[] {
  const path = resolve(project, word)
  const entry = statSync(path, { throwIfNoEntry: false })
  if (entry?.isDirectory()) return testsBelow(path)
  if (entry) return [relative(project, path)]
  return globSync(word, { cwd: project, exclude: (name) => name === 'node_modules' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
}

function testsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if ([brokerTests, deployTests, frontTests].includes(relative(project, path))) return []
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : testsBelow(path)
    return entry.name.endsWith('.test.ts') ? [relative(project, path)] : []
  })
}
