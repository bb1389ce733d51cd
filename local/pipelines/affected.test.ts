// Which parts a change touches: on the real import lines of this project, and on a small history of its own.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { changedSince } from '../affected.ts'
import { affectedBy, readParts } from './affected.ts'
import { childPipeline } from './child-pipeline.ts'

const parts = readParts()
const allServices = [...parts.keys()].filter((part) => part.startsWith('services/')).map((part) => part.slice(9))
const of = (...changed: string[]) => affectedBy(changed, parts)

test('a change in one service concerns that service alone', () => {
  const one = of('services/orders/checkout/checkout.ts', 'services/orders/migrations/001-carts.sql')
  assert.deepEqual(one, {
    services: ['orders'],
    tests: ['services/orders'],
    everything: false,
    image: true,
    deploy: false,
  })
  assert.deepEqual(of('services/orders/service.ts', 'services/users/staff.ts').services, ['orders', 'users'])
  // A folder whose name begins like another's is not that other one.
  assert.equal(of('services/orders-of-old/service.ts').everything, true)
  const both = new Map(['services/orders', 'services/orders-of-old'].map((part) => [part, new Set([part])]))
  assert.deepEqual(affectedBy(['services/orders-of-old/service.ts'], both).services, ['orders-of-old'])
})

test('a change in a package concerns the services that are made of it, also through other packages', () => {
  for (const name of ['contracts', 'postgres', 'messaging', 'service']) {
    const { services, everything } = of(`packages/${name}/index.ts`)
    assert.deepEqual(services.sort(), allServices.sort(), name)
    assert.equal(everything, false)
  }
  const html = of('packages/html/html.ts')
  assert.ok(html.services.includes('notifications') && !html.services.includes('inventory'), html.services.join())
  assert.ok(html.tests.includes('packages/html') && !html.tests.includes('packages/postgres'), html.tests.join())
})

test('texts concern no service, and what is deployed around the image concerns the tests of that', () => {
  const nothing = { services: [], tests: [], everything: false, image: false, deploy: false }
  assert.deepEqual(of(), nothing)
  assert.deepEqual(of('README.md', 'docs/saga.md', '.github/workflows/check.yml', 'services/README.md'), nothing)
  assert.deepEqual(of('deploy/chart/values.yaml', 'tests/deploy/chart.test.ts'), { ...nothing, deploy: true })
  assert.deepEqual(of('deploy/image/Dockerfile'), { ...nothing, image: true, deploy: true })
})

test('a file that belongs to no part concerns everything', () => {
  for (const file of [
    'package-lock.json',
    'local/test.ts',
    'services/all-services.ts',
    'tests/crash.test.ts',
    'new-at-the-top',
  ]) {
    const { services, everything, image, deploy } = of('docs/saga.md', file)
    assert.deepEqual(services.sort(), allServices.sort(), file)
    assert.ok(everything && image && deploy, file)
  }
})

test('the files of a change are those since it left the branch, with the old names of moved ones', (t) => {
  const { root, git, write } = newHistory(t)
  write('services/orders/order.ts', 'export const order = 1\n')
  git('add', '.')
  git('commit', '-qm', 'first')
  git('checkout', '-qb', 'change')
  mkdirSync(join(root, 'services/users'), { recursive: true })
  git('mv', 'services/orders/order.ts', 'services/users/größe.ts')
  git('commit', '-qm', 'moved')
  git('checkout', '-q', 'main')
  write('README.md', 'later\n')
  git('add', '.')
  git('commit', '-qm', 'elsewhere')
  git('checkout', '-q', 'change')
  assert.deepEqual(changedSince('main', root)?.sort(), ['services/orders/order.ts', 'services/users/größe.ts'])
  assert.equal(changedSince('nowhere', root), undefined)
  assert.equal(changedSince('--output=README.md', root), undefined)
})

test('the command prints outputs for GitHub and refuses wrong words', () => {
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../affected.ts'), ...words], { encoding: 'utf8' })
  const all = run('--github', '--all')
  assert.equal(all.status, 0, all.stderr)
  assert.match(all.stdout, /^services=\["gateway",.*\]\ntests=\[.*\]\neverything=true\nimage=true\ndeploy=true\n$/)
  for (const words of [[], ['a', 'b'], ['--some']]) assert.equal(run(...words).status, 2, words.join())
  const unknown = run('no-such-branch')
  assert.equal(unknown.status, 1)
  assert.match(unknown.stderr, /Cannot compare with no-such-branch/)
})

test('the child pipeline has a job for each part, and one when there is nothing to test', () => {
  const jobs = (...changed: string[]) => Object.keys(childPipeline(of(...changed))).slice(2)
  assert.deepEqual(jobs('services/orders/service.ts'), ['services/orders'])
  assert.deepEqual(jobs('deploy/image/Dockerfile'), ['deploy'])
  assert.deepEqual(jobs('package.json'), ['check', 'brokers', 'upgrade', 'deploy'])
  assert.deepEqual(jobs('README.md'), ['nothing to test'])
})

function newHistory(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'souk-history-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@shop.example', ...words], { cwd: root })
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  git('init', '-qb', 'main')
  return { root, git, write }
}
