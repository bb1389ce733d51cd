// The whole shop in this process on an embedded PostgreSQL of its own, in a data folder that stays: what `npm start` runs, without
// its goods. For tests of commands that look for a running shop.
import { ordersApi } from '@souk/contracts/orders'
import { openDatabase, type Sql } from '@souk/postgres'
import { makeLog, run } from '@souk/service'
import { openBus } from '../local/bus.ts'
import { openMachine } from '../local/machine.ts'
import { clientAs, seedStaff } from '../seed/store-goods.ts'
import { allServices } from '../services/all-services.ts'
import { type Finding, verifyShop } from '../verify/verify-shop.ts'
import { customerOf } from './customer.ts'
import { freePort } from './fixture.ts'
import { type Good, putGoods } from './goods.ts'

export type MachineShop = Awaited<ReturnType<typeof openMachineShop>>

export async function openMachineShop(dataFolder: string) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { SOUK_PUBLIC_URL: url, GATEWAY_RATE_LIMIT: 'off', SOUK_POSTGRES_PORT: '0' }
  const machine = await openMachine({ dataFolder, env, durable: false })
  const log = makeLog({ level: 'silent' })
  const transport = await openBus(machine, log)
  const { databases, owners } = machine
  const running = await run({
    services: allServices,
    env: machine.env,
    databases,
    owners,
    transport,
    log,
    listen: { host: '127.0.0.1', port },
    operations: false,
  })
  machine.announce(url, undefined)
  const journal = `${machine.env.PAYMENTS_SIMULATOR_FOLDER}/journal.jsonl`
  let stopped: Promise<void> | undefined
  return {
    ...customerOf(url),
    machine,
    journal,
    staff: clientAs(running, ordersApi, seedStaff),
    putGoods: (...goods: Good[]) => putGoods(running, goods),
    async read<R>(service: string, work: (sql: Sql) => PromiseLike<R[]>): Promise<R[]> {
      const database = openDatabase({ url: databases[service] as string, name: 'test', connections: 1 })
      try {
        return await work(database.sql)
      } finally {
        await database.close()
      }
    },
    findings: (): Promise<Finding[]> => verifyShop(databases, { quiet: true, journal }),
    stop(): Promise<void> {
      stopped ??= running
        .stop()
        .then(transport.close)
        .finally(() => machine.stop())
      return stopped
    },
  }
}
