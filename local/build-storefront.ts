// Builds the shop front (apps/storefront/dist) when its sources have changed since the last build, and not otherwise. `npm run build` builds
// it in every case.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'

const project = resolve(import.meta.dirname, '..')
const site = join(project, 'apps', 'storefront')
const stamp = join(site, 'dist', '.built-from')
const lock = join(site, '.building')
const waitAtMostMs = 120_000
/** `disconnect`: the process that started this one was killed. */
const stops = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const

/** False in an image, which holds the built site without its sources. */
export function isBuiltHere(): boolean {
  return existsSync(join(site, 'src'))
}

/** Throws with the builder's own words when the site cannot be built. `say`: tells what is going on. */
export async function ensureStorefrontIsBuilt(say: (what: string) => void): Promise<void> {
  if (!isBuiltHere()) return
  if (isCurrent(sourcesHash())) return
  say('Building the shop front, because its sources have changed')
  await buildStorefront()
}

/** Builds the site, one process at a time; the others wait for it. */
export async function buildStorefront(): Promise<void> {
  const since = Date.now()
  while (!takeLock()) {
    if (Date.now() - since > waitAtMostMs) throw new Error(`Another build has not ended; remove ${lock} and try again.`)
    await new Promise((done) => setTimeout(done, 200))
    if (isCurrent(sourcesHash())) return
  }
  const unlock = () => rmSync(lock, { recursive: true, force: true })
  process.on('exit', unlock)
  try {
    const hash = sourcesHash()
    const { code, output } = await runAstro(['build', '--outDir', 'dist-next'])
    if (code !== 0) throw new Error(`The shop front could not be built:\n${output.trimEnd()}`)
    writeFileSync(join(site, 'dist-next', '.built-from'), hash)
    rmSync(join(site, 'dist'), { recursive: true, force: true })
    renameSync(join(site, 'dist-next'), join(site, 'dist'))
  } finally {
    unlock()
    process.off('exit', unlock)
  }
}

/** Runs a command of Astro in the site's folder until it ends. What stops this process stops it, too. */
export async function runAstro(
  words: string[],
  stdio: 'pipe' | 'inherit' = 'pipe',
): Promise<{ code: number; output: string }> {
  const require = createRequire(join(site, 'package.json'))
  const program = join(dirname(require.resolve('astro/package.json')), 'bin', 'astro.mjs')
  const child = spawn(process.execPath, [program, ...words], {
    cwd: site,
    stdio: ['ignore', stdio, stdio],
    env: {
      ...process.env,
      ASTRO_TELEMETRY_DISABLED: '1',
      NODE_ENV: words[0] === 'build' ? 'production' : 'development',
    },
  })
  const stop = () => void child.kill()
  for (const event of stops) process.on(event, stop)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
  try {
    const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('exit', done))
    return { code: code ?? 1, output }
  } finally {
    for (const event of stops) process.off(event, stop)
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(lock)
    writeFileSync(join(lock, 'pid'), String(process.pid))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (!isHeld()) rmSync(lock, { recursive: true, force: true })
  return false
}

function isHeld(): boolean {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return true
  } catch {
    return false // It has no process, or that has ended.
  }
}

function isCurrent(hash: string): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
}

/** Of everything that the build reads: the site, the contracts that it bundles, and the versions of what builds it. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const files = globSync(['apps/storefront/**/*.*', 'packages/contracts/**/*.ts', 'package-lock.json'], {
    cwd: project,
    exclude: (path) =>
      /(^|\/)(node_modules|dist|dist-next|\.astro|\.building)(\/|$)|\.test\.ts$/.test(relative('', path)),
  })
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(project, file)))
  return hash.digest('hex')
}
