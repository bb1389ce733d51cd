// The first command on a fresh clone: installs once, hands over, and says what to do when it cannot. The project here is
// a folder with nothing but the bootstrap and a script; `npm` is a stand-in that writes down how it was called.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type TestContext, test } from 'node:test'

const skip = process.platform === 'win32' && 'the stand-in for npm is a shell script'

test('the first run installs, the second one does not; code and arguments pass through', { skip }, async (t) => {
  const project = newProject(t)
  const first = await bootstrap(project, ['script.mjs', '3', 'two words'])
  assert.equal(first.code, 3)
  assert.equal(first.stdout, 'two words\n')
  assert.match(first.stderr, /Installing what Souk needs.*\nInstalled what Souk needs in \d+ s\.\n/)
  const second = await bootstrap(project, ['script.mjs', '0', 'again'])
  assert.deepEqual(second, { code: 0, stdout: 'again\n', stderr: '' })
  assert.deepEqual(npmCalls(project), ['ci --no-fund --no-audit --loglevel=error'])
})

test('a changed lock is installed again', { skip }, async (t) => {
  const project = newProject(t)
  await bootstrap(project, ['script.mjs', '0'])
  writeFileSync(join(project, 'package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}')
  await bootstrap(project, ['script.mjs', '0'])
  assert.equal(npmCalls(project).length, 2)
})

test('an install by hand is noticed and not repeated', { skip }, async (t) => {
  const project = newProject(t)
  mkdirSync(join(project, 'node_modules'))
  const installed = { 'node_modules/a': { version: '1.0.0' } }
  const optional = { 'node_modules/b': { version: '1.0.0', optional: true } }
  const lock = { packages: { '': { version: '0.1.0' }, ...installed, ...optional } }
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock))
  writeFileSync(join(project, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }))
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.deepEqual(npmCalls(project), [])
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

test('the mark of an install that was killed does not block the next', { skip }, async (t) => {
  const project = newProject(t)
  mkdirSync(join(project, '.souk-installing'))
  writeFileSync(join(project, '.souk-installing', 'pid'), '999999999')
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.equal(existsSync(join(project, '.souk-installing')), false)
})

test('when npm fails, its words and a piece of advice are shown', { skip }, async (t) => {
  const project = newProject(t)
  writeFileSync(join(project, 'npm-fails'), '')
  const { code, stderr } = await bootstrap(project, ['script.mjs', '0'])
  assert.equal(code, 1)
  assert.match(stderr, /npm error: no network[\s\S]*Check the network and the free disk space/)
  assert.equal(existsSync(join(project, '.souk-installing')), false)
})

test('a lock that npm refuses is installed from all the same, and stays as it is', { skip }, async (t) => {
  const project = newProject(t)
  writeFileSync(join(project, 'lock-refused'), '')
  assert.equal((await bootstrap(project, ['script.mjs', '0'])).code, 0)
  assert.equal(npmCalls(project)[1], 'install --no-save --no-fund --no-audit --loglevel=error')
})

test('a request to end reaches the script exactly once', { skip }, async (t) => {
  const project = newProject(t)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { code, stdout } = await bootstrap(project, ['wait.mjs'], signal)
    assert.equal(code, 7)
    assert.equal(stdout, `ready\n${signal} 1\n`)
  }
})

function newProject(t: TestContext) {
  const project = mkdtempSync(join(tmpdir(), 'souk-bootstrap-'))
  t.after(() => rmSync(project, { recursive: true, force: true }))
  mkdirSync(join(project, 'local'))
  mkdirSync(join(project, 'tools'))
  cpSync(join(import.meta.dirname, 'bootstrap.mjs'), join(project, 'local', 'bootstrap.mjs'))
  writeFileSync(join(project, 'package-lock.json'), '{}')
  writeFileSync(
    join(project, 'script.mjs'),
    'const [code, word] = process.argv.slice(2); if (word) console.log(word); process.exit(Number(code))',
  )
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
  const npm = join(project, 'tools', 'npm')
  writeFileSync(
    npm,
    `#!/bin/sh
     echo "$@" >> npm-calls
     while [ -e npm-waits ]; do sleep 0.05; done
     if [ -e npm-fails ]; then echo 'npm error: no network' >&2; exit 1; fi
     if [ -e lock-refused ] && [ "$1" = ci ]; then echo 'npm error code EUSAGE' >&2; exit 1; fi
     mkdir -p node_modules`,
  )
  chmodSync(npm, 0o755)
  return project
}

function bootstrap(project: string, words: string[], signalWhenReady?: NodeJS.Signals) {
  const { npm_execpath: _, ...rest } = process.env
  const env = { ...rest, PATH: `${join(project, 'tools')}${delimiter}${rest.PATH}` }
  const child = spawn(process.execPath, [join('local', 'bootstrap.mjs'), ...words], { cwd: project, env })
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
