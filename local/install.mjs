// Installs what a command needs, with npm, in one terminal at a time. Plain JavaScript without dependencies, because
// bootstrap.mjs runs it on the reader's own Node (20 or later).
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import {
  findNode,
  findPinnedNode,
  hasDevelopment,
  isComplete,
  isInstalled,
  nestedFolders,
  npmList,
  packagesFolder,
  project,
  writeStamp,
} from './installed.mjs'

const installing = join(project, '.souk-installing')
const waitAtMostMinutes = 15

/** Two terminals may start at once: the first one installs, the others wait for it and look again. */
export async function installOnce(needsDevelopment) {
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
  if (!isInstalled(needsDevelopment)) await install(needsDevelopment)
  unlock()
  process.off('exit', unlock)
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM')
}

/** Ends the command with a sentence for the reader. */
export function stopWith(sentence) {
  console.error(sentence)
  process.exit(1)
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
    const pid = readPid()
    if (!pid) return ageSeconds > 10
    if (ageSeconds > waitAtMostMinutes * 60) return true
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function readPid() {
  try {
    return Number(readFileSync(join(installing, 'pid'), 'utf8'))
  } catch {
    return 0
  }
}

async function install(needsDevelopment) {
  const begun = Date.now()
  const seconds = () => Math.round((Date.now() - begun) / 1000)
  const showProgress = () => process.stderr.write(`\rInstalling what Souk needs, ${seconds()} s `)
  const ticker = process.stderr.isTTY ? setInterval(showProgress, 1000) : undefined
  if (!ticker) console.error('Installing what Souk needs; the first time takes up to a minute.')
  const { code, output } = await bringPackages(needsDevelopment || hasDevelopment() ? '--include=dev' : '--omit=dev')
  clearInterval(ticker)
  if (ticker) process.stderr.write('\r\x1b[K')
  if (code !== 0) {
    console.error(output.trimEnd())
    stopWith(
      `\nnpm did not succeed (its words are above). Check the network and the free disk space, then run the same command again.`,
    )
  }
  if (findNode() === undefined) stopWith(sayNodeIsMissing())
  removeHeaders()
  restoreNodeLink()
  writeStamp()
  console.error(`Installed what Souk needs in ${seconds()} s.`)
}

/**
 * `npm install` changes only what differs from the lock, which takes seconds, but it takes a package that is half unpacked
 * for a whole one. So it starts on a complete install or on an empty folder, and npm's list is set aside while it runs:
 * when it is killed, the next install finds no list and starts anew. When it fails by itself, it puts back what it changed.
 */
async function bringPackages(scope) {
  const setAside = `${npmList}.before`
  if (isComplete()) renameSync(npmList, setAside)
  else emptyPackagesFolder()
  const outcome = await npm([
    'install',
    '--no-save',
    scope,
    '--include=optional',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ])
  if (outcome.code > 0 && existsSync(setAside)) renameSync(setAside, npmList)
  rmSync(setAside, { force: true })
  return outcome
}

/** The folder itself stays, because it may be a mounted volume. */
function emptyPackagesFolder() {
  mkdirSync(packagesFolder, { recursive: true })
  try {
    const all = readdirSync(packagesFolder).map((name) => join(packagesFolder, name))
    for (const path of [...all, ...nestedFolders()]) rmSync(path, { recursive: true, force: true })
  } catch (error) {
    stopWith(
      `Cannot empty ${packagesFolder} (${error.code}). End what runs from there, then run the same command again.`,
    )
  }
}

/** The C headers for building native add-ons are 67 MB that nothing here uses. */
function removeHeaders() {
  const pinned = findPinnedNode()
  if (pinned) rmSync(join(pinned.folder, 'include'), { recursive: true, force: true })
}

/** npm 10 removes this link together with the Node packages of other systems, and unpacks a package whose link is missing. */
function restoreNodeLink() {
  const link = join(packagesFolder, '.bin', 'node')
  const program = findPinnedNode()?.program
  if (process.platform === 'win32' || !program || !existsSync(program) || existsSync(link)) return
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(relative(dirname(link), program), link)
}

function sayNodeIsMissing() {
  const pinned = findPinnedNode()
  const machine = `${process.platform} ${process.arch}`
  if (!pinned) return `Souk brings no Node for this kind of machine (${machine}). Run it with Node 26 or newer.`
  return `npm left out ${basename(pinned.folder)}, the Node that runs Souk. Check the network and the free disk space, then run the same command again.`
}

/** `code` is null when npm was killed. */
function npm(words) {
  // Under `npm start`, npm says where it lives and which Node runs it. That avoids npm.cmd, which Windows only starts
  // through a shell, and the pinned Node, which the install may replace.
  const { npm_execpath: itself, npm_node_execpath: itsNode = process.execPath } = process.env
  const viaNode = itself?.endsWith('.js') && existsSync(itself) && existsSync(itsNode)
  const [command, all] = viaNode ? [itsNode, [itself, ...words]] : ['npm', words]
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
    child.on('close', (code) => resolve({ code, output }))
  })
}
