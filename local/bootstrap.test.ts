// The first command on a fresh clone: installs what it needs, hands over, and says what to do when it cannot. The project
// here is a folder with nothing but the bootstrap and a script; `npm` is a stand-in that writes down how it was called,
// lays out the packages of the lock and lists them as npm does.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const repository = join(import.meta.dirname, '..')
const skip = process.platform === 'win32' && 'the stand-in for npm is a shell script'
const forTheShop = 'install --no-save --omit=dev --include=optional --no-fund --no-audit --loglevel=error'
const forDevelopment = forTheShop.replace('--omit=dev', '--include=dev')
const lockedPackages = {
  '': { version: '0.1.0', dependencies: { shop: '1.0.0' }, devDependencies: { linter: '1.0.0' } },
  'node_modules/@souk/orders': { resolved: 'services/orders', link: true },
  'node_modules/linter': { version: '1.0.0', dev: true },
  'node_modules/pinned': { version: '26.0.0', optional: true, ...forThisMachine(), bin: { node: 'bin/node' } },
  'node_modules/pinned-elsewhere': {
    version: '26.0.0',
    optional: true,
    os: 'aix',
    cpu: 'ppc',
    bin: { node: 'bin/node' },
  },
  'node_modules/shop': { version: '1.0.0' },
  'services/orders': { name: '@souk/orders', version: '0.1.0', dependencies: { shop: '1.0.0' } },
}

test('the first run installs, the second one does not; code and arguments pass through', { skip }, async (t) => {
  const project = newProject(t)
  const first = await bootstrap(project, ['script.mjs', '3', 'two words'])
  assert.equal(first.code, 3)
  assert.equal(first.stdout, 'two words\n')
  assert.match(first.stderr, /Installing what Souk needs.*\nInstalled what Souk needs in \d+ s\.\n/)
  const second = await bootstrap(project, ['script.mjs', '0', 'again'])
  assert.deepEqual(second, { code: 0, stdout: 'again\n', stderr: '' })
  assert.deepEqual(npmCalls(project), [forTheShop])
})

test('what only developers need comes with the first command that uses it, and stays', { skip }, async (t) => {
  const project = newProject(t)
  await installFirst(project)
  assert.equal(existsSync(join(project, 'node_modules', 'linter')), false)
  await bootstrap(project, ['--development', 'script.mjs', '0'])
  assert.deepEqual(npmCalls(project), [forTheShop, forDevelopment])
  assert.ok(keptFirst(project), 'the second install completes the first')

  for (const words of [['script.mjs'], ['--development', 'script.mjs']]) await bootstrap(project, [...words, '0'])
  assert.equal(npmCalls(project).length, 2)
  writeLock(project, { ...lockedPackages, 'node_modules/other-linter': { version: '1.0.0', dev: true } })
  await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project)[2], forDevelopment)
  assert.ok(existsSync(join(project, 'node_modules', 'other-linter')))
})

test('a changed lock is installed again, on top of what is there', { skip }, async (t) => {
  const project = newProject(t)
  await installFirst(project)
  writeLock(project, { ...lockedPackages, 'node_modules/more': { version: '1.0.0' } })
  await bootstrap(project, ['script.mjs', '0'])
  assert.deepEqual(npmCalls(project), [forTheShop, forTheShop])
  assert.ok(keptFirst(project))
})

test('a service that asks for another package is noticed, even when the lock does not say so', { skip }, async (t) => {
  const project = newProject(t)
  await bootstrap(project, ['script.mjs', '0'])
  writeManifest(project, 'services/orders', { dependencies: { shop: '1.0.0', more: '1.0.0' } })
  for (let run = 0; run < 2; run++) await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 2)
  writeManifest(project, 'services/added', {})
  for (let run = 0; run < 2; run++) await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 3)
})

test('a package.json that asks for the same as before needs no install', { skip }, async (t) => {
  const project = newProject(t)
  await bootstrap(project, ['script.mjs', '0'])
  writeManifest(project, 'services/orders', { dependencies: { shop: '1.0.0' }, description: 'Orders' })
  await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 1)
})

