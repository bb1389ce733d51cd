// `npm run new-service`, in a copy of this tree: the service that it writes compiles, passes its test, and answers in a shop.
import assert from 'node:assert/strict'
import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../fixture.ts'
import { copyCurrent } from './releases.ts'

const project = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'souk-tour-'))
const git = (...words: string[]) => execFileSync('git', words, { cwd: folder, encoding: 'utf8' })
const state = () => git('status', '--porcelain')

before(() => {
  chmodSync(folder, 0o755) // Started by root, the shop's database runs as another user.
  copyCurrent(folder)
  git('init', '-q')
  git('add', '-A')
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '-qm', 'As it is')
})
after(() => rmSync(folder, { recursive: true, force: true }))

function node(...words: string[]): SpawnSyncReturns<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env })
}
const make = (...words: string[]) => node('local/new-service.ts', ...words)

test('a name that cannot be, or is taken, is refused in a sentence, and nothing is written', () => {
  for (const words of [[], ['Shipping'], ['my-shipping'], ['a1'], ['shipping', 'returns']])
    assert.match(make(...words).stderr, /Usage: npm run new-service/, words.join(' '))
  assert.match(make('orders').stderr, /The name orders is taken: services\/orders is there/)
  assert.match(make('bus').stderr, /The name bus is taken/)
  const ports = join(folder, 'local/ports.ts')
  const before = readFileSync(ports, 'utf8')
  writeFileSync(ports, `${before}\n// A change.\n`)
  const dirty = make('shipping')
  assert.match(dirty.stderr, /Commit or undo your changes of local\/ports.ts first/)
  writeFileSync(ports, before.replace('notifications', 'letters'))
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '-qam', 'Unexpected')
  assert.match(make('shipping').stderr, /local\/ports.ts does not look as expected .* nothing was written/)
  git('reset', '-q', '--hard', 'HEAD~1')
  assert.equal(state(), '')
  assert.equal(dirty.status, 1)
})

test('two new services compile, and pass their tests', () => {
  for (const name of ['shipping', 'returns']) {
    const made = make(name)
    assert.equal(made.status, 0, made.stderr)
    git('add', '-A')
    git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '-qm', name)
  }
  const compiler = join(project, 'node_modules/tsc/bin/tsc')
  if (existsSync(compiler)) assert.equal(node(compiler, '--noEmit').stdout, '')
  const tests = ['services/shipping/shipping.test.ts', 'services/returns/returns.test.ts', 'tests/imports.test.ts']
  const tested = node('--test', ...tests, 'tests/sizes.test.ts', 'packages/contracts/contracts.test.ts')
  assert.equal(tested.status, 0, tested.stdout)
})

test('the shop starts with them, and their routes answer', async (t) => {
  const port = await freePort()
  const child = spawn(process.execPath, ['local/start.ts'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SOUK_DATA: join(folder, '.souk'),
      SOUK_POSTGRES_PORT: '0',
      PORT: String(port),
      SOUK_OPERATIONS_PORT: String(await freePort()),
      NODE_ENV: 'production', // Without demo goods.
      PAYMENTS_SIMULATOR: 'on',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.after(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  const read = (name: string) =>
    fetch(`http://127.0.0.1:${port}/v1/${name}`, { headers: { host: `localhost:${port}` } }).catch(() => undefined)
  await eventually('the shop is open', async () => (await read('shipping'))?.status === 200, 240)
  for (const name of ['shipping', 'returns']) assert.deepEqual(await (await read(name))?.json(), { items: [] })
})
