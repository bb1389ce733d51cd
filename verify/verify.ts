// `npm run verify`: checks the running shop, or the databases named by <NAME>_DATABASE_URL, and prints which invariants are broken.
// `--quiet` says that nothing is under way, so everything is checked. Exits with 1 when an invariant is broken.
import { join } from 'node:path'
import { dataFolderIn, findRunningShop } from '../local/machine.ts'
import { readProcessEnvironment } from '../local/process-environment.ts'
import { allServices } from '../services/all-services.ts'
import { type Finding, verifyShop } from './verify-shop.ts'

const wrong = process.argv.slice(2).filter((word) => word !== '--quiet')
if (wrong.length > 0) leave(2, `There is no ${wrong[0]}. The only choice is --quiet.`)

const env = readProcessEnvironment()
const given = Object.fromEntries(allServices.map(({ name }) => [name, env[`${name.toUpperCase()}_DATABASE_URL`]]))
const isGiven = Object.values(given).some(Boolean)
const shop = isGiven ? undefined : findRunningShop(dataFolderIn(env))
if (!isGiven && !shop) leave(2, `No shop runs on ${dataFolderIn(env)}. Start one with npm start, or set SOUK_DATA.`)

const folder = env.PAYMENTS_SIMULATOR_FOLDER || shop?.env.PAYMENTS_SIMULATOR_FOLDER
const began = performance.now()
let checked = 0
const findings = await verifyShop(shop?.databases ?? given, {
  quiet: process.argv.includes('--quiet'),
  journal: folder && join(folder, 'journal.jsonl'),
  onChecked: show,
})
const seconds = ((performance.now() - began) / 1000).toFixed(1)
if (findings.length > 0) leave(1, `${findings.length} of ${checked} promises are broken (${seconds} s).`)
console.log(`\n  All ${checked} promises hold (${seconds} s).`)

function show({ id, statement, where, count, details }: Finding): void {
  checked += 1
  console.log(`  ${(count === 0 ? 'ok' : 'BROKEN').padEnd(7)}${id.padEnd(26)}${statement} (${where})`)
  for (const detail of details) console.log(`         - ${detail}`)
  if (count > details.length) console.log(`         - and ${count - details.length} more`)
}

function leave(code: number, sentence: string): never {
  console.error(`\n  ${sentence}`)
  process.exit(code)
}
