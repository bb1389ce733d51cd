// `npm run reset`: removes the shop of this data folder whole: orders, accounts, secrets and the log, and its database where that lies
// outside. It asks before, or takes `--yes`. `--leftovers` removes the databases of shops whose data folder was deleted by hand.
import { existsSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { findLeftovers, findOriginal } from './away-data.ts'
import { findFolderOwner, lockFolderSoon } from './folder-lock.ts'
import { dataFolderIn } from './machine.ts'
import { removeDataFolder } from './postgres-home.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'
import { readProcessEnvironment } from './process-environment.ts'

const env = readProcessEnvironment()

const words = process.argv.slice(2)
const wrong = words.find((word) => !['--yes', '--leftovers'].includes(word))
if (wrong) stopWith(`There is no ${wrong}. Usage: npm run reset [-- --yes] [-- --leftovers]`)
await (words.includes('--leftovers') ? removeLeftovers() : removeShop(dataFolderIn(env)))

async function removeShop(dataFolder: string): Promise<void> {
  const isShop = ['secrets.json', 'postgres'].some((name) => existsSync(join(dataFolder, name)))
  if (!isShop) stopWith(`There is no shop in ${dataFolder}.`)
  const owner = findFolderOwner(dataFolder)
  if (owner !== undefined) stopWith(`The shop in ${dataFolder} is running (process ${owner}). Stop it first.`)
  const inside = join(dataFolder, 'postgres')
  const folder = existsSync(inside) ? realpathSync(inside) : inside
  const isOfAnother = findOriginal(dataFolder, folder) !== undefined
  const away =
    isOfAnother || folder === join(realpathSync(dataFolder), 'postgres') ? '' : ` and its database in ${folder}`
  await confirm(`This removes the shop in ${dataFolder}${away}, with all its orders and accounts.`)
  const unlock = await lockFolderSoon(dataFolder).catch((error) => stopWith((error as Error).message))
  if (!isOfAnother) await stopServer(folder)
  removeDataFolder(dataFolder)
  unlock()
  process.stdout.write('  The shop is removed. `npm start` makes a new one.\n')
}

async function removeLeftovers(): Promise<void> {
  const leftovers = findLeftovers(undefined)
  if (leftovers.length === 0) return void process.stdout.write('  No deleted shop has left a database.\n')
  await confirm(`This removes the databases that deleted shops have left: ${leftovers.join(', ')}.`)
  for (const folder of leftovers) {
    await stopServer(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One that a killed process has left; its shop is gone, or about to go. */
async function stopServer(folder: string): Promise<void> {
  const data = join(folder, 'data')
  const server = findPostmaster({ data })
  const home = { folder, data, log: join(folder, 'postgres.log'), host: '', binaries: '', runAs: {} }
  if (server) await stopPostmaster(server.pid, home)
}

async function confirm(sentence: string): Promise<void> {
  if (words.includes('--yes')) return
  if (!process.stdin.isTTY) stopWith(`${sentence} Say so with --yes: npm run reset -- ${[...words, '--yes'].join(' ')}`)
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await asking.question(`  ${sentence}\n  Type yes to go on: `)
  asking.close()
  if (answer.trim().toLowerCase() !== 'yes') stopWith('Nothing was removed.')
}

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
