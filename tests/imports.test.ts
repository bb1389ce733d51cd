// The import rules (docs/architecture.md). Reads the import lines of every file and fails on any other arrow, so that a
// service stays one that can be deployed alone.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const project = resolve(import.meta.dirname, '..')
const services = ['gateway', 'users', 'products', 'inventory', 'orders', 'payments', 'notifications']

/** Which of our packages a part may name, besides itself. A part that is not listed may import everything of ours. */
const mayName: Record<string, readonly string[]> = {
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
/** These put the shop together, or look at it as a whole. */
const wholes = ['services/all-services.ts', 'local', 'seed', 'tests', 'verify', 'bench', 'docs']

interface Import {
  file: string
  target: string
}

const files = globSync('{packages,services,local,seed,tests,verify,bench,docs}/**/*.{ts,mts,mjs}', {
  cwd: project,
  exclude: (name) => name.includes('node_modules'),
})
const imports = files.flatMap((file) =>
  targetsIn(readFileSync(join(project, file), 'utf8')).map((target) => ({ file, target })),
)

test('all files are looked at', () => {
  assert.ok(files.length > 150, `${files.length} files`)
  assert.ok(imports.length > 700, `${imports.length} imports`)
})

test('no package imports what it must not know', () => {
  const wrong = imports.filter(({ file, target }) => {
    const part = partOf(file)
    if (!part || !target.startsWith('@souk/')) return false
    const name = target.split('/').slice(0, 2).join('/')
    const isOwn = part === `packages/${name.slice('@souk/'.length)}`
    return !isOwn && !mayName[part]?.includes(name)
  })
  assert.deepEqual(wrong.map(told), [])
})

test('relative imports stay inside their package, and no service reaches into another', () => {
  const wrong = imports.filter(({ file, target }) => {
    const part = partOf(file)
    if (!part || !target.startsWith('.')) return false
    return relative(join(project, part), resolve(project, dirname(file), target)).startsWith('..')
  })
  assert.deepEqual(wrong.map(told), [])
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
  assert.deepEqual(wrong.map(told), [])
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
  assert.deepEqual(wrong.map(told), [])
})

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
/** Static imports and exports, dynamic imports, and `import.meta.resolve`, by what they name. */
function targetsIn(text: string): string[] {
  const forms = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /\bimport\.meta\.resolve\(\s*['"]([^'"]+)['"]/g,
  ]
  return forms.flatMap((form) => [...text.matchAll(form)].map((found) => found[1] as string))
}
/** The package that a file belongs to; undefined for those that may import everything. */
function partOf(file: string): string | undefined {
  if (wholes.some((whole) => file === whole || file.startsWith(`${whole}/`))) return undefined
  return file.split('/').slice(0, 2).join('/')
}
function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}
function told({ file, target }: Import): string {
  return `${file} imports ${target}`
}
