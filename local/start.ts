// `npm start`: the whole shop in one process. `--apart`: one process per service. `npm run service -- orders`: one of them alone.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@souk/contracts'
import { gatewayApi } from '@souk/contracts/gateway'
import { notificationsApi } from '@souk/contracts/notifications'
import { openTransport } from '@souk/messaging'
import {
  integer,
  makeLog,
  processSpec,
  type Running,
  readSettings,
  run,
  sharedSpec,
  text,
  WrongSettings,
} from '@souk/service'
import { startTelemetry } from '@souk/service/run/telemetry'
import { ensureShopIsSeeded, type Seeded } from '../seed/seed.ts'
import { allServices } from '../services/all-services.ts'
import type { MailDelivery } from '../services/notifications/context.ts'
import { dataFolderIn, findRunningShop, type Machine, machineSpec, openMachine } from './machine.ts'
import { showProgress } from './progress.ts'

/** Where services listen when each has a process of its own and nothing else is said (<NAME>_URL). */
const ports: Record<ServiceName, number> = {
  gateway: 4000,
  users: 4101,
  products: 4102,
  inventory: 4103,
  orders: 4104,
  payments: 4105,
  notifications: 4106,
}
const stopAtMostMs = 15_000
const largestLogBytes = 50 * 1024 * 1024

const started = performance.now()
const progress = showProgress()
const env: Record<string, string | undefined> = { ...process.env }
const stops: (() => Promise<unknown>)[] = []
/** Runs last, and also when another part does not stop: PostgreSQL is never left running. */
let stopMachine = async () => {}
let stopping: Promise<void> | undefined

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
process.on('uncaughtException', (error) => fail(error))

try {
  const [mode, name] = process.argv.slice(2)
  if (mode === '--alone') await startAlone(name)
  else if (mode === '--apart') await startApart()
  else await startTogether()
} catch (error) {
  fail(error)
}

async function startTogether(): Promise<void> {
  const dataFolder = dataFolderIn(env)
  const { host, port: wanted, operationsPort, operationsHost, logLevel, logFile } = readOwnSettings(ports.gateway)
  const port = await choosePort(host, wanted)
  env.SOUK_PUBLIC_URL ||= `http://localhost:${port}`
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder, env, say: progress.say })
  stopMachine = machine.stop
  const log = makeLog({ level: logLevel, file: logFile ?? rotatedLog(dataFolder) })
  stops.push(await startTelemetry(env, 'souk'))
  progress.say('Starting the services')
  const transport = await openTransport({ url: machine.databases.bus as string, log })
  stops.push(transport.close)
  const running = await run({
    services: allServices,
    env: machine.env,
    databases: machine.databases,
    transport,
    log,
    listen: { host, port },
    operations: { host: operationsHost, port: operationsPort },
  })
  stops.push(running.stop)
  machine.announce(env.SOUK_PUBLIC_URL, running.operationsUrl)
  const isGenerated = !env.SOUK_STAFF_PASSWORD
  const seeded = await ensureShopIsSeeded(running, { staffPassword: machine.staffPassword, isGenerated, progress })
  progress.end()
  greet(running, machine, env.SOUK_PUBLIC_URL, seeded)
  if (seeded.isNew && !stopping)
    await machine.writeOut().catch((error) => log.warn({ error: String(error) }, 'The next stop may take longer.'))
}

/** One service in this process: on the shop that already runs here, or on a PostgreSQL given by <NAME>_DATABASE_URL. */
async function startAlone(name: string | undefined): Promise<void> {
  const definition = allServices.find((service) => service.name === name)
  if (!definition)
    throw new WrongSettings(`Say which service: ${allServices.map((service) => service.name).join(', ')}.`)
  const usual = ports[definition.name]
  const { host, port, operationsPort, operationsHost, logLevel, logFile } = readOwnSettings(usual, usual + 100)
  const target = await findTarget(definition.name)
  const log = makeLog({ level: logLevel, file: logFile })
  stops.push(await startTelemetry(env, definition.name))
  const transport = await openTransport({ url: target.databases.bus as string, log })
  stops.push(transport.close)
  const running = await run({
    services: [definition],
    env: target.env,
    databases: target.databases,
    transport,
    log,
    remotes: Object.fromEntries(
      Object.entries(ports).map(([other, itsPort]) => [
        other,
        env[`${other.toUpperCase()}_URL`] || `http://127.0.0.1:${itsPort}`,
      ]),
    ),
    listen: { host, port },
    operations: { host: operationsHost, port: operationsPort },
  })
  stops.push(running.stop)
  const url = running.services.get(definition.name)?.url
  process.stderr.write(`  ${definition.name} answers at ${url}; health and metrics at ${running.operationsUrl}\n`)
}

async function findTarget(name: string) {
  const given = Object.fromEntries(
    [...allServices.map((service) => service.name), 'bus'].map((one) => [
      one,
      env[`${one.toUpperCase()}_DATABASE_URL`],
    ]),
  )
  if (given.bus && (given[name] || name === 'gateway')) return { databases: given as Record<string, string>, env }
  const shop = findRunningShop(dataFolderIn(env))
  if (shop) return { databases: shop.databases, env: { SOUK_PUBLIC_URL: shop.publicUrl, ...env, ...shop.env } }
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder: dataFolderIn(env), env, say: progress.say })
  stopMachine = machine.stop
  machine.announce(env.SOUK_PUBLIC_URL || 'http://localhost:4000', undefined)
  progress.end()
  return { databases: machine.databases, env: machine.env }
}

