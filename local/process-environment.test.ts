// Secrets as files, and the variables that Kubernetes adds for its Services: what a command takes from them, and what it refuses.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { WrongSettings } from '@souk/service'
import { environmentWithSecrets } from './process-environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-secrets-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A folder with these files. */
function secretsFolder(name: string, files: Record<string, string | Uint8Array>): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content)
  return path
}
const read = (SOUK_SECRETS_FOLDER: string, env: Record<string, string> = {}) =>
  environmentWithSecrets({ ...env, SOUK_SECRETS_FOLDER })

test('files named like variables are read as Kubernetes mounts them, without the line end, and others are left alone', () => {
  const path = secretsFolder('mounted', { 'ca.crt': 'no', lower_case: 'no' })
  mkdirSync(join(path, '..2026_11_29'))
  mkdirSync(join(path, 'FOLDER'))
  writeFileSync(join(path, '..2026_11_29', 'ORDERS_DATABASE_URL'), 'postgres://orders\n')
  writeFileSync(join(path, '..2026_11_29', 'SOUK_SHARED_SECRET'), ' kept as it is \n\n')
  symlinkSync('..2026_11_29', join(path, '..data'))
  for (const name of ['ORDERS_DATABASE_URL', 'SOUK_SHARED_SECRET']) symlinkSync(`..data/${name}`, join(path, name))
  const before = { ...process.env }
  assert.deepEqual(read(path, { PORT: '4000', SOUK_SHARED_SECRET: '' }), {
    PORT: '4000',
    SOUK_SECRETS_FOLDER: path,
    ORDERS_DATABASE_URL: 'postgres://orders',
    SOUK_SHARED_SECRET: ' kept as it is \n',
  })
  assert.deepEqual({ ...process.env }, before, 'Child processes do not inherit secrets.')
})

test('a variable that is set both ways, and files that are no text, are told all at once', () => {
  const path = secretsFolder('wrong', {
    BUS_URL: 'nats://one',
    LARGE: 'x'.repeat(200_000),
    NOT_UTF8: new Uint8Array([0xff]),
  })
  symlinkSync('nowhere', join(path, 'GONE'))
  assert.throws(
    () => read(path, { BUS_URL: 'nats://two' }),
    (error: Error) => {
      assert.ok(error instanceof WrongSettings)
      assert.deepEqual(error.message.split('\n'), [
        `The secrets in ${path} cannot be used:`,
        '  BUS_URL is set twice: as a variable and as a file. Remove one of them.',
        '  GONE cannot be read (ENOENT).',
        '  LARGE is larger than 131072 bytes.',
        '  NOT_UTF8 is no text in UTF-8.',
      ])
      return true
    },
  )
})

test('a folder that cannot be read stops every command with one sentence', () => {
  for (const command of ['redrive.ts', 'start.ts']) {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, command)], {
      env: { PATH: process.env.PATH, SOUK_SECRETS_FOLDER: join(folder, 'none') },
      encoding: 'utf8',
    })
    assert.deepEqual([status, stderr.trim().split('\n').length], [1, 1], stderr)
    assert.match(stderr, /SOUK_SECRETS_FOLDER names a folder that cannot be read \(ENOENT/)
  }
})

test('no command reads its settings past the secrets', () => {
  const files = globSync(['*.ts', 'backup/*.ts', '../verify/*.ts'], { cwd: import.meta.dirname })
  /** They read nothing but what every program needs, or hand it on to the builder of the site. */
  const excepted = /^(process-environment|build-storefront|start|postmaster|postgres-watch|test)\.ts$|\.test\.ts$/
  const past = files.filter(
    (file) =>
      !excepted.test(file) && /process\.env\b|= process$/m.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  assert.deepEqual(past, [])
})

test('the addresses that Kubernetes adds for Services decide nothing', () => {
  const added = {
    SOUK_POSTGRES_PORT: 'tcp://10.0.0.1:5432',
    SOUK_POSTGRES_SERVICE_HOST: '10.0.0.1',
    GATEWAY_PORT: 'tcp://10.0.0.2:4000',
  }
  assert.deepEqual(environmentWithSecrets({ ...added, PORT: '4000' }), {
    SOUK_POSTGRES_SERVICE_HOST: '10.0.0.1',
    PORT: '4000',
  })
})
