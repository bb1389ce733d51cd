// `npm run brokers`: which message brokers are installed here. `npm run brokers -- start nats` starts one on loopback, in a folder that
// is thrown away at the end, and says how the shop is started on it. It installs nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { brokers } from './brokers/all-brokers.ts'
import type { BrokerKind } from './brokers/broker.ts'
import { redis } from './brokers/redis.ts'
import { versionOf } from './brokers/versions.ts'
import { showProgress } from './progress.ts'

const kinds: readonly BrokerKind[] = [...brokers, redis]
const usage = `Usage: npm run brokers
         npm run brokers -- start ${kinds.map(({ name }) => name).join('|')} [--port 4222] [--data FOLDER]

  --port   the port on 127.0.0.1; without it, a free one
  --data   a folder for its data, which is kept; without it, a folder that is removed at the end`

/** A killed broker comes back by itself, as a service manager would start it: that is what people want to see the shop survive. */
const restartSeconds = 3

interface Wanted {
  kind: BrokerKind
  port?: number
  data?: string
}

const words = process.argv.slice(2)
if (words.length === 0) await list()
else await start(readWords(words) ?? stopWith(usage))

async function list(): Promise<void> {
  const lines = kinds.map(async (kind) => {
    const missing = await kind.missing()
    return `  ${kind.name.padEnd(10)}${missing ? `not installed. ${missing}` : `installed, ${await versionOf(kind.name)}`}`
  })
  process.stdout.write(`${(await Promise.all(lines)).join('\n')}\n\n  ${usage}\n`)
}

async function start({ kind, port, data }: Wanted): Promise<void> {
  const missing = await kind.missing()
  if (missing) stopWith(missing)
  const folder = data ?? mkdtempSync(join(tmpdir(), `souk-${kind.name}-`))
  const progress = showProgress()
  progress.say(`Starting ${kind.name}`)
  let isStopping = false
  const starting = kind.start({ folder, port })
  const stop = async () => {
    if (isStopping) return
    isStopping = true
    const server = await starting.catch(() => undefined) // A start that fails is reported below.
    await (data ? server?.kill() : server?.stop())
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())
  // The process that started this one has ended or was killed.
  process.on('disconnect', () => void stop())
  const server = await starting.catch((error) => {
    if (!data) rmSync(folder, { recursive: true, force: true })
    return stopWith(error.message)
  })
  progress.end()
  process.stdout.write(`${greeting(kind.name, server.url, folder, data !== undefined)}\n`)
  while (!isStopping) {
    await pause(restartSeconds * 1_000)
    if (!isStopping) await server.start().catch((error) => stopWith(error.message))
  }
}

function greeting(name: string, url: string, folder: string, isKept: boolean): string {
  const variable = name === 'redis' ? 'REDIS_URL' : 'BUS_URL'
  return `${variable}=${url}

  ${name} is ready. In another terminal:

    ${variable}=${url} npm run start:apart

  Its data and log are in ${folder}. When it is killed, it starts again on the same data after ${restartSeconds} seconds.
  Ctrl-C stops it${isKept ? '; the data stays' : ' and removes the folder'}.`
}

function readWords(words: string[]): Wanted | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      options: { port: { type: 'string' }, data: { type: 'string' } },
      allowPositionals: true,
    })
    const [command, name, ...more] = positionals
    const kind = kinds.find((one) => one.name === name)
    if (command !== 'start' || !kind || more.length > 0) return undefined
    const port = values.port === undefined ? undefined : Number(values.port)
    if (port !== undefined && !(/^\d{1,5}$/.test(values.port ?? '') && port > 0 && port < 65_536)) return undefined
    return { kind, port, data: values.data && resolve(values.data) }
  } catch {
    return undefined
  }
}

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
