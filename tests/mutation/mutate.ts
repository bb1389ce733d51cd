// `npm run mutate`: changes the decision files one small way at a time and runs their tests on each mutant. A mutant that no test
// notices survives and is listed; a file of which less than nine tenths die fails the run. Arguments are parts of file names.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { startPostgres } from '../../local/postgres.ts'
import { removeDataFolder } from '../../local/postgres-home.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { type Target, targets } from './targets.ts'

const project = resolve(import.meta.dirname, '..', '..')
const neededShare = 0.9
const atOnce = 2
/** A mutant that runs this many times as long as the tests take otherwise hangs, which is noticed, too. */
const patience = { factor: 5, leastMs: 10_000 }

const words = process.argv.slice(2)
const chosen = targets.filter(({ file }) => words.length === 0 || words.some((word) => file.includes(word)))
const dataFolder = mkdtempSync(join(tmpdir(), 'souk-mutation-'))
const postgres = await startPostgres({ dataFolder, port: 0, durable: false })
const environment = { ...process.env, SOUK_TEST_POSTGRES: postgres.url('postgres') }
try {
  for (const target of chosen) await measure(target)
} finally {
  await postgres.stop()
  removeDataFolder(dataFolder)
}

async function measure(target: Target): Promise<void> {
  const source = readFileSync(join(project, target.file), 'utf8')
  const { passed, milliseconds } = await runTests(target, { start: 0, end: 0, text: '' }, Number.POSITIVE_INFINITY)
  if (!passed) throw new Error(`The tests of ${target.file} fail without any mutant.`)
  const longestMs = Math.max(patience.leastMs, milliseconds * patience.factor)
  const all = mutantsOf(source)
  const mutants = all.filter((mutant) => !target.equivalent?.[inWords(source, mutant)])
  const known = new Set(all.map((mutant) => inWords(source, mutant)))
  for (const words of Object.keys(target.equivalent ?? {}))
    if (!known.has(words)) throw new Error(`No mutant of ${target.file} is "${words}". Remove it from its target.`)
  const waiting = [...mutants]
  const survivors: Mutant[] = []
  const work = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      if ((await runTests(target, mutant, longestMs)).passed) survivors.push(mutant)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const share = mutants.length === 0 ? 1 : 1 - survivors.length / mutants.length
  console.log(`${(share * 100).toFixed(0).padStart(3)} % of ${String(mutants.length).padStart(3)} died  ${target.file}`)
  for (const mutant of survivors.sort((a, b) => a.start - b.start)) {
    const line = source.slice(0, mutant.start).split('\n').length
    console.log(`      survived  ${target.file}:${line}  ${inWords(source, mutant)}`)
  }
  if (share < neededShare) process.exitCode = 1
}

/** Whether all tests of the target pass with the mutant. One that takes longer than `longestMs` is ended and has failed. */
async function runTests({ file, tests }: Target, mutant: Mutant, longestMs: number) {
  const began = performance.now()
  const url = pathToFileURL(join(project, file)).href
  const env = { ...environment, SOUK_MUTANT: JSON.stringify({ ...mutant, url }) }
  for (const test of tests) {
    const hook = pathToFileURL(join(import.meta.dirname, 'load-mutant.ts')).href
    const child = spawn(process.execPath, ['--test-reporter=tap', '--import', hook, join(project, test)], {
      cwd: project,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // The first test that fails is enough.
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('not ok')) child.kill('SIGKILL')
    })
    const timer =
      longestMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => child.kill('SIGKILL'), longestMs)
    const code = await new Promise<number | null>((done) => child.on('exit', done))
    clearTimeout(timer)
    if (code !== 0) return { passed: false, milliseconds: performance.now() - began }
  }
  return { passed: true, milliseconds: performance.now() - began }
}

/** The mutated line as it was and as it is, without what stands around it. */
function inWords(source: string, { start, end, text }: Mutant): string {
  const from = source.lastIndexOf('\n', start - 1) + 1
  const to = source.indexOf('\n', end) === -1 ? source.length : source.indexOf('\n', end)
  const tidy = (code: string) => code.trim().replace(/\s+/g, ' ')
  return `${tidy(source.slice(from, to))} → ${tidy(source.slice(from, start) + text + source.slice(end, to))}`
}
