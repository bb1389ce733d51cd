// `npm run bench -- --brokers`: the embedded bus and the installed brokers side by side, in turns within one run. Confirmed publishes
// of the transport alone; then the whole way: outbox, relay, broker, and a reaction that writes a row.
import { randomUUIDv7 } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { OrderShipped } from '@souk/contracts/orders'
import { type Database, messagingMigrations, openDatabase, openTransport, type Transport } from '@souk/messaging'
import { migrate } from '@souk/postgres'
import { makeLog } from '@souk/service'
import { brokers } from '../local/brokers/all-brokers.ts'
import type { BrokerServer } from '../local/brokers/broker.ts'
import { prepareDatabases } from '../local/databases.ts'
import { startPostgres } from '../local/postgres.ts'
import { removeDataFolder } from '../local/postgres-home.ts'
import { type MessageLine, openLine } from '../tests/brokers/message-line.ts'
import { type Measured, meanOf, measure } from './load.ts'
import { cells, print, row, say } from './report.ts'

const turns = 3
const publishSeconds = 3
const steady = { perSecond: 50, seconds: 6 }
const burst = 10_000
const bodyBytes = 500

/** A broker that is measured, with all that is open on it. */
interface Candidate {
  name: string
  /** The transport alone, with a group whose messages nobody reads. */
  transport: Transport
  database: Database
  line: MessageLine
  /** By number of the event: called when its reaction has committed. */
  waiting: Map<number, () => void>
  stop(): Promise<void>
  publishes: Measured[]
  batches: Measured[]
  lags: number[]
  rates: number[]
}

/** Measures and prints. Brokers that are not installed are named and left out. */
export async function benchBrokers(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-bench-'))
  const postgres = await startPostgres({ dataFolder: join(folder, 'postgres'), port: 0 })
  const candidates: Candidate[] = []
  try {
    const names = ['postgres', ...brokers.map(({ name }) => name)]
    const databases = await prepareDatabases(postgres, ['bus', ...names.map((name) => `line_${name}`)])
    const urlOf = (name: string) => databases[name]?.ownerUrl as string
    candidates.push(await openCandidate('postgres', urlOf('bus'), urlOf('line_postgres')))
    for (const broker of brokers) {
      const missing = await broker.missing()
      if (missing) say(`${broker.name} is not measured. ${missing}`)
      else {
        say(`starting ${broker.name}`)
        const server = await broker.start({ folder: join(folder, broker.name) })
        candidates.push(await openCandidate(broker.name, server.url, urlOf(`line_${broker.name}`), server))
      }
    }
    for (const candidate of candidates) await saturate(candidate) // Warms up, and is not counted.
    for (const candidate of candidates) candidate.rates.length = 0
    for (let turn = 0; turn < turns; turn++) for (const candidate of candidates) await measureOnce(candidate)
    report(candidates)
  } finally {
    for (const candidate of candidates) await candidate.stop()
    await postgres.stop()
    removeDataFolder(join(folder, 'postgres'))
    removeDataFolder(folder)
  }
}

async function openCandidate(
  name: string,
  url: string,
  databaseUrl: string,
  server?: BrokerServer,
): Promise<Candidate> {
  const log = makeLog({ level: 'warn' })
  const database = openDatabase({ url: databaseUrl, service: 'inventory' })
  await migrate(database, [messagingMigrations])
  const waiting = new Map<number, () => void>()
  const line = await openLine({
    database,
    url,
    log,
    onHandled: (numbers) => {
      for (const number of numbers) waiting.get(number)?.()
    },
  })
  const transport = await openTransport({ url, log, groups: new Map([['unread', [OrderShipped.type]]]) })
  const measured = { publishes: [], batches: [], lags: [], rates: [] }
  async function stop(): Promise<void> {
    await line.close()
    await transport.close()
    await database.close()
    await server?.stop()
  }
  return { name, transport, database, line, waiting, stop, ...measured }
}

async function measureOnce(candidate: Candidate): Promise<void> {
  const { transport, publishes, batches } = candidate
  const publish = async (count: number) => {
    const messages = Array.from({ length: count }, message)
    return (await transport.publish(messages)).size === count
  }
  publishes.push(await measure(1, publishSeconds, () => publish(1)))
  batches.push(await measure(1, publishSeconds, () => publish(100)))
  await handleSteadily(candidate)
  await saturate(candidate)
}

function message() {
  const id = randomUUIDv7()
  const type = OrderShipped.type
  const envelope = { specversion: '1.0', id, type, subject: id, data: { text: 'x'.repeat(bodyBytes - 160) } }
  return { id, type, key: id, json: JSON.stringify(envelope) }
}

/** One event after another, in the quiet: from the call that stores it to the commit of its reaction. */
async function handleSteadily({ line, waiting, lags }: Candidate): Promise<void> {
  const handled: Promise<void>[] = []
  let next = await line.send(0)
  for (let count = 0; count < steady.perSecond * steady.seconds; count++) {
    const began = performance.now()
    const number = next
    handled.push(
      new Promise((resolve) => {
        waiting.set(number, () => {
          lags.push(performance.now() - began)
          waiting.delete(number)
          resolve()
        })
      }),
    )
    next = await line.send(1)
    await pause(Math.max(0, 1000 / steady.perSecond - (performance.now() - began)))
  }
  await Promise.all(handled)
}

/** As many as the database takes at once: from the first that is stored to the last that is handled. */
async function saturate({ line, rates }: Candidate): Promise<void> {
  const before = await line.effects()
  const began = performance.now()
  await line.send(burst)
  while ((await line.effects()) < before + burst) await pause(20)
  rates.push(burst / ((performance.now() - began) / 1000))
}

function report(candidates: readonly Candidate[]): void {
  for (const { name, transport, publishes, batches, lags, rates } of candidates) {
    lags.sort((a, b) => a - b)
    const at = (share: number) => (lags[Math.floor(lags.length * share)] ?? Number.NaN).toFixed(1)
    const batch = meanOf(batches)
    row(`${name}: confirmed publishes, one after another`, 1, meanOf(publishes))
    row(`${name}: in batches of 100`, 1, { ...batch, perSecond: batch.perSecond * 100 }, 'time per batch')
    cells(`${name}: event stored to handled, ${steady.perSecond} a second`, '1', '', at(0.5), at(0.95), at(0.99))
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
    cells(`${name}: events from outbox to reaction, ${burst.toLocaleString('en')} at once`, '1', mean.toFixed(0))
    say(`${name}: ${transport.durability}. ${transport.durabilityReason}`)
  }
  print()
}
