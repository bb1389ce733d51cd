// `npm run reconcile -- --since 2026-11-29T10:00Z`: after the database of payments or of orders was restored by other means, imports what
// the provider has done since (an hour before is included) and its payments do not know. The services must not run meanwhile.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { settleMoney } from './backup/settle-money.ts'
import { showMoney } from './backup/show-money.ts'
import { dataFolderIn, findRunningShop, openDatabases } from './machine.ts'

const say = (sentence: string) => void process.stdout.write(`  ${sentence}\n`)
const { since, refundLost } = readWords()
const dataFolder = dataFolderIn(process.env)
if (findRunningShop(dataFolder))
  leave(1, `The shop in ${dataFolder} is running. Stop it first: it would not see what is imported.`)
const target = await openDatabases(['payments', 'orders'], process.env).catch((error) => leave(1, error.message))
const env = { PAYMENTS_SIMULATOR_FOLDER: join(dataFolder, 'simulator'), ...target.env }
const options = { consistentAt: since, givesBackLost: refundLost }
const found = await settleMoney({ databases: target.databases, env, dataFolder }, options).finally(target.close)
const left = showMoney(found, say)
if (left > 0) leave(1, `${left} operations need a person. --refund-lost gives back all charges whose orders are lost.`)
say(found.length === 0 ? 'The provider has done nothing that payments does not know.' : 'All of it is settled.')

function readWords() {
  try {
    const { values } = parseArgs({
      options: { since: { type: 'string' }, 'refund-lost': { type: 'boolean', default: false } },
    })
    return { since: new Date(values.since ?? '').toISOString(), refundLost: values['refund-lost'] }
  } catch {
    return leave(2, 'Usage: npm run reconcile -- --since 2026-11-29T10:00Z [--refund-lost]') // An unknown word, or no time.
  }
}

function leave(code: number, sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(code)
}
