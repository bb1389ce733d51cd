// A shop of several processes for people in a browser, in which single services can be stopped and started again: products, orders and
// payments have a process each, as on machines of their own.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ServiceName } from '@souk/contracts'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { eventually } from '@souk/service/fixture'
import { addressVariable, databaseVariable } from '../../local/environment.ts'
import { type Finding, verifyShop } from '../../verify/verify-shop.ts'
import { databaseNames } from '../fixture.ts'
import { listeningPort } from './listening-port.ts'
import { staffPassword } from './started-shop.ts'

const parts: readonly ServiceName[][] = [
  ['gateway'],
  ['users', 'inventory', 'notifications', 'storefront'],
  ['products'],
  ['orders'],
  ['payments'],
]
const project = resolve(import.meta.dirname, '../..')
const readySeconds = 120

/** Services with a process of their own. */
export type Parts = 'products' | 'orders' | 'payments'
export type ShopInParts = Awaited<ReturnType<typeof startShopInParts>>

export async function startShopInParts() {
  const folder = mkdtempSync(join(tmpdir(), 'souk-parts-'))
  const databases: Record<string, string> = {}
  for (const name of [...databaseNames, 'bus']) databases[name] = await createDatabase()
  const ports = new Map<readonly ServiceName[], number>()
  for (const part of parts) ports.set(part, await listeningPort())
  const urlOf = (part: readonly ServiceName[]) => `http://127.0.0.1:${ports.get(part)}`
  // As the browser names it: a name keeps its cookies apart from those of other shops on this machine.
  const url = urlOf(parts[0] as ServiceName[]).replace('127.0.0.1', 'localhost')
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  const env = {
    ...ours,
    ...Object.fromEntries(Object.entries(databases).map(([name, its]) => [databaseVariable(name), its])),
    ...Object.fromEntries(parts.flatMap((part) => part.map((name) => [addressVariable(name), urlOf(part)]))),
    SOUK_SHARED_SECRET: randomBytes(32).toString('base64url'),
    SOUK_PUBLIC_URL: url,
    SOUK_STAFF_PASSWORD: staffPassword,
    SOUK_LOG_LEVEL: 'silent',
    GATEWAY_RATE_LIMIT: 'off',
    PAYMENTS_SIMULATOR_FOLDER: folder,
  }
  const children = new Map<readonly ServiceName[], ChildProcess>()

  const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

  async function start(part: readonly ServiceName[]): Promise<void> {
    const former = children.get(part)
    if (former && isRunning(former)) return
    const operationsPort = await listeningPort()
    const child = run(['local/start.ts', '--alone', ...part], {
      ...env,
      PORT: String(ports.get(part)),
      SOUK_OPERATIONS_PORT: String(operationsPort),
    })
    children.set(part, child)
    let said = ''
    child.stderr?.on('data', (text) => (said += text))
    const isReady = async () => {
      if (child.exitCode !== null) throw new Error(`${part.join(', ')} did not start: ${said}`)
      return (await fetch(`http://127.0.0.1:${operationsPort}/health/ready`).catch(() => undefined))?.ok === true
    }
    await eventually(`${part.join(', ')} are ready`, isReady, readySeconds)
  }
  async function end(part: readonly ServiceName[], signal: NodeJS.Signals): Promise<void> {
    const child = children.get(part)
    if (!child || !isRunning(child)) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const partOf = (service: Parts) => parts.find((part) => part.includes(service)) as readonly ServiceName[] // Each has its own.

  async function remove(): Promise<void> {
    await Promise.all(parts.map((part) => end(part, 'SIGKILL')))
    await Promise.all(Object.values(databases).map(dropDatabase))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(parts.map(start))
    const [code] = await once(run(['local/staff.ts', 'staff@souk.example'], env), 'exit')
    if (code !== 0) throw new Error(`Nobody became staff: ${code}`)
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url,
    /** Kills the process of a service, as a machine that breaks down does: what it had in hand is lost. */
    kill: (service: Parts) => end(partOf(service), 'SIGKILL'),
    /** Starts it again when it does not run, and resolves when it is ready. */
    start: (service: Parts) => start(partOf(service)),
    /** The invariants that do not hold, if nothing is under way any more. */
    findings: (): Promise<Finding[]> => verifyShop(databases, { quiet: true, journal: join(folder, 'journal.jsonl') }),
    remove,
  }
}

function run(words: string[], env: Record<string, string | undefined>): ChildProcess {
  return spawn(process.execPath, words, { cwd: project, env, stdio: ['ignore', 'ignore', 'pipe'] })
}
