// Runs the tests (`npm test`): one throw-away PostgreSQL for all of them, found by SOUK_TEST_POSTGRES, then Node's own
// runner over the files. Arguments are files, folders or patterns to run instead of all, and flags for Node's runner.
// `npm run test:brokers -- nats kafka` runs those of the message brokers, which must be installed, and `npm run test:deploy` those of what
// is in deploy/, with the tools that `.ci/install-deploy-tools` installs.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensureStorefrontIsBuilt } from './build-storefront.ts'
import { findFolderOwner } from './folder-lock.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { preparePostgresHome, removeDataFolder } from './postgres-home.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'
import { chooseBrokers } from './test-brokers.ts'
import { brokerTests, chooseFiles, deployTests, frontTests, places } from './test-files.ts'
import { prepareFront } from './test-front.ts'

const project = resolve(import.meta.dirname, '..')
const temporary = realpathSync(tmpdir())
const killAfterSeconds = 5

const words = process.argv.slice(2).filter((word) => word !== '--')
process.exitCode = await runChosen(words)

function runChosen([kind, ...others]: string[]) {
  if (kind === '--brokers') return runBrokerTests(others)
  if (kind === '--deploy') return runTests(['--test-concurrency=1', ...others], [deployTests])
  if (kind === '--front') return runFrontTests(others)
  return runTests(words)
}

async function runBrokerTests(words: string[]) {
  const chosen = await chooseBrokers(words)
  if (chosen.complaint) {
    console.error(chosen.complaint)
    return 1
  }
  // These tests mostly wait: for members and brokers that were killed. Kafka's client sometimes keeps its process alive when all is closed.
  return runTests(['--test-concurrency=3', '--test-force-exit', ...chosen.others], [brokerTests], {
    SOUK_TEST_BROKERS: chosen.names.join(','),
  })
}

async function runFrontTests(words: string[]) {
  await ensureStorefrontIsBuilt((what) => console.log(`${what} …`))
  const front = await prepareFront()
  try {
    return await runTests(['--test-concurrency=2', ...words], [frontTests], front.environment)
  } finally {
    await front.stop()
  }
}

async function runTests(words: string[], from = places, environment: Record<string, string> = {}) {
  const { flags, files, isWithoutBrokers } = chooseFiles(words, from)
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
  await ensureStorefrontIsBuilt((what) => console.log(`${what} …`))
  const dataFolder = mkdtempSync(join(temporary, 'souk-test-'))
  let postgres: Postgres | undefined
  try {
    postgres = await startPostgres({ dataFolder, port: 0, durable: false })
    if (stopSignal) return 128 + constants.signals[stopSignal]
    const running = runNode(['--test', '--test-concurrency=2', '--test-reporter=spec', ...flags, ...files], {
      SOUK_TEST_POSTGRES: postgres.url('postgres'),
      ...temporaryFolderIn(dataFolder),
      ...environment,
    })
    passOn = running.passOn
    const code = await running.code
    if (isWithoutBrokers)
      console.log(
        `The tests of the message brokers (${brokerTests}), of the deployment (${deployTests}) and in a browser (${frontTests}) did not run: npm run test:brokers, npm run test:deploy, npm run test:front`,
      )
    return code
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
