// `npm run start:apart`: PostgreSQL here, and a process for each service, which gets the database and the secrets of its service and
// no others. A process that ends is started again; when this one is gone, they end.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WrongSettings } from '@souk/service'
import { allServices } from '../services/all-services.ts'
import { addressVariable, environmentOf } from './environment.ts'
import { dataFolderIn, openMachine, runningFile } from './machine.ts'
import { choosePort, ports } from './ports.ts'
import { readOwnSettings, type Starting } from './starting.ts'

/** After a kill, the processes of the services need a moment until their ports are free. */
const afterKillSeconds = 8
const restartMs = 500

export async function startApart({ env, progress, onStop, onStopLast }: Starting): Promise<void> {
  const dataFolder = dataFolderIn(env)
  const { host, port: wanted } = readOwnSettings(env, ports.gateway)
  const wasKilled = existsSync(runningFile(dataFolder))
  const isCertain = Boolean(env.PORT)
  // After a kill, PostgreSQL is taken over first: it soon ends by itself.
  let port = wasKilled ? undefined : await choosePort(host, wanted, { isCertain })
  progress.say('Starting PostgreSQL')
  const machine = await openMachine({ dataFolder, env, say: progress.say })
  onStopLast(machine.stop)
  port ??= await choosePort(host, wanted, { isCertain, waitSeconds: afterKillSeconds })
  const publicUrl = env.SOUK_PUBLIC_URL || `http://localhost:${port}`
  Object.assign(machine.env, {
    SOUK_PUBLIC_URL: publicUrl,
    GATEWAY_URL: env.GATEWAY_URL || `http://127.0.0.1:${port}`,
  })
  machine.announce(publicUrl, undefined)
  await fillShop({ ...machine.env, SOUK_DATA: dataFolder })
  for (const service of allServices) {
    const { SOUK_OPERATIONS_PORT: _, ...own } = environmentOf(service, allServices, machine) // Each has a port of its own.
    const PORT = service.name === 'gateway' ? port : portIn(env[addressVariable(service.name)]) || ports[service.name]
    const SOUK_LOG_FILE = join(machine.dataFolder, `${service.name}.log`)
    onStop(keepRunning(service.name, { ...own, PORT: String(PORT), SOUK_LOG_FILE }))
  }
  process.stdout.write(`  The shop answers at ${publicUrl}\n`)
}

/** The port of http://host:port; 0 without one. */
function portIn(address: string | undefined): number {
  return Number(address && URL.parse(address)?.port)
}

/**
 * Migrates all databases as their owners and makes the demo shop before the services start, by a command of its own that finds this
 * machine by its data folder.
 */
async function fillShop(env: Record<string, string | undefined>): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, 'seed.ts'), '--demo'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new WrongSettings(`The shop could not be filled (code ${code}); the reason stands above.`)
}

/** Starts a service, and again whenever it ends. Its channel to this process tells it when this one is gone. */
function keepRunning(name: string, env: Record<string, string | undefined>): () => Promise<void> {
  let ending = false
  let ended: Promise<void> = Promise.resolve()
  let child: ReturnType<typeof spawn> | undefined
  const begin = () => {
    child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, 'start.ts'), '--alone', name], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    ended = new Promise((resolve) => {
      child?.once('exit', () => {
        resolve()
        if (!ending) setTimeout(() => !ending && begin(), restartMs)
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
