// The first thing that every `npm start` and `npm test` runs: it installs what is missing, then hands over to the pinned
// Node. Plain JavaScript without dependencies, because it runs on the reader's own Node (20 or later) before any install.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installOnce, stopWith } from './install.mjs'
import { findNode, isInstalled, packagesFolder, project } from './installed.mjs'

/**
 * The whole shop keeps 60 MB alive, but Node's heap and the allocator's arena per thread grow to several hundred under load,
 * because the machine has room. These hold it below 250 MB, and cost a few percent of the rate.
 */
const nodeFlags = [
  '--max-semi-space-size=16',
  '--heap-growing-percent=50',
  `--import=${pathToFileURL(join(project, 'local', 'missing-packages.mjs'))}`,
]
/** Compiled modules are kept, so that the next start is a quarter faster and need not load Node's TypeScript reader (13 MB). */
const nodeEnvironment = {
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: join(packagesFolder, '.cache', 'compiled'),
  ...process.env,
}

const words = process.argv.slice(2)
/** `--development` before the script: it uses packages that only developers need (the linter, the type checker). */
const needsDevelopment = words[0] === '--development'
const [script, ...args] = needsDevelopment ? words.slice(1) : words
if (script === undefined) stopWith('Say which script to run, for example: node local/bootstrap.mjs local/start.ts')
if (!isInstalled(needsDevelopment)) await installOnce(needsDevelopment)
handOver()

function handOver() {
  // By the channel, the shop learns that this process was killed, and then stops.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc']
  const child = spawn(findNode(), [...nodeFlags, script, ...args], { stdio, env: nodeEnvironment })
  // A terminal sends Ctrl-C (and its own end) to the child as well, so passing it on would make it two.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'))
  process.on('SIGHUP', () => atTerminal || child.kill('SIGHUP'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => stopWith(`Node could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}
