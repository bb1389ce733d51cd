// `npm run start:apart` with real processes: each holds its own secrets only, and none of them outlives a killed launcher.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../../tests/fixture.ts'
import { findRunningShop } from '../machine.ts'
import { removeDataFolder } from '../postgres-home.ts'

const names = ['gateway', 'users', 'products', 'inventory', 'orders', 'payments', 'notifications', 'storefront']
const skip = process.platform !== 'linux' && 'it reads /proc'
const folder = mkdtempSync(join(tmpdir(), 'souk-apart-'))
const dataFolder = join(folder, '.souk')
const staffPassword = 'a-staff-password-for-this-test'
const secrets = { smtp: 'secret-of-the-mail-server', other: 'secret-of-another-program' }
/** An open connection would go on to a gateway whose launcher was killed, until it ends. */
const onNewConnection = { connection: 'close' }
const addresses: Record<string, string> = {}
let launcher: ChildProcess | undefined
let said = ''

before(async () => {
  for (const name of names) addresses[name] = `http://127.0.0.1:${await freePort()}`
})
after(() => {
  launcher?.kill('SIGKILL')
  removeDataFolder(dataFolder)
  rmSync(folder, { recursive: true, force: true })
})

test('each process holds its own database and secrets, and the shop works', { skip }, async () => {
  await startShop()
  const shop = findRunningShop(dataFolder)
  assert.ok(shop)
  const processes = servicesOf(launcher?.pid as number)
  assert.deepEqual([...processes.keys()].toSorted(), names.toSorted())
  const own: Record<string, string[]> = {
    smtp: ['notifications'],
    simulator: ['payments'],
    shared: ['orders'], // The keys of orders are made from it, and it makes no service token.
    tokens: [],
    superuser: [],
    staff: [],
    other: [],
  }
  const values: Record<string, string> = {
    smtp: secrets.smtp,
    simulator: shop.env.PAYMENTS_SIMULATOR_SECRET as string,
    shared: shop.env.SOUK_SHARED_SECRET as string,
    tokens: shop.keySecret,
    superuser: JSON.parse(readFileSync(join(dataFolder, 'secrets.json'), 'utf8')).postgres,
    staff: staffPassword,
    other: secrets.other,
  }
  const onTheBus = names.filter((name) => name !== 'storefront')
  for (const [name, url] of Object.entries(shop.databases)) {
    values[`database ${name}`] = new URL(url).password
    own[`database ${name}`] = name === 'bus' ? onTheBus : [name]
    values[`owner ${name}`] = new URL(shop.owners[name] as string).password
    own[`owner ${name}`] = []
  }
  for (const [what, value] of Object.entries(values)) {
    assert.ok(value, what)
    const holders = names.filter((name) => environmentOf(processes.get(name) as number).includes(value))
    assert.deepEqual(holders, own[what], what)
  }
  for (const name of names) {
    const keys = /SOUK_SERVICE_KEYS=(.*)/.exec(environmentOf(processes.get(name) as number))?.[1] ?? ''
    for (const entry of keys.split(',').filter(Boolean))
      assert.ok(entry.split('=')[0]?.split('>').includes(name), `${name} holds ${entry}`)
  }
  assert.ok(
    Object.values(values).every((value) => !environmentOf(serverPid()).includes(value)),
    'PostgreSQL',
  )
  assert.equal((await listCustomers()).status, 200)
})

test('a process that is killed comes back', { skip }, async () => {
  const pid = servicesOf(launcher?.pid as number).get('users') as number
  process.kill(pid, 'SIGKILL')
  await eventually(
    'there is another',
    () => ![pid, undefined].includes(servicesOf(launcher?.pid as number).get('users')),
  )
  await eventually('staff sign in again', async () => (await listCustomers()).status === 200, 30)
})

test('a start right after a kill takes over: the same ports, the same database', { skip }, async () => {
  const killed = [...servicesOf(launcher?.pid as number).values()]
  const server = serverPid()
  await killLauncher()
  await startShop()
  assert.equal(serverPid(), server)
  assert.equal((await listCustomers()).status, 200)
  await eventually('the processes of before have ended', () => !killed.some(isAlive))
  assert.ok(isAlive(server))
})

test('after a kill all its processes end, also when the data folder was deleted', { skip }, async () => {
  const all = [...servicesOf(launcher?.pid as number).values(), serverPid()]
  assert.equal(all.length, 9)
  await killLauncher()
  removeDataFolder(dataFolder)
  await eventually('they have ended', () => !all.some(isAlive))
})

async function startShop(): Promise<void> {
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  launcher = spawn(process.execPath, [join(import.meta.dirname, '..', 'start.ts'), '--apart'], {
    env: {
      ...ours,
      ...Object.fromEntries(Object.entries(addresses).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])),
      NODE_ENV: 'production', // A new shop is empty then.
      PORT: new URL(addresses.gateway as string).port,
      SOUK_DATA: dataFolder,
      SOUK_POSTGRES_PORT: '0',
      SOUK_STAFF_PASSWORD: staffPassword,
      NOTIFICATIONS_SMTP_URL: `smtp://shop:${secrets.smtp}@127.0.0.1:1`,
      SOME_TOKEN: secrets.other,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  said = ''
  launcher.stdout?.on('data', (chunk) => (said += chunk))
  launcher.stderr?.on('data', (chunk) => (said += chunk))
  const answers = async () => {
    assert.equal(launcher?.exitCode, null, said)
    const reply = await fetch(`${addresses.gateway}/v1/products`, { headers: onNewConnection }).catch(() => undefined)
    return reply?.status === 200
  }
  await eventually('the shop answers', answers, 120).catch((error) => assert.fail(`${error}\n${said}`))
  await eventually('users answer', async () => (await listCustomers()).status === 200, 30)
  assert.ok(!said.includes('is taken'), said)
}

async function killLauncher(): Promise<void> {
  const gone = once(launcher as ChildProcess, 'exit')
  launcher?.kill('SIGKILL')
  await gone
}

/** What only staff may do: it takes the gateway, users and their keys. */
async function listCustomers(): Promise<{ status: number }> {
  const signIn = await fetch(`${addresses.gateway}/v1/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...onNewConnection },
    body: JSON.stringify({ email: 'staff@souk.example', password: staffPassword }),
  })
  if (signIn.status !== 200) return { status: signIn.status }
  const authorization = `Bearer ${signIn.headers.get('set-auth-token')}`
  const reply = await fetch(`${addresses.gateway}/v1/orders`, { headers: { authorization, ...onNewConnection } })
  return { status: reply.status }
}

/** The processes of the services by name. */
function servicesOf(parent: number): Map<string, number> {
  const found = new Map<string, number>()
  for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
    try {
      const ofParent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ')[1]
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (Number(ofParent) === parent && words.includes('--alone'))
        found.set(words[words.indexOf('--alone') + 1] ?? '', pid)
    } catch {} // It has ended meanwhile.
  }
  return found
}

function environmentOf(pid: number): string {
  return readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', '\n')
}

function serverPid(): number {
  return Number(readFileSync(join(dataFolder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
