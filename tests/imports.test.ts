// The import rules (docs/architecture.md). The test reads the import lines of every file and fails on any other arrow, so that each
// service can be deployed alone, and on every circle, so that each file can be read without those that import it.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { targetsIn } from '../local/imports.ts'

const project = resolve(import.meta.dirname, '..')
const services = globSync('services/*/service.ts', { cwd: project }).map((file) => basename(dirname(file)))

/** Which of our packages a part may import, besides itself. */
const mayImport: Record<string, readonly string[]> = {
  'packages/contracts': [],
  'packages/postgres': [],
  'packages/html': [],
  'packages/messaging': ['@souk/contracts', '@souk/postgres'],
  'packages/service': ['@souk/contracts', '@souk/messaging', '@souk/postgres'],
  ...Object.fromEntries(
    services.map((name) => [
      `services/${name}`,
      ['@souk/contracts', '@souk/html', '@souk/messaging', '@souk/postgres', '@souk/service'],
    ]),
  ),
}
/** What contracts may take from outside: apps import them, so they stay light. */
const librariesOfContracts = ['typebox']
/** The command that stores what was published; nothing imports it. */
const publishing = 'packages/contracts/publish.ts'
/** What apps may import: they are built for browsers. */
const appsMayImport = ['@souk/contracts']
/** These put the shop together or look at it as a whole, so they may import everything of ours. */
const wholes = ['services/all-services.ts', 'local', 'seed', 'tests', 'verify', 'bench', 'torture', 'docs']

interface Import {
  file: string
  target: string
}

const files = globSync(
  '{apps,packages,services,local,seed,tests,verify,bench,torture,docs}/**/*.{ts,tsx,mts,mjs,astro}',
  {
    cwd: project,
    exclude: (name) => /node_modules|(^|\/)dist(-next)?$/.test(name),
  },
)
const imports = files.flatMap((file) =>
  targetsIn(readFileSync(join(project, file), 'utf8')).map((target) => ({ file, target })),
)

test('all files are read, and each belongs to a part that has a rule', () => {
  assert.ok(files.length > 150, `${files.length} files`)
  assert.ok(imports.length > 700, `${imports.length} imports`)
  const parts = new Set(files.map(partOf).filter((part) => part !== undefined))
  assert.deepEqual(
    [...parts].filter((part) => !allowedFor(part)),
    [],
  )
})

test('no part imports a package that it may not import', () => {
  const wrong = imports.filter(({ file, target }) => {
    const part = partOf(file)
    if (!part || !target.startsWith('@souk/')) return false
    const name = target.split('/').slice(0, 2).join('/')
    const isOwn = part === `packages/${name.slice('@souk/'.length)}`
    return !isOwn && !allowedFor(part)?.includes(name)
  })
  assert.deepEqual(wrong.map(asSentence), [])
})

test('relative imports stay inside their package, and no service reaches into another', () => {
  const wrong = imports.filter(({ file, target }) => {
    const part = partOf(file)
    if (!part || !target.startsWith('.')) return false
    return relative(join(project, part), resolve(project, dirname(file), target)).startsWith('..')
  })
  assert.deepEqual(wrong.map(asSentence), [])
})

test('a package does not pass on what another one exports', () => {
  const chains = files.flatMap((file) =>
    [
      ...readFileSync(join(project, file), 'utf8').matchAll(
        /^\s*export\b[^'"`;=()]*\bfrom\s*['"](@souk\/[^'"]+)['"]/gm,
      ),
    ].map((found) => `${file} exports what ${found[1]} exports`),
  )
  assert.deepEqual(chains, [])
})

test('no file imports itself through others, not even for a type', () => {
  assert.deepEqual(findCircles(), [])
})

test('contracts need their schema library and nothing else', () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      partOf(file) === 'packages/contracts' &&
      !isTest(file) &&
      !target.startsWith('.') &&
      file !== publishing &&
      !librariesOfContracts.includes(target.split('/')[0] as string),
  )
  assert.deepEqual(wrong.map(asSentence), [])
})

test('a shop that runs contains nothing that is made for tests', () => {
  const made = /(^|[/-])(fixture|fakes)\.ts$|\.test\.ts$/
  const running = reachableFrom('services/all-services.ts', 'local/start.ts')
  assert.ok(running.size > 120, `${running.size} files run`)
  assert.deepEqual(
    [...running].filter((file) => made.test(file)),
    [],
  )
})

test('the driver of the database is imported in few places', () => {
  const wrong = imports.filter(({ file, target }) => target === 'pg' && file.startsWith('services/'))
  assert.deepEqual(wrong.map(asSentence), [])
})

/** The circles that a depth-first search meets, as "a → b → a". There are none if, and only if, no file leads back to itself. */
function findCircles(): string[] {
  const targets = Map.groupBy(imports, (one) => one.file)
  const finished = new Set<string>()
  const circles: string[] = []
  function visit(file: string, path: readonly string[]): void {
    const start = path.indexOf(file)
    if (start >= 0) circles.push([...path.slice(start), file].join(' → '))
    if (start >= 0 || finished.has(file)) return
    for (const { target } of targets.get(file) ?? []) {
      const found = fileOf(file, target)
      if (found) visit(found, [...path, file])
    }
    finished.add(file)
  }
  for (const file of files) visit(file, [])
  return circles
}
function reachableFrom(...roots: string[]): Set<string> {
  const targets = Map.groupBy(imports, (one) => one.file)
  const reached = new Set(roots)
  for (const file of reached) {
    for (const { target } of targets.get(file) ?? []) {
      const found = fileOf(file, target)
      if (found) reached.add(found)
    }
  }
  return reached
}
/** The file of ours that an import names; undefined for libraries. */
function fileOf(file: string, target: string): string | undefined {
  if (target.startsWith('.')) return relative(project, resolve(project, dirname(file), target))
  const [, name, place = 'index'] = /^@souk\/([a-z]+)(?:\/(.+))?$/.exec(target) ?? []
  return name && `packages/${name}/${place.replace(/\.ts$/, '')}.ts`
}
/** The package that a file belongs to; undefined for those that may import everything. */
function partOf(file: string): string | undefined {
  if (wholes.some((whole) => file === whole || file.startsWith(`${whole}/`))) return undefined
  return file.split('/').slice(0, 2).join('/')
}
function allowedFor(part: string): readonly string[] | undefined {
  return part.startsWith('apps/') ? appsMayImport : mayImport[part]
}
function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}
function asSentence({ file, target }: Import): string {
  return `${file} imports ${target}`
}