test('a package that was removed since is installed again, with everything else', { skip }, async (t) => {
  const project = newProject(t)
  await installFirst(project)
  rmSync(join(project, 'node_modules', 'shop'), { recursive: true })
  await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 2)
  assert.ok(existsSync(join(project, 'node_modules', 'shop', 'package.json')))
  assert.equal(keptFirst(project), false)
})

for (const path of ['node_modules/shop', 'services/orders/node_modules/shop'])
  test(`a package that lost a file deep inside is installed again (${path})`, { skip }, async (t) => {
    const project = newProject(t)
    writeLock(project, { ...lockedPackages, 'services/orders/node_modules/shop': { version: '2.0.0' } })
    await installFirst(project)
    for (const folder of ['node_modules', 'services/orders/node_modules']) {
      mkdirSync(join(project, folder, 'shop', 'dist', 'deep'), { recursive: true })
      writeFileSync(join(project, folder, 'shop', 'dist', 'deep', 'index.js'), '')
    }
    // The files are counted after an install; this is how the project is after it.
    rmSync(join(project, 'node_modules', '.souk-installed'))
    await bootstrap(project, ['script.mjs', '0'])
    assert.equal(npmCalls(project).length, 1)
    rmSync(join(project, path, 'dist', 'deep', 'index.js'))
    assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
    assert.equal(npmCalls(project).length, 2)
    assert.equal(existsSync(join(project, path, 'dist')), false, 'it was emptied before')
    assert.ok(existsSync(join(project, path, 'package.json')))
  })

test('a package that is missing all the same is told in one sentence', { skip }, async (t) => {
  const project = newProject(t)
  writeFileSync(join(project, 'script.mjs'), `import 'no-such-package'`)
  const { code, stderr } = await bootstrap(project, ['script.mjs'])
  assert.equal(code, 1)
  assert.match(
    stderr.split('\n').slice(-3).join('\n'),
    /^ {2}A package is missing or incomplete: Cannot find package 'no-such-package' imported from .*script\.mjs\. Run `npm ci`, then the same command again\.\n\n$/,
  )
})

test('a script learns when the command that started it was killed', { skip }, async (t) => {
  const project = newProject(t)
  await bootstrap(project, ['script.mjs', '0'])
  const script = `process.on('disconnect', () => { console.log('alone'); process.exit(0) }); console.log(process.ppid)`
  writeFileSync(join(project, 'script.mjs'), script)
  const child = spawn(process.execPath, [join('local', 'bootstrap.mjs'), 'script.mjs'], { cwd: project })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
    if (said.endsWith(`${child.pid}\n`)) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.on('close', resolve))
  assert.equal(said, `${child.pid}\nalone\n`)
})

test('a package that somebody removed with npm is installed again', { skip }, async (t) => {
  const project = newProject(t)
  await installFirst(project)
  const { 'node_modules/shop': _, ...others } = lockedPackages
  writeLock(project, others)
  npmByHand(project, forTheShop)
  writeLock(project, lockedPackages)
  await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 3)
})

test('an install by hand is noticed and not repeated', { skip }, async (t) => {
  const project = newProject(t)
  npmByHand(project, forDevelopment)
  for (const words of [['script.mjs'], ['--development', 'script.mjs']]) {
    assert.equal((await bootstrap(project, [...words, '0'])).code, 0)
  }
  npmByHand(project, forTheShop)
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.deepEqual(npmCalls(project), [forDevelopment, forTheShop])
  await bootstrap(project, ['--development', 'script.mjs', '0'])
  assert.equal(npmCalls(project)[2], forDevelopment)
})

test('an install by hand from another lock, or before a service asked for more, is repeated', { skip }, async (t) => {
  const project = newProject(t)
  npmByHand(project, forTheShop)
  writeManifest(project, 'services/orders', { dependencies: { shop: '1.0.0', more: '1.0.0' } })
  await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 2)
  npmByHand(project, forTheShop)
  writeLock(project, { ...lockedPackages, 'node_modules/shop': { version: '1.0.1' } })
  await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 4)
})

