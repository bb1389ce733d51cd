// `npm start`: the whole shop in one process, or the services of SOUK_SERVICES. `--apart`: one process per service. `npm run service --
// orders`: only those named. `--check`: whether a start could succeed.
import { existsSync, mkdirSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gatewayApi } from '@souk/contracts/gateway'
import { notificationsApi } from '@souk/contracts/notifications'
import { MissingMigrations } from '@souk/postgres'
import { MissingPackage, makeLog, type Running, run, WrongSettings } from '@souk/service'
import { startTelemetry } from '@souk/service/run/export-spans'
import { ensureShopIsSeeded, type Seeded } from '../seed/seed.ts'
import { allServices } from '../services/all-services.ts'
import type { Delivery } from '../services/notifications/context.ts'
import { wrongSettingsCode } from './apart/instance.ts'
import { startApart } from './apart/start-apart.ts'
import { measureLastBackup } from './backup/last-backup.ts'
import { reasonToStayClosed } from './backup/recovery.ts'
import { ensureStorefrontIsBuilt } from './build-storefront.ts'
import { openBus } from './bus.ts'
import { checkStart } from './check-start.ts'
import { servicesIn, servicesNamed } from './chosen-services.ts'
import { dataFolderIn, type Machine, openMachine } from './machine.ts'
import { choosePort, ports, reachable } from './ports.ts'
import { environmentWithSecrets } from './process-environment.ts'
import { showProgress } from './progress.ts'
import { startAlone } from './start-alone.ts'
import { readOwnSettings, type Starting } from './starting.ts'

const [mode, ...words] = process.argv.slice(2)
/** After the grace time (SOUK_DRAIN_SECONDS). Requests in hand take up to 15 s of it; the one that started others waits longer. */
const stopAtMostMs = mode === '--apart' ? 32_000 : 25_000
/** Signals so close to each other are one: a process group and the parent may both have sent it. */
const sameSignalMs = 500
/** Started by `npm run start:apart`, which reads the exit code. */
const isSupervised = words.includes('--supervised')
const modes = ['--alone', '--apart', '--check']
const isCheck = mode === '--check'
const largestLogBytes = 50 * 1024 * 1024

const started = performance.now()
const progress = showProgress()
const env: Record<string, string | undefined> = {}
const stops: (() => Promise<unknown>)[] = []
let drain = async () => {}
/** Runs last, and also when another part does not stop: PostgreSQL is never left running. */
let stopMachine = async () => {}
let stopping: Promise<void> | undefined
let stoppingSince = 0
const starting: Starting = {
  env,
  progress,
  onStop: (stop) => void stops.push(stop),
  onDrain(run) {
    drain = run
  },
  onStopLast(stop) {
    let stopped: Promise<void> | undefined
    stopMachine = () => (stopped ??= stop())
  },
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopBySignal(signal))
process.on('uncaughtException', (error) => fail(error))
// The process that started this one has ended or was killed, so nobody could stop this one any more.
process.on('disconnect', () => void stop(1))
// Nobody reads any more what this process says when the one that started it was killed.
if (isSupervised) process.stderr.on('error', () => undefined)

try {
  Object.assign(env, environmentWithSecrets(process.env))
  await begin()
} catch (error) {
  fail(error)
}

async function begin(): Promise<void> {
  if (mode !== undefined && !modes.includes(mode))
    throw new WrongSettings(`There is no ${mode}. Usage: node local/start.ts [${modes.join(' | ')}]`)
  const alone = { ...starting, isSupervised }
  const named = words.filter((word) => !word.startsWith('--'))
  const chosen = mode === '--alone' || (isCheck && named.length > 0) ? servicesNamed(named) : servicesIn(env)
  if (isCheck) return sayAndLeave(await checkStart(chosen, env))
  if (chosen && mode === '--apart')
    throw new WrongSettings('SOUK_SERVICES chooses the services of one process, and start:apart starts one for each.')
  if (!chosen || chosen.some(({ name }) => name === 'storefront')) await ensureStorefrontIsBuilt(progress.say)
  progress.end()
  if (chosen) return startAlone(chosen, { ...alone, onlyGiven: mode !== '--alone' })
  const closed = reasonToStayClosed(dataFolderIn(env))
  if (closed) throw new WrongSettings(closed)
  await (mode === '--apart' ? startApart(words, starting) : startTogether())
}

