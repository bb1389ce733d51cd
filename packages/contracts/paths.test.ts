// The path of a route stands in its contract and nowhere else: other code takes it from there (`route.path`, `pathOf`), so a
// path can be changed in one place. Tests, comments and sentences for people may name paths.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { allRoutes } from './apis.ts'

const project = resolve(import.meta.dirname, '../..')
/** The first words of all paths: v1, internal, mailbox, ... */
const beginnings = new Set(
  allRoutes
    .filter(({ service }) => service !== 'storefront') // The folders of its pages say the same.
    .map(({ path }) => path.split('/')[1] as string)
    .filter(Boolean),
)
/** A path at the beginning of a string, a part of a template, an attribute or a pattern; not one inside a sentence. */
const pathLiteral = new RegExp(`['"\`}^(]\\\\?/(?:${[...beginnings].map(escaped).join('|')})(?![\\w-])`)

test('a path literal is recognized', () => {
  const paths = ["get('/v1/me')", '{url}/v1/me`', '<a href="/mailbox">', "'/docs'", '/^\\/simulator\\/x/']
  for (const text of paths) assert.match(text, pathLiteral)
  const others = ["'at /mailbox, for everybody'", "'./simulator/simulator.ts'", "'/docs-page'", "'/'"]
  for (const text of others) assert.doesNotMatch(text, pathLiteral)
})

test('no path of a route stands outside the contracts', () => {
  const files = globSync('{packages,services,apps,local,seed}/**/*.{ts,tsx,mjs,astro}', {
    cwd: project,
    // new-service-files.ts is the text of a new contract; the path in telemetry-settings.ts is the collector's.
    exclude: [
      '**/node_modules',
      '**/dist',
      'apps/storefront/src/shop/links.ts', // The addresses of pages, one of which begins like those of the users service.
      'packages/contracts',
      'local/new-service-files.ts',
      'packages/service/run/telemetry-settings.ts',
    ],
  }).filter((file) => !isForTests(file))
  assert.ok(files.length > 150, `${files.length} files`)
  const found = files.flatMap((file) =>
    withoutComments(readFileSync(join(project, file), 'utf8'))
      .split('\n')
      .flatMap((line, at) => (pathLiteral.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  )
  assert.deepEqual(found, [])
})

function isForTests(file: string): boolean {
  return /(^|\/)(fixture|fakes)\.ts$|\.test\.ts$/.test(file)
}
/** Comments on lines of their own become empty lines. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\/.*$/gm, '').replace(/^\s*\/\*[\s\S]*?\*\//gm, (comment) => comment.replace(/[^\n]/g, ''))
}
function escaped(text: string): string {
  return text.replace(/[.]/g, '\\.')
}
