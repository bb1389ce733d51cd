// The first start makes PostgreSQL's data folder, beside its place, and then moves it there: a kill in between leaves
// nothing half made that the next start could take for a database.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Home } from './postgres-home.ts'
import { plainEnvironment } from './postmaster.ts'
import { readSecrets, secretOf } from './secrets.ts'

/** Returns the superuser's password. */
export async function makeDataOnce(
  dataFolder: string,
  home: Home,
  durable: boolean,
  say: (sentence: string) => void,
): Promise<string> {
  for (const name of readdirSync(home.folder)) {
    if (name.startsWith('making-')) rmSync(join(home.folder, name), { recursive: true, force: true, maxRetries: 5 })
  }
  if (existsSync(home.data)) {
    const known = readSecrets(dataFolder).postgres
    if (known) return known
    throw new Error(
      `The passwords for the databases, ${join(dataFolder, 'secrets.json')}, are gone. Bring that file back, or remove ${dataFolder} to begin with an empty shop.`,
    )
  }
  const password = secretOf(dataFolder, 'postgres', () => randomBytes(24).toString('base64url'))
  say('Making the database folder, once.')
  const making = join(home.folder, `making-${process.pid}`)
  const passwordFile = join(home.folder, `making-${process.pid}.password`)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (home.runAs.uid !== undefined && home.runAs.gid !== undefined) {
    chownSync(passwordFile, home.runAs.uid, home.runAs.gid)
  }
  const words = ['-D', making, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-k', '-A', 'scram-sha-256']
  const all = [...words, `--pwfile=${passwordFile}`, '--no-instructions', ...(durable ? [] : ['--no-sync'])]
  const problem = await initdb(home, [...all, '--locale-provider=builtin', '--builtin-locale=C.UTF-8'])
  const problemWithoutLocale = problem && (await initdb(home, all))
  rmSync(passwordFile, { force: true })
  if (problemWithoutLocale) throw new Error(`PostgreSQL could not make its data folder:\n${problemWithoutLocale}`)
  renameSync(making, home.data)
  if (durable && process.platform !== 'win32') fsyncFolder(home.folder)
  return password
}

/** Returns what went wrong, if anything did. */
function initdb(home: Home, words: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    const child = spawn(join(home.binaries, 'initdb'), words, {
      ...home.runAs,
      cwd: '/',
      env: plainEnvironment(),
      stdio,
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? undefined : output.trim() || `initdb ended with code ${code}.`))
  })
}

function fsyncFolder(folder: string) {
  const opened = openSync(folder, 'r')
  fsyncSync(opened)
  closeSync(opened)
}