test('of two at once, one installs and both go on', { skip }, async (t) => {
  const project = newProject(t)
  writeFileSync(join(project, 'npm-waits'), '')
  const both = await Promise.all([bootstrap(project, ['script.mjs', '0']), bootstrap(project, ['script.mjs', '0'])])
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  )
  assert.equal(npmCalls(project).length, 1)
  assert.ok(both.some(({ stderr }) => stderr.includes('Another terminal is installing')))
})

test('while a developer completes the install, a start waits, and needs no install of its own', {
  skip,
  timeout: 30_000,
}, async (t) => {
  const project = newProject(t)
  await bootstrap(project, ['script.mjs', '0'])
  writeFileSync(join(project, 'npm-waits'), '')
  const developer = bootstrap(project, ['--development', 'script.mjs', '0'])
  while (npmCalls(project).length < 2) await sleep(20, undefined, { signal: t.signal })
  const shop = bootstrap(project, ['script.mjs', '0'])
  const [{ code }, { code: shopCode, stderr }] = await Promise.all([developer, shop])
  assert.deepEqual([code, shopCode], [0, 0])
  assert.match(stderr, /Another terminal is installing/)
  assert.deepEqual(npmCalls(project), [forTheShop, forDevelopment])
})

test('the mark of an install that was killed does not block the next', { skip }, async (t) => {
  const project = newProject(t)
  mkdirSync(join(project, '.souk-installing'))
  writeFileSync(join(project, '.souk-installing', 'pid'), '999999999')
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.equal(existsSync(join(project, '.souk-installing')), false)
})

test('after an install that was killed, the next one starts on an empty folder', { skip }, async (t) => {
  const project = newProject(t)
  await installFirst(project)
  writeFileSync(join(project, 'npm-is-killed'), '')
  assert.equal((await bootstrap(project, ['--development', 'script.mjs', '0'])).code, 1)
  rmSync(join(project, 'npm-is-killed'))
  assert.ok(keptFirst(project))
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.equal(npmCalls(project).length, 3)
  assert.equal(keptFirst(project), false)
})

test('when npm fails, its words and a piece of advice are shown', { skip }, async (t) => {
  const project = newProject(t)
  writeFileSync(join(project, 'npm-fails'), '')
  const { code, stderr } = await bootstrap(project, ['script.mjs', '0'])
  assert.equal(code, 1)
  assert.match(stderr, /npm error: no network[\s\S]*Check the network and the free disk space/)
  assert.equal(existsSync(join(project, '.souk-installing')), false)
})

test('when a developer cannot complete the install, the shop still starts', { skip }, async (t) => {
  const project = newProject(t)
  await bootstrap(project, ['script.mjs', '0'])
  writeFileSync(join(project, 'npm-fails'), '')
  assert.equal((await bootstrap(project, ['--development', 'script.mjs', '0'])).code, 1)
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.equal(npmCalls(project).length, 2)
})

test('a lock that `npm ci` refuses is installed from all the same, and stays as it is', { skip }, async (t) => {
  const project = newProject(t)
  writeFileSync(join(project, 'lock-refused'), '')
  const lock = readFileSync(join(project, 'package-lock.json'), 'utf8')
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.equal(npmCalls(project).at(-1), forTheShop)
  assert.equal(readFileSync(join(project, 'package-lock.json'), 'utf8'), lock)
})

test('the pinned Node for this kind of machine runs the script, without its headers', { skip }, async (t) => {
  const project = newProject(t)
  const pinned = join(project, 'node_modules', 'pinned', 'bin', 'node')
  assert.equal((await bootstrap(project, ['program.mjs'])).stdout, `${pinned}\n`)
  assert.equal(existsSync(join(project, 'node_modules', 'pinned', 'include')), false)
  assert.ok(existsSync(join(project, 'node_modules', '.bin', 'node')), 'npm unpacks a package anew that lacks its link')
})