/** PostgreSQL here, and a process for each service; one that ends is started again. */
async function startApart(): Promise<void> {
  const { host, port: wanted } = readOwnSettings(ports.gateway)
  const port = await choosePort(host, wanted)
  env.SOUK_PUBLIC_URL ||= `http://localhost:${port}`
  env.GATEWAY_URL ||= `http://127.0.0.1:${port}`
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder: dataFolderIn(env), env, say: progress.say })
  stopMachine = machine.stop
  machine.announce(env.SOUK_PUBLIC_URL, undefined)
  const urls = Object.fromEntries(
    Object.entries(machine.databases).map(([name, url]) => [`${name.toUpperCase()}_DATABASE_URL`, url]),
  )
  await runToEnd(join(import.meta.dirname, 'seed.ts'), machine.env)
  delete machine.env.SOUK_OPERATIONS_PORT // One for all; each has its own.
  for (const { name } of allServices) {
    const own = name === 'gateway' ? { PORT: String(port) } : { PORT: String(ports[name]) }
    stops.push(
      keepRunning(name, { ...machine.env, ...urls, ...own, SOUK_LOG_FILE: join(machine.dataFolder, `${name}.log`) }),
    )
  }
  process.stdout.write(`  The shop answers at ${env.SOUK_PUBLIC_URL}\n`)
}

/** Makes the demo shop before its services start, by a command of its own that finds this machine by its data folder. */
async function runToEnd(script: string, childEnv: Record<string, string | undefined>): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, script, '--demo'], {
    env: { ...childEnv, SOUK_DATA: dataFolderIn(env) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new WrongSettings(`The shop could not be filled (code ${code}); the reason target above.`)
}

function keepRunning(name: string, childEnv: Record<string, string | undefined>): () => Promise<void> {
  let ending = false
  let ended: Promise<void> = Promise.resolve()
  let child: ReturnType<typeof spawn> | undefined
  const begin = () => {
    child = spawn(process.execPath, [...process.execArgv, import.meta.filename, '--alone', name], {
      env: childEnv,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    ended = new Promise((resolve) => {
      child?.once('exit', () => {
        resolve()
        if (!ending) setTimeout(() => !ending && begin(), 500)
      })
    })
  }
  begin()
  return async () => {
    ending = true
    child?.kill('SIGTERM')
    await ended
  }
}

/** The settings that are read before anything starts. */
function readOwnSettings(port: number, operationsPort?: number) {
  const { '': listening, souk } = readSettings(
    {
      '': {
        port: integer('where it listens', port, { min: 1, max: 65535 }),
        host: text('on which address it listens', '127.0.0.1'),
      },
      souk: { ...processSpec, ...machineSpec, publicUrl: sharedSpec.publicUrl },
    },
    operationsPort === undefined ? env : { SOUK_OPERATIONS_PORT: String(operationsPort), ...env },
  )
  return { ...listening, ...souk }
}

/** The wanted port, or, when nobody asked for a certain one, the next that is free. */
async function choosePort(host: string, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 20; port++) {
    if (await isFree(host, port)) {
      if (port !== wanted) process.stderr.write(`  Port ${wanted} is taken, so the shop listens on port ${port}.\n`)
      return port
    }
    if (env.PORT) throw new WrongSettings(`Port ${wanted} is taken. Stop what uses it, or set PORT to another one.`)
  }
  throw new WrongSettings(`The ports from ${wanted} on are taken. Set PORT to a free one.`)
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') resolve(false)
      else reject(new WrongSettings(`Souk cannot listen on HOST ${host}, PORT ${port} (${code}).`))
    })
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

function rotatedLog(dataFolder: string): string {
  const file = join(dataFolder, 'souk.log')
  mkdirSync(dataFolder, { recursive: true })
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes) renameSync(file, `${file}.1`)
  if (!existsSync(file)) writeFileSync(file, '', { mode: 0o600 })
  return file
}

function greet(running: Running, machine: Machine, url: string, { isNew, staffLogin }: Seeded): void {
  const delivery = running.services.get('notifications')?.context.resources as MailDelivery | undefined
  const mailbox = delivery?.showsMailbox
    ? url + notificationsApi.routes.mailbox.path
    : delivery?.channel
      ? 'closed: mail goes to the mail server'
      : 'closed, and mail waits for NOTIFICATIONS_SMTP_URL; NOTIFICATIONS_MAILBOX=on opens it to everybody who can reach the shop'
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`
  Souk is ${isNew ? 'open for the first time' : 'open again'} (${seconds} s).

  The shop       ${url}
  API reference  ${url}${gatewayApi.routes.docs.path}
  Mailbox        ${mailbox}
  Health         ${running.operationsUrl}/health/ready
  Staff login    ${staffLogin}
  Data and log   ${machine.dataFolder}

  Ctrl-C stops it.
`)
}

function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    const inTime = await Promise.race([stopServices().then(() => true), pause(stopAtMostMs, false)])
    await stopMachine().catch(complain)
    process.exit(inTime ? code : 1)
  })()
  return stopping
}

async function stopServices(): Promise<void> {
  for (const one of stops.splice(0).reverse()) await one().catch(complain)
}

function complain(error: unknown): void {
  process.stderr.write(`  ${error}\n`)
}

function fail(error: unknown): void {
  progress.end()
  const isPlain = error instanceof WrongSettings || /running already|is taken/.test(String(error))
  process.stderr.write(`\n  ${isPlain ? (error as Error).message : (error as Error).stack}\n\n`)
  void stop(1)
}
