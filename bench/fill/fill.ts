// `npm run bench -- --fill orders=…,products=… [--folder FOLDER]`: a shop as it is after three years, made by SQL in minutes. A few real
// orders and a thousand real products are repeated under other ids, times and names, with all their rows in all services. What
// retention would have deleted is not made. A run that was interrupted continues; the folder then says what it was asked for.
import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openMachine } from '../../local/machine.ts'
import { readSecrets } from '../../local/secrets.ts'
import { say } from '../report.ts'
import { fillDatabases } from './fill-databases.ts'
import { writeJournal } from './journal.ts'
import { bytesOfFill, type FillPlan, refuseForRoom } from './plan.ts'
import { indexSearch } from './search.ts'
import { makeTemplates } from './templates.ts'

interface Progress {
  plan: FillPlan
  stage: 'begun' | 'templates' | 'filled'
}

/** Makes or completes the shop in this folder; returns at once when it is complete. Throws a sentence when it cannot be. */
export async function fillShop(folder: string, plan: FillPlan, port: number): Promise<void> {
  const progress = begin(folder, plan)
  if (progress.stage === 'filled') return
  if (progress.stage === 'begun') {
    await makeTemplates(folder, port)
    note(folder, { ...progress, stage: 'templates' })
  }
  const began = performance.now()
  const machine = await openMachine({ dataFolder: folder, env: { SOUK_POSTGRES_PORT: '0' } })
  try {
    const urls = Object.fromEntries(
      Object.entries(machine.owners).map(([name, url]) => [name, asSuperuser(url, folder)]),
    )
    await fillDatabases(urls, progress.plan)
    await indexSearch(urls.products as string)
    await writeJournal(urls.payments as string, join(folder, 'simulator'))
    await machine.writeOut()
  } finally {
    await machine.stop()
  }
  note(folder, { ...progress, stage: 'filled' })
  say(`filled in ${((performance.now() - began) / 60_000).toFixed(1)} minutes`)
}

function begin(folder: string, plan: FillPlan): Progress {
  const file = fileIn(folder)
  if (existsSync(file)) {
    const known = JSON.parse(readFileSync(file, 'utf8')) as Progress
    if (known.plan.orders === plan.orders && known.plan.products === plan.products) return known
    const { orders, products } = known.plan
    throw new Error(
      `${folder} is being filled with orders=${orders},products=${products}. Ask for the same, or name another folder.`,
    )
  }
  if (existsSync(folder) && existsSync(join(folder, 'secrets.json')))
    throw new Error(`${folder} holds a shop that no fill has made. Name another folder.`)
  mkdirSync(dirname(folder), { recursive: true })
  const { bavail, bsize } = statfsSync(dirname(folder))
  const refusal = refuseForRoom(plan, bavail * bsize)
  if (refusal) throw new Error(refusal)
  mkdirSync(folder, { recursive: true })
  say(`${folder} will take about ${(bytesOfFill(plan) / 1e9).toFixed(1)} GB`)
  const progress: Progress = { plan, stage: 'begun' }
  note(folder, progress)
  return progress
}

function fileIn(folder: string): string {
  return join(folder, 'fill.json')
}
function note(folder: string, progress: Progress): void {
  writeFileSync(fileIn(folder), JSON.stringify(progress))
}

/** Triggers and foreign keys are off while rows are repeated, which only the superuser may ask for. */
function asSuperuser(url: string, folder: string): string {
  const address = new URL(url)
  address.username = 'postgres'
  address.password = readSecrets(folder).postgres as string
  return address.href
}