test('a pinned Node that npm left out is named, and tried again by the next run', { skip }, async (t) => {
  const project = newProject(t)
  const old = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretendToBeNode20)}` }
  writeFileSync(join(project, 'pinned-left-out'), '')
  const { code, stderr } = await bootstrap(project, ['script.mjs', '0'], { env: old })
  assert.equal(code, 1)
  assert.match(stderr, /npm left out pinned, the Node that runs Souk\. Check the network/)
  rmSync(join(project, 'pinned-left-out'))
  assert.equal((await bootstrap(project, ['script.mjs', '0'], { env: old })).code, 0)
  assert.equal(npmCalls(project).length, 2)
})

test('a request to end reaches the script exactly once', { skip }, async (t) => {
  const project = newProject(t)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { code, stdout } = await bootstrap(project, ['wait.mjs'], { signalWhenReady: signal })
    assert.equal(code, 7)
    assert.equal(stdout, `ready\n${signal} 1\n`)
  }
})

test('the lock pins one version of Node for every kind of machine', () => {
  const pinned = Object.values(packagesOfLock()).filter(({ bin }) => bin?.node)
  const machines = pinned.map(({ os, cpu }) => `${os} ${cpu}`).sort()
  assert.deepEqual(machines, ['darwin arm64', 'darwin x64', 'linux arm64', 'linux x64', 'win32 x64'])
  assert.equal(new Set(pinned.map(({ version }) => version)).size, 1)
  assert.ok(pinned.every(({ optional, dev }) => optional && !dev))
})

test('the lock gives the tools of developers to nobody else', () => {
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const tools = Object.entries(packagesOfLock()).filter(([path]) => /biome|playwright|\/tsc$|@?typescript/.test(path))
  assert.ok(tools.length > 10)
  assert.deepEqual(
    tools.filter(([, { dev }]) => !dev).map(([path]) => path),
    ['node_modules/typescript'], // An optional peer of a library of the shop, too. The image leaves it out.
  )
  const uses = Object.entries<string>(manifest.scripts).filter(([, command]) => command.includes('--development'))
  assert.deepEqual(
    uses.map(([name]) => name),
    [
      ...[
        'start',
        'service',
        'build',
        'dev',
        'test',
        'test:upgrade',
        'test:deploy',
        'test:front',
        'screenshots',
        'lighthouse',
        'test:brokers',
        'check',
        'bench',
      ],
      ...['format', 'start:apart'],
    ],
  )
})

test('nothing that runs without the tools of developers imports them', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const tools = Object.keys(devDependencies).filter((name) => !name.startsWith('@types/'))
  // Run by `npm run test:deploy`, `npm run test:front` and `npm run check`, which install them.
  const withTools = ['tests/deploy/**', 'tests/front/**', 'local/lint-workflows.ts']
  const files = globSync('{packages,services,local,seed,tests,verify,bench}/**/*.{ts,mjs}', {
    cwd: repository,
    exclude: withTools,
  })
  const imports = new RegExp(`(?:from|import|import\\()\\s*'(?:${tools.join('|')})[/']`)
  const wrong = files.filter((file) => imports.test(readFileSync(join(repository, file), 'utf8')))
  assert.deepEqual(wrong, [], 'start their commands with --development in package.json')
})

function forThisMachine() {
  return { os: process.platform, cpu: process.arch }
}

const pretendToBeNode20 =
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } })'

/** Lays out what the lock asks for; the pinned Node is a script that starts the real one and says so. */
const npmStandIn = `
const { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs')
const words = process.argv.slice(2)
appendFileSync('npm-calls', words.join(' ') + '\\n')
while (existsSync('npm-waits')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
const refused = existsSync('lock-refused') && words[0] === 'ci' && 'npm error code EUSAGE'
if (refused || existsSync('npm-fails')) {
  console.error(refused || 'npm error: no network')
  process.exit(1)
}
if (existsSync('npm-is-killed')) process.kill(process.pid, 'SIGKILL')
const wanted = Object.entries(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages).filter(
  ([path, { dev, os, bin }]) =>
    path !== '' && (words.includes('--include=dev') || !dev) && (!os || os === process.platform) &&
    !(bin && existsSync('pinned-left-out')),
)
for (const [path, { link, resolved, bin }] of wanted) {
  mkdirSync(link ? 'node_modules/@souk' : path, { recursive: true })
  if (link && !existsSync(path)) symlinkSync('../../' + resolved, path)
  if (!existsSync(path + '/package.json')) writeFileSync(path + '/package.json', '{}')
  if (!bin) continue
  for (const folder of ['bin', 'include']) mkdirSync(path + '/' + folder, { recursive: true })
  writeFileSync(path + '/bin/node', '#!/bin/sh\\nPINNED="$0" exec "' + process.execPath + '" "$@"\\n')
  chmodSync(path + '/bin/node', 0o755)
}
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: Object.fromEntries(wanted) }))
`

function newProject(t: TestContext) {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'souk-bootstrap-')))
  t.after(() => rmSync(project, { recursive: true, force: true }))
  for (const folder of ['local', 'tools']) mkdirSync(join(project, folder))
  for (const file of ['bootstrap.mjs', 'install.mjs', 'installed.mjs', 'missing-packages.mjs']) {
    cpSync(join(import.meta.dirname, file), join(project, 'local', file))
  }
  const { version, dependencies, devDependencies } = lockedPackages['']
  writeManifest(project, '', { version, workspaces: ['services/*'], dependencies, devDependencies })
  writeManifest(project, 'services/orders', { dependencies: lockedPackages['services/orders'].dependencies })
  writeLock(project, lockedPackages)
  writeFileSync(
    join(project, 'script.mjs'),
    'const [code, word] = process.argv.slice(2); if (word) console.log(word); process.exit(Number(code))',
  )
  writeFileSync(join(project, 'program.mjs'), 'console.log(process.env.PINNED)')
  writeFileSync(
    join(project, 'wait.mjs'),
    `let count = 0
     for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {
       count++
       setTimeout(() => { console.log(signal, count); process.exit(7) }, 100)
     })
     setTimeout(() => {}, 10_000)
     console.log('ready')`,
  )
  writeFileSync(join(project, 'tools', 'npm.cjs'), npmStandIn)
  const npm = join(project, 'tools', 'npm')
  writeFileSync(npm, `#!/bin/sh\nexec "${process.execPath}" "${join(project, 'tools', 'npm.cjs')}" "$@"\n`)
  chmodSync(npm, 0o755)
  return project
}

