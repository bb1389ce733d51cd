// `npm run restore -- FOLDER`: brings a back-up back into an empty data folder, and imports what the payment provider has done since.
// `--finish` settles what a person had to decide, and lets the shop open. See docs/backup.md.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { backupKeyIn } from './backup/backup-key.ts'
import { releaseMails } from './backup/prepare-restored.ts'
import { endRecovery, readRecovery, reasonToStayClosed } from './backup/recovery.ts'
import { type Restored, restoreShop } from './backup/restore-shop.ts'
import { settleMoney } from './backup/settle-money.ts'
import { showMoney } from './backup/show-money.ts'
import { dataFolderIn, type Machine, openDatabases, openMachine } from './machine.ts'

const usage = `Usage: npm run restore -- FOLDER [--at DATA] [--journal FILE]
         npm run restore -- --finish [--refund-lost | --leave-lost]
         npm run restore -- --release-mails`
const say = (sentence: string) => void process.stdout.write(`  ${sentence}\n`)

const { values, folder } = readWords()
try {
  if (folder !== undefined) await restore(folder)
  else if (values.finish) await finish()
  else await release()
} catch (error) {
  const isPlain = ['WrongBackup', 'WrongKey'].includes((error as Error).name) || /running already/.test(String(error))
  if (!isPlain) throw error
  leave(1, (error as Error).message)
}

async function restore(from: string): Promise<void> {
  const began = performance.now()
  const dataFolder = values.at ? resolve(values.at) : dataFolderIn(process.env)
  const { journal } = values
  const key = backupKeyIn(process.env)
  const { manifest, prepared, machine } = await restoreShop({
    folder: from,
    dataFolder,
    env: process.env,
    key,
    journal,
    say,
  })
  const { consistentAt } = manifest
  const left = await settle(machine, { consistentAt, givesBackLost: false })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  say(`The shop of ${consistentAt} is restored to ${dataFolder} (${seconds} s).`)
  tell(prepared)
  if (left > 0) return stayClosed(left)
  endRecovery(dataFolder)
  say(`No money moved that its books do not know. Open it: SOUK_DATA=${dataFolder} npm start, then npm run verify.`)
}

async function finish(): Promise<void> {
  const dataFolder = dataFolderIn(process.env)
  const recovery = readRecovery(dataFolder)
  if (!recovery) return say(`The shop in ${dataFolder} is not being restored: there is nothing to finish.`)
  if (recovery.state === 'restoring') leave(1, reasonToStayClosed(dataFolder) as string)
  const machine = await openMachine({ dataFolder, env: { ...process.env, SOUK_POSTGRES_PORT: '0' } })
  const { consistentAt } = recovery
  const left = await settle(machine, { consistentAt, givesBackLost: values['refund-lost'] })
  if (left > 0 && !values['leave-lost']) return stayClosed(left)
  endRecovery(dataFolder)
  say('The shop may be opened: npm start, then npm run verify.')
}

/** Prints what was found, and stops PostgreSQL. Returns how many operations need a person. */
async function settle(machine: Machine, options: { consistentAt: string; givesBackLost: boolean }): Promise<number> {
  return showMoney(await settleMoney(machine, options).finally(machine.stop), say)
}

function tell({ nextOrderNumber, sessions, mails }: Restored['prepared']): void {
  say(`New orders begin with number ${nextOrderNumber}. ${sessions} sessions are revoked: everybody signs in again.`)
  if (mails > 0) say(`${mails} mails that waited are held. To send them after all: npm run restore -- --release-mails`)
}

function stayClosed(count: number): never {
  leave(
    1,
    `${count} operations of the provider need a person, so the shop stays closed. Write to the customers, then one of:
    npm run restore -- --finish --refund-lost   (gives back all charges whose orders are lost)
    npm run restore -- --finish --leave-lost    (leaves them as they are: npm run verify goes on naming them)`,
  )
}

async function release(): Promise<void> {
  const { databases, close } = await openDatabases(['notifications'], process.env)
  const count = await releaseMails(databases.notifications as string).finally(close)
  say(`${count} mails are released.`)
}

function readWords() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        at: { type: 'string' },
        journal: { type: 'string' },
        finish: { type: 'boolean', default: false },
        'refund-lost': { type: 'boolean', default: false },
        'leave-lost': { type: 'boolean', default: false },
        'release-mails': { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const ways = [positionals.length === 1, values.finish, values['release-mails']].filter(Boolean).length
    const decides = values['refund-lost'] || values['leave-lost']
    const isWrong =
      ways !== 1 ||
      positionals.length > 1 ||
      (decides && !values.finish) ||
      (values['refund-lost'] && values['leave-lost']) ||
      ((values.at || values.journal) && positionals.length === 0)
    if (isWrong) leave(2, usage)
    return { values, folder: positionals[0] }
  } catch {
    return leave(2, usage) // An unknown word; the usage says which there are.
  }
}

function leave(code: number, sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(code)
}
