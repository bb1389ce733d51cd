// Runs the tests (`npm test`): one throw-away PostgreSQL for all of them, found by SOUK_TEST_POSTGRES, then Node's own
// runner over the files. Arguments are files, folders or patterns to run instead of all, and flags for Node's runner.
import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { findFolderOwner } from './folder-lock.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { preparePostgresHome, removeDataFolder } from './postgres-home.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'

const project = resolve(import.meta.dirname, '..')
const places = ['packages', 'services', 'local', 'tests', 'verify', 'seed', 'bench']
const temporary = realpathSync(tmpdir())
const killAfterSeconds = 5

process.exitCode = await runTests(process.argv.slice(2).filter((word) => word !== '--'))

async function runTests(words: string[]) {
  const { flags, files } = chooseFiles(words)
  if (files.length === 0) {
    console.error(`There are no tests${words.length > 0 ? ` in ${words.join(' ')}` : ''}.`)
    return 1
  }
  let stopSignal: NodeJS.Signals | undefined
  let passOn = (_signal: NodeJS.Signals) => {}
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopSignal ??= signal
      passOn(signal)
    })
  }
  await removeForgotten()
  const dataFolder = mkdtempSync(join(temporary, 'souk-test-'))
  let postgres: Postgres | undefined
  try {
    postgres = await startPostgres({ dataFolder, port: 0, durable: false })
    if (stopSignal) return 128 + constants.signals[stopSignal]
    const running = runNode(['--test', '--test-concurrency=2', '--test-reporter=spec', ...flags, ...files], {
      SOUK_TEST_POSTGRES: postgres.url('postgres'),
      ...temporaryFolderIn(dataFolder),
    })
    passOn = running.passOn
    return await running.code
  } catch (error) {
    // Ctrl-C also reaches the making of the database, which then fails; that is no news.
    if (stopSignal) return 128 + constants.signals[stopSignal]
    throw error
  } finally {
    await postgres?.stop()
    removeDataFolder(dataFolder)
  }
}

/** The tests get a process group of their own, so that whatever they leave behind can be ended with them. */
function runNode(words: string[], environment: Record<string, string>) {
  const detached = process.platform !== 'win32'
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  const env = { ...ours, ...environment }
  const child = spawn(process.execPath, words, { cwd: project, stdio: 'inherit', detached, env })
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      process.kill(detached && child.pid ? -child.pid : (child.pid ?? 0), signal)
    } catch {}
  }
  const code = new Promise<number>((done, fail) => {
    child.on('error', fail)
    child.on('exit', (exitCode, signal) => {
      signalAll('SIGKILL')
      done(exitCode ?? (signal ? 128 + constants.signals[signal] : 1))
    })
  })
  const passOn = (signal: NodeJS.Signals) => {
    signalAll(signal)
    setTimeout(() => signalAll('SIGKILL'), killAfterSeconds * 1000).unref()
  }
  return { code, passOn }
}

/** What tests leave in the temporary folder, when they are killed, goes with ours. Anybody may write to such a folder. */
function temporaryFolderIn(dataFolder: string) {
  const TMPDIR = join(dataFolder, 'tmp')
  mkdirSync(TMPDIR)
  chmodSync(TMPDIR, 0o1777)
  chmodSync(dataFolder, 0o711) // Some tests, as root, let other users work in it.
  return { TMPDIR }
}

function chooseFiles(words: string[]) {
  const flags: string[] = []
  const chosen: string[] = []
  for (const [position, word] of words.entries()) {
    const found = word.startsWith('-') ? undefined : filesOf(word)
    const isFlagsValue = /^--[a-z-]+$/.test(words[position - 1] ?? '') && found?.length === 0
    if (!found || isFlagsValue) flags.push(word)
    else chosen.push(...found)
  }
  const namesPlaces = words.some((word) => !word.startsWith('-') && !flags.includes(word))
  const files = namesPlaces ? chosen : places.flatMap((place) => filesOf(place))
  return { flags, files: [...new Set(files)] }
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
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : testsBelow(path)
    return entry.name.endsWith('.test.ts') ? [relative(project, path)] : []
  })
}

/** A killed run leaves its PostgreSQL behind; the next run ends it. */
async function removeForgotten() {
  for (const name of readdirSync(temporary)) {
    const folder = join(temporary, name)
    if (!/^souk-test-\w{6}$/.test(name) || statSync(folder).uid !== process.getuid?.()) continue
    const isYoung = Date.now() - statSync(folder).mtimeMs < 60_000
    if (isYoung || findFolderOwner(folder) !== undefined) continue
    const home = preparePostgresHome(folder, () => {})
    const server = findPostmaster(home)
    if (server) await stopPostmaster(server.pid, home)
    removeDataFolder(folder)
  }
}