/** The first install, with a file that tells later whether its folder was emptied since. */
async function installFirst(project: string) {
  await bootstrap(project, ['script.mjs', '0'])
  writeFileSync(join(project, 'node_modules', '.first'), '')
}

function keptFirst(project: string) {
  return existsSync(join(project, 'node_modules', '.first'))
}

function writeLock(project: string, packages: object) {
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }))
}

function writeManifest(project: string, folder: string, fields: object) {
  mkdirSync(join(project, folder), { recursive: true })
  writeFileSync(join(project, folder, 'package.json'), JSON.stringify({ version: '0.1.0', ...fields }))
}

function npmByHand(project: string, words: string) {
  execFileSync(join(project, 'tools', 'npm'), words.split(' '), { cwd: project })
}

function bootstrap(
  project: string,
  words: string[],
  { env = {}, signalWhenReady }: { env?: NodeJS.ProcessEnv; signalWhenReady?: NodeJS.Signals } = {},
) {
  const { npm_execpath: _, ...rest } = process.env
  const path = `${join(project, 'tools')}${delimiter}${rest.PATH}`
  const child = spawn(process.execPath, [join('local', 'bootstrap.mjs'), ...words], {
    cwd: project,
    env: { ...rest, ...env, PATH: path },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
    if (signalWhenReady && stdout === 'ready\n') child.kill(signalWhenReady)
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
    if (stderr.includes('Another terminal is installing')) rmSync(join(project, 'npm-waits'), { force: true })
  })
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

function npmCalls(project: string) {
  const file = join(project, 'npm-calls')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

interface LockedPackage {
  version: string
  os?: string | string[]
  cpu?: string | string[]
  bin?: Record<string, string>
  dev?: boolean
  optional?: boolean
}

function packagesOfLock(): Record<string, LockedPackage> {
  return JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')).packages
}
