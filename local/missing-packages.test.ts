// A start while a package is missing: it fails with one sentence. It never says that the shop is open while a part cannot work.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { freePort } from '../tests/fixture.ts'
import { removeDataFolder } from './postgres-home.ts'

const repository = join(import.meta.dirname, '..')

for (const [missing, sentence] of [
  [
    'better-auth',
    /The users service cannot start, because better-auth does not load: Cannot find package 'better-auth'/,
  ],
  ['sharp', /The products service cannot start, because sharp does not load: Cannot find package 'sharp'/],
  ['nodemailer', /A package is missing or incomplete: Cannot find package 'nodemailer'/],
] as const)
  test(`without ${missing} the shop does not open, and says what to do`, async (t) => {
    const copy = copyWithout(missing, t)
    const child = spawn(
      process.execPath,
      [`--import=${pathToFileURL(join(copy, 'local', 'missing-packages.mjs'))}`, join(copy, 'local', 'start.ts')],
      {
        env: {
          PATH: process.env.PATH,
          PORT: String(await freePort()),
          NODE_ENV: 'production',
          SOUK_POSTGRES_PORT: '0',
          SOUK_OPERATIONS_PORT: '0',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const [open, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    assert.equal(code, 1, said)
    assert.equal(open, '')
    const message = said.trim().split('\n').at(-1) ?? ''
    assert.match(message, sentence)
    assert.match(message, / Run `npm ci`, then the same command again\.$/)
    assert.ok(!said.includes('    at '), said)
  })

/** A copy of the repository whose packages are those of this one, without one of them. */
function copyWithout(missing: string, t: TestContext): string {
  const copy = mkdtempSync(join(tmpdir(), 'souk-missing-'))
  t.after(() => {
    removeDataFolder(join(copy, '.souk'))
    rmSync(copy, { recursive: true, force: true })
  })
  const isSource = (path: string) => !path.split('/').includes('node_modules')
  for (const name of ['packages', 'services', 'local', 'seed', 'apps/storefront/dist', 'package.json'])
    cpSync(join(repository, name), join(copy, name), { recursive: true, filter: isSource })
  const packages = join(copy, 'node_modules')
  mkdirSync(join(packages, '@souk'), { recursive: true })
  for (const name of readdirSync(join(repository, 'node_modules')))
    if (name !== missing && name !== '@souk') symlinkSync(join(repository, 'node_modules', name), join(packages, name))
  for (const parent of ['packages', 'services'])
    for (const name of readdirSync(join(repository, parent)).filter((one) => !one.endsWith('.ts')))
      symlinkSync(join(copy, parent, name), join(packages, '@souk', name))
  if (missing !== 'better-auth')
    symlinkSync(join(repository, 'services/users/node_modules'), join(copy, 'services/users/node_modules'))
  return copy
}
