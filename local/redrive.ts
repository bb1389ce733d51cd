// `npm run redrive -- products --since 2026-11-20`: what a service sent from then on goes to the bus again, for a service that
// began to listen later, or a bus that was lost. `--present` tells of every product as it is now, however long ago it was made.
import { parseArgs } from 'node:util'
import { allMessages } from '@souk/contracts'
import { openDatabase, redrive } from '@souk/messaging'
import { makeLog } from '@souk/service'
import { republishProducts } from '../services/products/catalog/republish-products.ts'
import { openBus } from './bus.ts'
import { databaseNames, openDatabases } from './machine.ts'
import { readProcessEnvironment } from './process-environment.ts'

const env = readProcessEnvironment()

interface Wanted {
  service: string
  /** Undefined: what is now. */
  between?: { since: string; until: string; type?: string }
}

const wanted = readWords()
if (!wanted)
  stopWith(
    'Usage: npm run redrive -- products --since 2026-11-20 [--until 2026-11-21T12:00Z] [--type products.product-changed]\n' +
      '         npm run redrive -- products --present',
  )
const target = await openDatabases(env.BUS_URL ? [wanted.service] : [wanted.service, 'bus'], env).catch((error) =>
  stopWith(error.message),
)
const database = openDatabase({ url: target.databases[wanted.service] as string, service: wanted.service })
try {
  process.stdout.write(`${await (wanted.between ? sendAgain(wanted.between) : tell())}\n`)
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`\n  ${error}\n\n`)
}
await database.close()
await target.close()

async function sendAgain(between: NonNullable<Wanted['between']>): Promise<string> {
  const { databases, env } = target
  const transport = await openBus({ env, databases, owners: {} }, makeLog({ level: 'warn' }))
  try {
    const count = await redrive(database, transport, between)
    return `${wanted?.service} has sent ${count.toLocaleString('en')} messages again.`
  } finally {
    await transport.close()
  }
}

async function tell(): Promise<string> {
  return `products tells of ${(await republishProducts(database)).toLocaleString('en')} products as they are now.`
}

function readWords(): Wanted | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: {
        since: { type: 'string' },
        until: { type: 'string' },
        type: { type: 'string' },
        present: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [service = '', ...more] = positionals
    const isService = service !== 'bus' && databaseNames.includes(service) && more.length === 0
    if (!isService || (values.type !== undefined && !allMessages.has(values.type))) return undefined
    const { since, until = new Date().toISOString(), type, present } = values
    if (present) return service === 'products' && since === undefined ? { service } : undefined
    return since === undefined ? undefined : { service, between: { since: timeIn(since), until: timeIn(until), type } }
  } catch {
    return undefined
  }
}

/** Throws when it is no time. */
function timeIn(words: string): string {
  return new Date(words).toISOString()
}

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
