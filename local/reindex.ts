// `npm run reindex`: builds the search data of all products anew, beside the running search, and then switches to it. Needed after
// PRODUCTS_LANGUAGES has changed. It may be stopped and run again; until it has ended, searches read the data of before.
import { openDatabase } from '@souk/messaging'
import { sqlState } from '@souk/postgres'
import { readSettings, WrongSettings } from '@souk/service'
import { settings } from '../services/products/context.ts'
import { rebuildAll } from '../services/products/listing/rebuild-search.ts'
import { openDatabases } from './machine.ts'
import { readProcessEnvironment } from './process-environment.ts'
import { showProgress } from './progress.ts'

const env = readProcessEnvironment()

if (process.argv.length > 2) stopWith('Usage: npm run reindex')
const { languages } = readLanguages()
const target = await openDatabases(['products'], env).catch((error) => stopWith(error.message))
const database = openDatabase({ url: target.databases.products as string, service: 'products' })
const progress = showProgress()
let outcome: string | undefined
try {
  const count = await rebuildAll(database, languages, (done, all) => progress.bar('Indexing products', done, all))
  const goods = count === 1 ? '1 product' : `${count.toLocaleString('en')} products`
  outcome = `Searches find ${goods} by new data now. Languages: ${languages.join(', ')}.`
} catch (error) {
  process.exitCode = 1
  progress.end()
  const isOlder = sqlState(error) === '42P01'
  const sentence = isOlder
    ? 'These databases are of an older version. Start the shop once, which makes them new.'
    : `Searches go on with the data of before: ${error}`
  process.stderr.write(`\n  ${sentence}\n\n`)
}
progress.end()
if (outcome) process.stdout.write(`${outcome}\n`)
await database.close()
await target.close()

function readLanguages() {
  try {
    return readSettings({ products: settings }, env).products
  } catch (error) {
    if (error instanceof WrongSettings) stopWith(error.message)
    throw error
  }
}

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
