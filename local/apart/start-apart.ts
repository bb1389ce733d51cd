// `npm run start:apart`: PostgreSQL and the public port here, and processes for each service, which get the database and the secrets of
// their service and no others. Those that end are started again; when this process is gone, they end.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gatewayApi } from '@souk/contracts/gateway'
import { type AnyService, WrongSettings } from '@souk/service'
import { allServices } from '../../services/all-services.ts'
import { environmentOf } from '../environment.ts'
import { dataFolderIn, type Machine, openMachine, runningFile } from '../machine.ts'
import { choosePort, isFree, ports } from '../ports.ts'
import { readOwnSettings, type Starting } from '../starting.ts'
import { systemEnvironment } from '../system-environment.ts'
import { openControl } from './control.ts'
import type { ProcessOptions } from './kept-process.ts'
import { openPublicPort, type PublicPort } from './public-port.ts'
import { addressVariables, planSlots, type Slot } from './slots.ts'
import { makeSupervisor } from './supervisor.ts'
import { readApartWords } from './words.ts'

/** After a kill, the processes of the services need a moment until their ports are free. */
const afterKillSeconds = 8
/** Longer than callers need to notice that the process which replaces another one is ready. */
const drainSeconds = '2'
const largestLogBytes = 50 * 1024 * 1024
const lastLinesMs = 1_000

/** Throws WrongSettings for a wrong word or setting, before anything has started or when a process cannot start with it. */
export async function startApart(words: readonly string[], starting: Starting): Promise<void> {
  const { env, progress, onStop, onStopLast } = starting
  const { replicas, showsLogs } = readApartWords(words)
  const started = performance.now()
  const dataFolder = dataFolderIn(env)
  const { host, port: wanted, operationsPort, operationsHost } = readOwnSettings(env, ports.gateway)
  const waitSeconds = existsSync(runningFile(dataFolder)) ? afterKillSeconds : 0
  const port = await choosePort(host, wanted, { isCertain: Boolean(env.PORT) })
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder, env, say: progress.say })
  onStopLast(machine.stop)
  const publicUrl = env.SOUK_PUBLIC_URL || `http://localhost:${port}`
  const slots = await planSlots(replicas, env, { host, operationsHost, waitSeconds })
  const addresses = addressVariables(slots)
  Object.assign(machine.env, addresses, {
    SOUK_PUBLIC_URL: publicUrl,
    PAYMENTS_SIMULATOR_SHARED: 'on', // By two processes while one is replaced, whatever --replicas says.
    GATEWAY_URL: env.GATEWAY_URL || `http://127.0.0.1:${port}`,
  })
  machine.announce(publicUrl, undefined)
  await fillShop({ ...machine.env, SOUK_DATA: dataFolder })

  progress.say('Starting the services')
  for (const slot of slots) rotate(logFileOf(machine, slot))
  if (showsLogs) onStop(showLogs(slots.map((slot) => logFileOf(machine, slot))))
  const publicPort = await openPublicPort(host, port)
  const supervisor = makeSupervisor(slots, (slot) => optionsFor(slot, machine, publicPort), complain)
  onStop(async () => {
    publicPort.close()
    await supervisor.stop()
  })
  const restartKey = randomBytes(32).toString('base64url')
  const isCertain = Boolean(env.SOUK_OPERATIONS_PORT) || (await isFree(operationsHost, operationsPort))
  const control = await openControl(supervisor, {
    host: operationsHost,
    port: isCertain ? operationsPort : 0,
    restartKey,
  })
  onStop(async () => control.close())
  machine.announce(publicUrl, control.url, { addresses, restartKey })
  await supervisor.start()
  progress.end()
  greet(machine, publicUrl, control.url, `${supervisor.processes().length} processes, ${secondsSince(started)} s`)
}

/** How the process of a slot is started, and when the public port may hand connections to it. */
function optionsFor(slot: Slot, machine: Machine, publicPort: PublicPort): ProcessOptions {
  const definition = allServices.find(({ name }) => name === slot.service) as AnyService // A slot is made for a service.
  const isGateway = slot.service === 'gateway'
  return {
    env: {
      SOUK_DRAIN_SECONDS: drainSeconds,
      ...environmentOf(definition, allServices, machine),
      HOST: slot.host,
      PORT: String(slot.port),
      SOUK_OPERATIONS_PORT: String(slot.operationsPort),
      SOUK_LOG_FILE: logFileOf(machine, slot),
    },
    onReady: ({ child }) => isGateway && publicPort.add(child),
    onStopping: ({ child }) => isGateway && publicPort.remove(child),
  }
}

function logFileOf({ dataFolder }: Machine, { name }: Slot): string {
  return join(dataFolder, `${name}.log`)
}

function rotate(logFile: string): void {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes) renameSync(logFile, `${logFile}.1`)
}

/** Prints what is written to the logs from now on, by a process of its own: a terminal that stands still stops nothing else. */
function showLogs(files: readonly string[]): () => Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'show-logs.ts'), ...files], {
    env: systemEnvironment(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true, // Ctrl-C must not end it before the services have written their last lines.
  })
  const ended = once(child, 'exit')
  return async () => {
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), lastLinesMs)
    await ended
    clearTimeout(timer)
  }
}

/**
 * Migrates all databases as their owners and makes the demo shop before the services start, by a command of its own that finds this
 * machine by its data folder.
 */
async function fillShop(env: Record<string, string | undefined>): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, '..', 'seed.ts'), '--demo'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new WrongSettings(`The shop could not be filled (code ${code}); the reason stands above.`)
}

function greet(machine: Machine, url: string, controlUrl: string, about: string): void {
  process.stdout.write(`
  Souk is open (${about}).

  The shop       ${url}
  API reference  ${url}${gatewayApi.routes.docs.path}
  Health         ${controlUrl}/health/ready, with the addresses of all processes
  Data and logs  ${machine.dataFolder}

  npm run restart replaces the processes by the code of now. Ctrl-C stops them.
`)
}

function complain(sentence: string): void {
  process.stderr.write(`  ${sentence}\n`)
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1)
}
