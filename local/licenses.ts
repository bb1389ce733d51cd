// The license gate (`npm run licenses`): refuses a package of the running shop whose license the shop may not be sold with.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { findWrongLicenses, licenseExceptions } from './pipelines/license-rules.ts'

const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8'))
const wrong = findWrongLicenses(lock)
for (const sentence of wrong) console.error(sentence)
if (wrong.length === 0) {
  console.log('All packages of the running shop have an allowed license. Exceptions:')
  for (const { packages, license, reason } of licenseExceptions)
    console.log(`- ${license} for ${packages.source}: ${reason}`)
}
process.exitCode = wrong.length === 0 ? 0 : 1
