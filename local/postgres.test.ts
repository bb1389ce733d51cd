// PostgreSQL on one machine: found again, taken over, never half made, never used by two. Each test has its own data.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import pg from 'pg'
import { lockFolder } from './folder-lock.ts'
import { startPostgres } from './postgres.ts'
import { removeDataFolder } from './postgres-home.ts'

const isRoot = process.getuid?.() === 0

test('the second start finds what the first one stored', async (t) => {
  const dataFolder = newFolder(t)
  const cold = performance.now()
  const first = await start(t, dataFolder)
  t.diagnostic(`cold start: ${Math.round(performance.now() - cold)} ms`)
  await ask(first.url('postgres'), `create table kept as select 'here' as word`)
  await first.stop()
  const warm = performance.now()
  const second = await start(t, dataFolder)
  t.diagnostic(`warm start: ${Math.round(performance.now() - warm)} ms`)
  assert.equal(second.adopted, false)
  assert.deepEqual(await ask(second.url('postgres'), 'select word from kept'), [{ word: 'here' }])
  assert.deepEqual(await ask(second.url('postgres'), 'show data_checksums'), [{ data_checksums: 'on' }])
})

test('a server that outlives a killed Souk is taken over, and then stopped', async (t) => {
  const dataFolder = newFolder(t)
  const killed = await startElsewhere(dataFolder)
  const pid = serverPid(dataFolder)
  await kill(killed.child)
  const postgres = await start(t, dataFolder)
  assert.equal(postgres.adopted, true)
  assert.equal(serverPid(dataFolder), pid)
  assert.equal((await ask(postgres.url('postgres'), 'select 1 as one')).length, 1)
  await postgres.stop()
  assert.equal(existsSync(join(dataFolder, 'postgres', 'data', 'postmaster.pid')), false)
})

test('a server whose Souk was killed ends by itself, and the next start makes it anew', async (t) => {
  const dataFolder = newFolder(t)
  const killed = await startElsewhere(dataFolder)
  const pid = serverPid(dataFolder)
  await kill(killed.child)
  await eventually('it has ended', () => !isAlive(pid))
  const postgres = await start(t, dataFolder)
  assert.equal(postgres.adopted, false)
})

test('a server whose Souk was killed and whose data folder was deleted ends by itself', async (t) => {
  const dataFolder = newFolder(t)
  const killed = await startElsewhere(dataFolder)
  const pid = serverPid(dataFolder)
  await kill(killed.child)
  removeDataFolder(dataFolder)
  await eventually('it has ended', () => !isAlive(pid))
})

test('a server ends even if the repository of its killed Souk was deleted', async (t) => {
  const dataFolder = newFolder(t)
  // The start of another copy of the repository, whose Node and scripts go with it.
  const copy = mkdtempSync(join(tmpdir(), 'souk-copy-'))
  const repository = join(import.meta.dirname, '..')
  for (const name of readdirSync(repository))
    if (name !== 'local') symlinkSync(join(repository, name), join(copy, name))
  cpSync(import.meta.dirname, join(copy, 'local'), { recursive: true })
  const child = spawn(process.execPath, [join(copy, 'local', 'postgres-child.ts'), dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) if (line.startsWith('{')) break
  const pid = serverPid(dataFolder)
  rmSync(copy, { recursive: true })
  await kill(child)
  await eventually('it has ended', () => !isAlive(pid))
})

test('a start right after the kill takes the server over, and the watcher of the killed one lets it be', async (t) => {
  const dataFolder = newFolder(t)
  const killed = await startElsewhere(dataFolder)
  const pid = serverPid(dataFolder)
  await kill(killed.child)
  const postgres = await start(t, dataFolder)
  assert.equal(postgres.adopted, true)
  await pause(6_000) // Longer than the watcher waits.
  assert.equal(serverPid(dataFolder), pid)
  assert.equal((await ask(postgres.url('postgres'), 'select 1 as one')).length, 1)
})

test('a start while the watcher stops the server waits for it', async (t) => {
  const dataFolder = newFolder(t)
  const unlock = lockFolder(dataFolder, { isStopping: true })
  const starting = start(t, dataFolder)
  await pause(300)
  unlock()
  assert.equal((await starting).adopted, false)
})

test('after everything was killed, what was committed is there', async (t) => {
  const dataFolder = newFolder(t)
  const killed = await startElsewhere(dataFolder, 'durable')
  await ask(killed.url, `create table kept as select 'here' as word`)
  process.kill(serverPid(dataFolder), 'SIGKILL')
  await kill(killed.child)
  const postgres = await start(t, dataFolder)
  assert.equal(postgres.adopted, false)
  assert.deepEqual(await ask(postgres.url('postgres'), 'select word from kept'), [{ word: 'here' }])
})

test('leftovers with a process number that somebody else has now do not stop the start', async (t) => {
  const dataFolder = newFolder(t)
  const { port, stop } = await start(t, dataFolder)
  await stop()
  const leftover = `${process.pid}\n${join(dataFolder, 'postgres', 'data')}\n1\n${port}\n\n\n\nready\n`
  writeFileSync(join(dataFolder, 'postgres', 'data', 'postmaster.pid'), leftover)
  writeFileSync(join(dataFolder, 'postgres', 'socket', `.s.PGSQL.${port}.lock`), leftover)
  writeFileSync(join(dataFolder, 'souk.pid'), JSON.stringify({ pid: process.pid, started: 'another time' }))
  const postgres = await start(t, dataFolder, port)
  assert.equal(postgres.adopted, false)
})

test('when the port is taken, another one is chosen and told', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  atEnd(t, () => other.close())
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const told: string[] = []
  const postgres = await start(t, newFolder(t), port, (sentence) => told.push(sentence))
  assert.notEqual(postgres.port, port)
  assert.ok(told.includes(`Port ${port} is taken, so PostgreSQL listens on port ${postgres.port}.`), told.join('\n'))
})

