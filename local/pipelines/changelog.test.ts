// The notes of a release: cut out of a changelog, and refused where it says nothing.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { notesOf } from './changelog.ts'

const project = resolve(import.meta.dirname, '../..')
const changelog = `# Changelog

## [Unreleased]

## [0.2.0] - 2027-01-31

### Added

- Gift cards.

### Fixed

- Two cents.

## 0.1.0 - 2026-12-01

- The first.

## [0.0.2] - soon

- Never seen.

## [0.0.1] - 2026-11-30

Nothing.

[0.2.0]: https://shop.example/0.2.0
`

test('the notes of a version are its section, without heading and links', () => {
  assert.equal(notesOf(changelog, '0.2.0'), '### Added\n\n- Gift cards.\n\n### Fixed\n\n- Two cents.\n')
  assert.equal(notesOf(changelog, '0.1.0'), '- The first.\n')
})

test('a version without a section, a day or a word is refused', () => {
  assert.throws(() => notesOf(changelog, '0.2'), /no section for version 0\.2\./)
  assert.throws(() => notesOf(changelog, '0.0.2'), /names no day/)
  assert.throws(() => notesOf(changelog, '0.0.1'), /lists nothing/)
  assert.throws(() => notesOf(changelog, 'Unreleased'), /names no day/)
})

test('the version of package.json can be released: the changelog describes it', () => {
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [join(project, 'local/release-notes.ts'), ...words], { encoding: 'utf8' })
  const notes = run(`v${version}`)
  assert.equal(notes.status, 0, notes.stderr)
  assert.match(notes.stdout, /^### Added$/m)
  const other = run('v9.9.9')
  assert.equal(other.status, 1)
  assert.equal(other.stderr, `The tag v9.9.9 is not the version of package.json, which is ${version}.\n`)
  assert.equal(run('--help').status, 2)
})
