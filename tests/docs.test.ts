// README and docs name files and commands that exist.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'

const project = resolve(import.meta.dirname, '..')
const pages = globSync('{README.md,docs/**/*.md}', { cwd: project }).map((page) => ({
  page,
  text: readFileSync(join(project, page), 'utf8'),
}))

test('every path in README and docs exists', () => {
  const named = pages.flatMap(({ page, text }) =>
    [...text.matchAll(/`((?:packages|services|local|seed|tests|verify|bench|docs|deploy|apps)\/[\w./-]+)`/g)].map(
      ([, path]) => ({ page, path: path as string }),
    ),
  )
  assert.ok(named.length > 40, `${named.length} paths`)
  assert.deepEqual(
    named.filter(({ path }) => !existsSync(join(project, path))),
    [],
  )
})

test('every link in README and docs leads to a file', () => {
  const links = pages.flatMap(({ page, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => ({ page, link: link as string })),
  )
  assert.ok(links.length > 5, `${links.length} links`)
  assert.deepEqual(
    links.filter(({ page, link }) => !existsSync(join(project, dirname(page), link))),
    [],
  )
})

test('every npm command in README and docs is a script', () => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  const commands = pages.flatMap(({ page, text }) =>
    [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name]) => ({ page, name: name as string })),
  )
  assert.ok(commands.length > 10, `${commands.length} commands`)
  assert.deepEqual(
    commands.filter(({ name }) => !(name in scripts)),
    [],
  )
})