test('a kill while the data folder is made leaves nothing half made', async (t) => {
  const dataFolder = newFolder(t)
  const child = spawnSouk(dataFolder)
  await once(createInterface(child.stdout!), 'line')
  while (!readdirSync(join(dataFolder, 'postgres')).some((name) => /^making-\d+$/.test(name))) await pause(5)
  child.kill('SIGSTOP') // A stopped process cannot finish before the kill.
  await pause(100)
  await kill(child)
  assert.equal(existsSync(join(dataFolder, 'postgres', 'data')), false)
  const postgres = await start(t, dataFolder)
  assert.equal((await ask(postgres.url('postgres'), 'select 1 as one')).length, 1)
  const left = readdirSync(join(dataFolder, 'postgres')).filter((name) => name.startsWith('making-'))
  assert.deepEqual(left, [])
})

test('a second Souk on the same data is refused, and the first goes on', async (t) => {
  const dataFolder = newFolder(t)
  const postgres = await start(t, dataFolder)
  const child = spawnSouk(dataFolder)
  let words = ''
  child.stderr?.on('data', (chunk) => {
    words += chunk
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 1)
  assert.match(words, new RegExp(`Souk is running already with the data in .* \\(process ${process.pid}\\)`))
  assert.equal((await ask(postgres.url('postgres'), 'select 1 as one')).length, 1)
})

test('a data folder deep down gets its socket in a shorter place', async (t) => {
  const dataFolder = join(newFolder(t), 'a-rather-long-name-of-a-folder'.repeat(4))
  atEnd(t, () => removeDataFolder(dataFolder))
  const postgres = await start(t, dataFolder)
  assert.ok(postgres.host.length < 100)
  assert.equal((await ask(postgres.url('postgres'), 'select 1 as one')).length, 1)
})

test('as root, in a folder closed to others, the data is kept where its user can reach it', {
  skip: !isRoot && 'only root has this problem',
}, async (t) => {
  const closed = newFolder(t)
  chmodSync(closed, 0o700)
  const dataFolder = join(closed, '.souk')
  atEnd(t, () => removeDataFolder(dataFolder))
  const told: string[] = []
  const first = await start(t, dataFolder, 0, (sentence) => told.push(sentence))
  assert.match(told.join('\n'), /its data is kept in \/var\/lib\/souk\/data-/)
  await ask(first.url('postgres'), `create table kept as select 'here' as word`)
  await first.stop()
  const second = await start(t, dataFolder)
  assert.deepEqual(await ask(second.url('postgres'), 'select word from kept'), [{ word: 'here' }])
})

/** A shop in a folder closed to others, stopped, with a table in its database. */
async function closedShop(t: TestContext) {
  const closed = newFolder(t)
  chmodSync(closed, 0o700)
  const dataFolder = join(closed, '.souk')
  atEnd(t, () => removeDataFolder(dataFolder))
  const postgres = await start(t, dataFolder)
  await ask(postgres.url('postgres'), `create table kept as select 'here' as word`)
  await postgres.stop()
  return { closed, dataFolder, away: postgres.folder }
}

const asRoot = { skip: !isRoot && 'only root has this problem' }

test('the data that a deleted data folder has left outside is removed by the next start there', asRoot, async (t) => {
  const { dataFolder, away } = await closedShop(t)
  rmSync(dataFolder, { recursive: true })
  assert.ok(existsSync(away))
  const postgres = await start(t, dataFolder)
  assert.ok(!existsSync(away))
  assert.deepEqual(await ask(postgres.url('postgres'), `select to_regclass('kept') as kept`), [{ kept: null }])
})

test(
  'a data folder that was moved keeps its data, also when another shop begins in its old place',
  asRoot,
  async (t) => {
    const { closed, dataFolder, away } = await closedShop(t)
    const moved = join(closed, 'moved')
    atEnd(t, () => removeDataFolder(moved))
    renameSync(dataFolder, moved)
    const other = await start(t, dataFolder)
    assert.notEqual(other.folder, away)
    const postgres = await start(t, moved)
    assert.equal(postgres.folder, away)
    assert.deepEqual(await ask(postgres.url('postgres'), 'select word from kept'), [{ word: 'here' }])
  },
)

test('a copy of a data folder whose data lies outside is refused, until the data is copied too', asRoot, async (t) => {
  const { closed, dataFolder } = await closedShop(t)
  const copy = join(closed, 'copy')
  atEnd(t, () => removeDataFolder(copy))
  execFileSync('cp', ['-a', dataFolder, copy])
  const error = await startPostgres({ dataFolder: copy, port: 0, durable: false }).then(
    () => assert.fail('It has started.'),
    (failure: Error) => failure,
  )
  const [, advice = ''] =
    /is a copy of .* To complete the copy, stop the original, then: (.*)$/.exec(error.message) ?? []
  execFileSync('sh', ['-c', advice])
  const second = await start(t, copy)
  await ask(second.url('postgres'), `insert into kept values ('copied')`)
  const first = await start(t, dataFolder)
  assert.deepEqual(await ask(first.url('postgres'), 'select word from kept'), [{ word: 'here' }])
  assert.equal((await ask(second.url('postgres'), 'select word from kept')).length, 2)
})

test('a data folder whose data is gone is refused', asRoot, async (t) => {
  const { dataFolder, away } = await closedShop(t)
  rmSync(away, { recursive: true })
  await assert.rejects(startPostgres({ dataFolder, port: 0 }), /lay in \/var\/lib\/souk\/data-.* and is gone/)
})

test('a reset removes a shop in both places, but not while it runs and not unasked', async (t) => {
  const closed = newFolder(t)
  if (isRoot) chmodSync(closed, 0o700)
  const dataFolder = join(closed, '.souk')
  atEnd(t, () => removeDataFolder(dataFolder))
  const postgres = await start(t, dataFolder)
  const reset = (...words: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'reset.ts'), ...words], {
      env: { ...process.env, SOUK_DATA: dataFolder },
      encoding: 'utf8',
    })
    return { status, said: stderr.trim() }
  }
  assert.match(reset('--yes').said, /^The shop in .* is running \(process \d+\)\. Stop it first\.$/)
  await postgres.stop()
  assert.match(
    reset().said,
    /^This removes the shop in .* with all its orders and accounts\. Say so with --yes: npm run reset -- --yes$/,
  )
  assert.ok(existsSync(join(postgres.folder, 'data')))
  assert.match(reset('--no').said, /^There is no --no\./)
  assert.deepEqual(reset('--yes'), { status: 0, said: '' })
  assert.ok(!existsSync(postgres.folder) && !existsSync(dataFolder))
  assert.match(reset('--yes').said, /^There is no shop in /)
})

