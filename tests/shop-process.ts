// The whole shop as a process of its own, for tests that kill it: on databases named by <NAME>_DATABASE_URL, at the port
// given. Tells its parent when it is ready, puts in goods when asked, and never outlives its parent.
import { makeLog, run } from '@souk/service'
import { openBus } from '../local/bus.ts'
import { allServices } from '../services/all-services.ts'
import { type Good, putGoods } from './goods.ts'

const { env } = process
const port = Number(process.argv[2])
const databases = Object.fromEntries(allServices.map(({ name }) => [name, env[`${name.toUpperCase()}_DATABASE_URL`]]))
const log = makeLog({ level: 'info', file: env.SOUK_LOG_FILE })
const transport = await openBus({ env, databases: { bus: env.BUS_DATABASE_URL }, owners: {} }, log)
const running = await run({
  services: allServices,
  env,
  databases,
  transport,
  log,
  listen: { host: '127.0.0.1', port },
  operations: false,
})

process.on('disconnect', () => process.exit(1))
process.on('message', async ({ goods, stop }: { goods?: Good[]; stop?: boolean }) => {
  if (goods) await putGoods(running, goods)
  if (stop) {
    await running.stop()
    await transport.close()
    process.disconnect?.()
  }
  process.send?.({ done: true })
})
process.send?.({ ready: true })