function sayAndLeave(sentence: string): void {
  process.stdout.write(`  ${sentence}\n`)
  void stop(0)
}

async function startTogether(): Promise<void> {
  const dataFolder = dataFolderIn(env)
  const { host, port: wanted, operationsPort, operationsHost, logLevel, logFile } = readOwnSettings(env, ports.gateway)
  const port = await choosePort(host, wanted, { isCertain: Boolean(env.PORT) })
  env.SOUK_PUBLIC_URL ||= `http://localhost:${port}`
  env.GATEWAY_URL ||= `http://${reachable(host)}:${port}`
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder, env, say: progress.say })
  starting.onStopLast(machine.stop)
  const log = makeLog({ level: logLevel, file: logFile ?? rotatedLog(dataFolder) })
  stops.push(await startTelemetry(env, 'souk', log))
  progress.say('Starting the services')
  const running = await run({
    services: allServices,
    env: machine.env,
    databases: machine.databases,
    owners: machine.owners,
    transport: () => openBus(machine, log),
    log,
    listen: { host, port },
    operations: { host: operationsHost, port: operationsPort },
  })
  stops.push(running.stop)
  starting.onDrain(running.drain)
  measureLastBackup(running.metrics.registry, dataFolder)
  machine.announce(env.SOUK_PUBLIC_URL, running.operationsUrl)
  const isGenerated = !env.SOUK_STAFF_PASSWORD
  const seeded = await ensureShopIsSeeded(running, { staffPassword: machine.staffPassword, isGenerated, progress })
  progress.end()
  greet(running, machine, env.SOUK_PUBLIC_URL, seeded)
  stops.push(paintOn(seeded, log))
  if (seeded.isNew && !stopping)
    await machine.writeOut().catch((error) => log.warn({ error: String(error) }, 'The next stop may take longer.'))
}

/** Goes on painting while the shop is open. Returns the function that stops it; the next start goes on from there. */
function paintOn({ paintMore }: Seeded, log: ReturnType<typeof makeLog>): () => Promise<void> {
  const stopped = new AbortController()
  paintMore?.({ stopping: stopped.signal, restShare: 1 }).catch((error) => {
    if (!stopped.signal.aborted) log.warn({ error: String(error) }, 'Not all pictures of the demo were painted.')
  })
  return async () => stopped.abort()
}

function rotatedLog(dataFolder: string): string {
  const file = join(dataFolder, 'souk.log')
  mkdirSync(dataFolder, { recursive: true })
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes) renameSync(file, `${file}.1`)
  if (!existsSync(file)) writeFileSync(file, '', { mode: 0o600 })
  return file
}

function greet(running: Running, machine: Machine, url: string, { isNew, staffLogin }: Seeded): void {
  const delivery = running.services.get('notifications')?.context.resources as Delivery | undefined
  const mailbox = delivery?.showsMailbox
    ? url + notificationsApi.routes.mailbox.path
    : delivery?.channels.mail
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
  Data and log   ${machine.dataFolder}${databasePlace(machine)}

  Ctrl-C stops it.
`)
}

/** A line for a database that is not in the data folder. */
function databasePlace({ dataFolder, databaseFolder }: Machine): string {
  const isInside = databaseFolder.startsWith(`${realpathSync(dataFolder)}/`)
  return isInside ? '' : `\n  Database       ${databaseFolder} (no copy or backup of the folder above holds it)`
}

/** Only SIGTERM leaves callers the grace time: a person at a terminal waits. A second signal ends the process at once. */
function stopBySignal(signal: NodeJS.Signals): void {
  if (!stopping) void stop(0, signal === 'SIGTERM')
  else if (performance.now() - stoppingSince > sameSignalMs)
    void stopMachine()
      .catch(complain)
      .then(() => process.exit(1))
}

function stop(code: number, withGrace = false): Promise<void> {
  stoppingSince ||= performance.now()
  progress.end()
  stopping ??= (async () => {
    if (withGrace) await drain()
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
  const isOfSettings = [WrongSettings, MissingPackage, MissingMigrations].some((kind) => error instanceof kind)
  const isPlain = isOfSettings || /running already|is taken/.test(String(error))
  process.stderr.write(`\n  ${isPlain ? (error as Error).message : (error as Error).stack}\n\n`)
  void stop(isOfSettings && (isSupervised || isCheck) ? wrongSettingsCode : 1)
}