test('an ordinary user runs it under the own name', { skip: !isRoot && 'the other tests do so' }, async (t) => {
  const nobody = 65534
  const user = { uid: nobody, gid: nobody, cwd: '/' }
  if (spawnSync(process.execPath, ['--version'], user).status !== 0)
    return t.skip('no user but root can reach the repository')
  const dataFolder = join(newFolder(t), 'own')
  mkdirSync(dataFolder)
  chmodSync(dataFolder, 0o777)
  chmodSync(join(dataFolder, '..'), 0o755)
  const child = spawnSouk(dataFolder, [], user)
  const ended = once(child, 'close')
  const lines: string[] = []
  for await (const line of createInterface(child.stdout!)) {
    lines.push(line)
    if (line.startsWith('{')) child.kill('SIGTERM')
  }
  assert.match(lines.at(-1) ?? '', /"adopted":false/)
  assert.deepEqual(await ended, [0, null])
})

/** Node runs its `after`s in the order they were given; putting away needs the opposite: servers first, then folders. */
const putAway = new WeakMap<TestContext, (() => unknown)[]>()
function atEnd(t: TestContext, step: () => unknown) {
  const steps = putAway.get(t) ?? []
  if (steps.length === 0) {
    putAway.set(t, steps)
    t.after(async () => {
      for (const each of steps) await each()
    })
  }
  steps.unshift(step)
}

function newFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'souk-postgres-'))
  atEnd(t, () => removeDataFolder(folder))
  if (isRoot) chmodSync(folder, 0o711)
  return folder
}

async function start(t: TestContext, dataFolder: string, port = 0, onProgress?: (sentence: string) => void) {
  const postgres = await startPostgres({ dataFolder, port, durable: false, onProgress })
  atEnd(t, () => postgres.stop())
  return postgres
}

function spawnSouk(dataFolder: string, words: string[] = [], user: { uid?: number; gid?: number; cwd?: string } = {}) {
  const script = join(import.meta.dirname, 'postgres-child.ts')
  return spawn(process.execPath, [script, dataFolder, ...words], { ...user, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function startElsewhere(dataFolder: string, ...words: string[]) {
  const child = spawnSouk(dataFolder, words)
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('{')) return { child, url: (JSON.parse(line) as { url: string }).url }
  }
  throw new Error('PostgreSQL did not start in the other process.')
}

async function kill(child: ChildProcess) {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

function serverPid(dataFolder: string) {
  return Number(readFileSync(join(dataFolder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
}

function isAlive(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function ask(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

function pause(milliseconds: number) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
