// `npm run seed -- --products 50000`: a large shop, to see how it behaves. Works beside a running shop and without one.
import { parseArgs } from 'node:util'
import { MissingPackage, makeLog, run, WrongSettings } from '@souk/service'
import { ensureShopIsSeeded, seedMany } from '../seed/seed.ts'
import { allServices } from '../services/all-services.ts'
import { openBus } from './bus.ts'
import { dataFolderIn, findRunningShop, openMachine } from './machine.ts'
import { readProcessEnvironment } from './process-environment.ts'
import { showProgress } from './progress.ts'

const env = readProcessEnvironment()

const { values } = parseArgs({
  options: { products: { type: 'string', default: '0' }, demo: { type: 'boolean', default: false } },
})
const count = Number(values.products)
if (!Number.isInteger(count) || count < 0 || count > 1_000_000) {
  process.stderr.write('\n  Say how many products, for example: npm run seed -- --products 50000\n\n')
  process.exit(1)
}
const started = performance.now()
const progress = showProgress()
const dataFolder = dataFolderIn(env)
const stops: (() => Promise<unknown>)[] = []
let failure: unknown
let staffLogin: string | undefined
try {
  await seed()
} catch (error) {
  failure = error
}
progress.end()
for (const stop of stops.reverse()) await stop()
if (failure instanceof WrongSettings || failure instanceof MissingPackage) {
  process.stderr.write(`\n  ${failure.message}\n\n`)
  process.exit(1)
}
if (failure) throw failure
process.stdout.write(
  `  Done in ${((performance.now() - started) / 1000).toFixed(0)} s${count > 0 ? `: ${count.toLocaleString('en')} more products` : ''}.\n`,
)
if (staffLogin) process.stdout.write(`  Staff login: ${staffLogin}\n`)
process.exit(0)

async function seed(): Promise<void> {
  const shop = findRunningShop(dataFolder)
  const target = shop ?? (await openMachine({ dataFolder, env, say: progress.say }))
  if ('stop' in target) stops.push(target.stop)
  const { databases, owners, staffPassword } = target
  const log = makeLog({ level: 'warn' })
  const transport = await openBus({ env: { ...target.env, ...env }, databases, owners }, log)
  stops.push(transport.close)
  // Beside a shop that runs, only the services that know goods: they hold no state, so a second instance of each does no harm.
  // The demo shop needs all of them, and is made before the others start (--demo).
  const isBeside = shop !== undefined && !values.demo
  const running = await run({
    services: isBeside ? allServices.filter((one) => ['products', 'inventory'].includes(one.name)) : allServices,
    env: { ...env, ...target.env },
    databases,
    owners,
    transport,
    log,
    listen: false,
    operations: false,
  })
  stops.push(running.stop)
  if (!isBeside) {
    const isGenerated = !env.SOUK_STAFF_PASSWORD
    const seeded = await ensureShopIsSeeded(running, { staffPassword, isGenerated, progress })
    staffLogin = seeded.staffLogin
    await seeded.paintMore?.({ stopping: new AbortController().signal, restShare: 0, progress })
  }
  if (count > 0) await seedMany(running, count, progress)
}
