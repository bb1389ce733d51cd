// The test runner itself: hands a database to the tests, passes on their outcome, and leaves nothing behind.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { brokerTests, chooseFiles, deployTests, frontTests, places } from './test-files.ts'

const opening = `import { test } from 'node:test'
console.log('database: ' + process.env.SOUK_TEST_POSTGRES)\n`

test('tests find a database, and a failing one is the outcome', async (t) => {
  const folder = newFolder(t)
  writeFileSync(join(folder, 'good.test.ts'), `${opening}test('good', () => {})`)
  writeFileSync(join(folder, 'bad.test.ts'), `${opening}test('bad', () => { throw new Error('so it goes') })`)
  const all = await runTests([folder])
  assert.equal(all.code, 1)
  assert.match(all.output, /so it goes/)
  const some = await runTests([folder, '--test-name-pattern=good'])
  assert.equal(some.code, 0)
  assert.equal(existsSync(dataFolderIn(some.output)), false)
})

test('tests that need installed brokers run only when they are asked for', () => {
  const one = join('tests', 'brokers', 'journeys.test.ts')
  for (const words of [[], ['tests'], ['./tests/'], ['--test-only']]) {
    const { files, isWithoutBrokers } = chooseFiles(words, places)
    assert.ok(files.includes(join('tests', 'crash.test.ts')), words.join(' '))
    assert.ok(!files.includes(one) && isWithoutBrokers, words.join(' '))
  }
  for (const words of [['tests/brokers'], [one]]) {
    const { files, isWithoutBrokers } = chooseFiles(words, places)
    assert.ok(files.includes(one) && !isWithoutBrokers, words.join(' '))
  }
  assert.ok(chooseFiles([], [brokerTests]).files.includes(one))
})

test('tests of the deployment run only when they are asked for', () => {
  const one = join('tests', 'deploy', 'chart.test.ts')
  for (const words of [[], ['tests']]) assert.ok(!chooseFiles(words, places).files.includes(one), words.join())
  for (const words of [['tests/deploy'], [one]]) assert.ok(chooseFiles(words, places).files.includes(one), words.join())
  assert.ok(chooseFiles([], [deployTests]).files.includes(one))
})

test('tests in a browser run only when they are asked for', () => {
  const one = join('tests', 'front', 'guest.test.ts')
  for (const words of [[], ['tests']]) assert.ok(!chooseFiles(words, places).files.includes(one), words.join())
  for (const words of [['tests/front'], [one]]) assert.ok(chooseFiles(words, places).files.includes(one), words.join())
  assert.ok(chooseFiles([], [frontTests]).files.includes(one))
})

test('a folder without tests is an error, lest a misspelled one looks good', async (t) => {
  const { code, output } = await runTests([newFolder(t)])
  assert.equal(code, 1)
  assert.match(output, /There are no tests in/)
})

test('Ctrl-C ends the tests and puts the database away', async (t) => {
  const folder = newFolder(t)
  writeFileSync(join(folder, 'long.test.ts'), `${opening}test('long', () => new Promise((r) => setTimeout(r, 60_000)))`)
  const { code, output } = await runTests([folder], 'SIGINT')
  assert.notEqual(code, 0)
  assert.equal(existsSync(dataFolderIn(output)), false)
})

function newFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'souk-runner-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The signal goes out as soon as a test has said which database it found. */
function runTests(words: string[], signal?: NodeJS.Signals) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test.ts'), ...words], { env })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk
    if (signal && output.includes('database: ')) child.kill(signal)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

function dataFolderIn(output: string) {
  const url = /database: (\S+)/.exec(output)?.[1] ?? ''
  return dirname(dirname(new URL(url).searchParams.get('host') ?? ''))
}
