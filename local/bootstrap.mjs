// The first thing that every `npm start` and `npm test` runs: it installs what is missing, then hands over to the pinned
// Node. Plain JavaScript without dependencies, because it runs on the reader's own Node (20 or later) before any install.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const lockFile = join(project, 'package-lock.json')
const stampFile = join(project, 'node_modules', '.souk-lock-hash')
const installing = join(project, '.souk-installing')
const pinnedNode = join(project, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const waitAtMostMinutes = 15
/**
 * The whole shop keeps 60 MB alive, but Node's heap and the allocator's arena per thread grow to several hundred under load,
 * because the machine has room. These hold it below 250 MB, and cost a few percent of the rate.
 */
const nodeFlags = ['--max-semi-space-size=16', '--heap-growing-percent=50']
/** Compiled modules are kept, so that the next start is a quarter faster and need not load Node's TypeScript reader (13 MB). */
const nodeEnvironment = {
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: join(project, 'node_modules', '.cache', 'compiled'),
  ...process.env,
}

const [script, ...args] = process.argv.slice(2)
if (script === undefined) stopWith('Say which script to run, for example: node local/bootstrap.mjs local/start.ts')
if (!isInstalled()) await installOnce()
handOver()

function isInstalled() {
  const hash = hashOfLock()
  if (read(stampFile) === hash) return true
  if (hash === 'no lock' || !installedByHand()) return false
  writeFileSync(stampFile, hash)
  return true
}

function hashOfLock() {
  const lock = read(lockFile)
  return lock === undefined ? 'no lock' : createHash('sha256').update(lock).digest('hex')
}

/** Whether somebody ran `npm install` themselves: npm's own list of what it installed then equals the lock. */
function installedByHand() {
  const installed = packagesIn(join(project, 'node_modules', '.package-lock.json'))
  const wanted = packagesIn(lockFile)
  if (installed === undefined || wanted === undefined) return false
  const isSame = (path) =>
    installed[path]?.version === wanted[path]?.version && installed[path]?.resolved === wanted[path]?.resolved
  return (
    Object.keys(installed).every(isSame) &&
    Object.keys(wanted).every(
      (path) =>
        path === '' || isSame(path) || (!installed[path] && (wanted[path].optional || wanted[path].devOptional)),
    )
  )
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Two terminals may start at once: the first one installs, the others wait for it and look again. */
async function installOnce() {
  const begun = Date.now()
  let said = false
  while (!takeInstallLock()) {
    if (!said) console.error('Another terminal is installing what Souk needs; waiting for it.')
    said = true
    if (Date.now() - begun > waitAtMostMinutes * 60_000) {
      stopWith(`The other terminal is still installing after ${waitAtMostMinutes} minutes. End it, then try again.`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const unlock = () => rmSync(installing, { recursive: true, force: true })
  process.on('exit', unlock)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(128 + constants.signals[signal]))
  if (!isInstalled()) await install()
  unlock()
  process.off('exit', unlock)
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM')
}

function takeInstallLock() {
  try {
    mkdirSync(installing)
    writeFileSync(join(installing, 'pid'), String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') {
      stopWith(
        `Cannot write to ${project} (${error.code}). Souk installs its packages there: give yourself the rights.`,
      )
    }
  }
  if (isStale()) rmSync(installing, { recursive: true, force: true })
  return false
}

function isStale() {
  try {
    const ageSeconds = (Date.now() - statSync(installing).mtimeMs) / 1000
    const pid = Number(read(join(installing, 'pid')))
    if (!pid) return ageSeconds > 10
    if (ageSeconds > waitAtMostMinutes * 60) return true
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

async function install() {
  const command = existsSync(lockFile) ? 'ci' : 'install'
  const begun = Date.now()
  const seconds = () => Math.round((Date.now() - begun) / 1000)
  const showProgress = () => process.stderr.write(`\rInstalling what Souk needs, ${seconds()} s `)
  const ticker = process.stderr.isTTY ? setInterval(showProgress, 1000) : undefined
  if (!ticker) console.error('Installing what Souk needs; the first time takes up to a minute.')
  const quietly = ['--no-fund', '--no-audit', '--loglevel=error']
  let { code, output } = await npm([command, ...quietly])
  // A lock that lacks other platforms' optional packages is refused by `npm ci`, and enough for `npm install`.
  if (command === 'ci' && code !== 0 && output.includes('EUSAGE')) {
    ;({ code, output } = await npm(['install', '--no-save', ...quietly]))
  }
  clearInterval(ticker)
  if (ticker) process.stderr.write('\r\x1b[K')
  if (code !== 0) {
    console.error(output.trimEnd())
    stopWith(
      `\nnpm did not succeed (its words are above). Check the network and the free disk space, then run the same command again.`,
    )
  }
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, hashOfLock())
  console.error(`Installed what Souk needs in ${seconds()} s.`)
}

function npm(words) {
  // Under `npm start`, npm says where it lives; that also avoids npm.cmd, which Windows only starts through a shell.
  const itself = process.env.npm_execpath
  const viaNode = itself?.endsWith('.js') && existsSync(itself)
  const [command, all] = viaNode ? [process.execPath, [itself, ...words]] : ['npm', words]
  return new Promise((resolve) => {
    const child = spawn(command, all, { cwd: project, shell: !viaNode && process.platform === 'win32' })
    process.on('exit', () => child.kill())
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-100_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ code: 1, output: `npm could not be started: ${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function handOver() {
  const child = spawn(chooseNode(), [...nodeFlags, script, ...args], { stdio: 'inherit', env: nodeEnvironment })
  // A terminal sends Ctrl-C (and its own end) to the child as well, so passing it on would make it two.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'))
  process.on('SIGHUP', () => atTerminal || child.kill('SIGHUP'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => stopWith(`Node could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

function chooseNode() {
  if (existsSync(pinnedNode)) return pinnedNode
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath
  return stopWith(
    'The pinned Node is missing from node_modules/node. Run `npm rebuild node`; if npm blocks install scripts, allow the one of `node`.',
  )
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function stopWith(sentence) {
  console.error(sentence)
  process.exit(1)
}
