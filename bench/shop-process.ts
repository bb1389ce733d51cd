// The shop that is measured: all services in one process of its own, on a data folder that is thrown away. Talks to the
// bench over its channel: says when it is ready, how much memory it holds, and puts in goods when asked.
import { join } from 'node:path'
import { inventoryApi } from '@souk/contracts/inventory'
import { makeLog, run } from '@souk/service'
import { openBus } from '../local/bus.ts'
import { openMachine } from '../local/machine.ts'
import { awaitReaders } from '../seed/await-readers.ts'
import { ensureShopIsSeeded, seedMany } from '../seed/seed.ts'
import { clientAs, idOf, seedStaff } from '../seed/store-goods.ts'
import { allServices } from '../services/all-services.ts'

type Goods = { sku: string; quantity: number }[]

const [dataFolder, port] = process.argv.slice(2) as [string, string]
const env = {
  GATEWAY_RATE_LIMIT: 'off',
  PORT: port,
  GATEWAY_URL: `http://127.0.0.1:${port}`,
  SOUK_PUBLIC_URL: `http://127.0.0.1:${port}`,
  SOUK_DATA: dataFolder,
  SOUK_POSTGRES_PORT: '0',
}
const machine = await openMachine({ dataFolder, env })
const log = makeLog({ file: join(dataFolder, 'souk.log') })
const transport = await openBus({ ...machine, env: process.env }, log)
const running = await run({
  services: allServices,
  env: machine.env,
  databases: machine.databases,
  owners: machine.owners,
  transport,
  log,
  listen: { host: '127.0.0.1', port: Number(port) },
  operations: false,
})
machine.announce(env.SOUK_PUBLIC_URL, undefined)
process.send?.({ ready: true, busUrl: machine.owners.bus })

const quiet = { say: () => undefined, bar: () => undefined }
process.on('message', async ({ id, ask, value }: { id: number; ask: string; value: unknown }) => {
  let answer: unknown
  if (ask === 'seed')
    answer = await ensureShopIsSeeded(running, {
      staffPassword: machine.staffPassword,
      isGenerated: false,
      progress: quiet,
      pictures: false,
    })
  if (ask === 'seed many') answer = await seedMany(running, value as number, quiet)
  if (ask === 'stock') answer = await move('received', value as Goods)
  if (ask === 'leave') answer = await leave(value as Goods[number])
  if (ask === 'schedules') answer = await runSchedules()
  if (ask === 'settle') answer = await awaitReaders(running)
  if (ask === 'memory') {
    globalThis.gc?.()
    answer = process.memoryUsage()
  }
  if (ask === 'processor') answer = process.cpuUsage()
  if (ask === 'stop') await stop()
  process.send?.({ id, answer }, () => ask === 'stop' && process.exit(0))
})
// A bench that was killed leaves nothing behind, not even while the shop was starting.
const stopAlone = () => void stop().then(() => process.exit(0))
if (process.connected) process.on('disconnect', stopAlone)
else stopAlone()

async function stop(): Promise<void> {
  await running.stop()
  await transport.close()
  await machine.stop()
}

/** Runs each schedule of each service once, and tells how long it took. */
async function runSchedules(): Promise<{ name: string; ms: number }[]> {
  const ran: { name: string; ms: number }[] = []
  for (const { definition, context } of running.services.values()) {
    for (const { name, run: work } of definition.schedules ?? []) {
      const began = performance.now()
      await work(context, new AbortController().signal)
      ran.push({ name: `${definition.name}: ${name}`, ms: performance.now() - began })
    }
  }
  return ran
}

/** Adjusts the stock so that as many units as asked can be bought. */
async function leave({ sku, quantity }: Goods[number]): Promise<void> {
  const { items } = await clientAs(running, inventoryApi, seedStaff).listStock({ query: { sku } })
  const there = items.reduce((sum, { available }) => sum + available, 0)
  if (there !== quantity) await move('adjusted', [{ sku, quantity: quantity - there }])
}

async function move(kind: 'received' | 'adjusted', goods: Goods): Promise<void> {
  const movements = goods.map((one) => ({ ...one, location: 'main', kind, reason: 'For the bench' }))
  await clientAs(running, inventoryApi, seedStaff).moveMany({
    body: { movements },
    headers: { 'idempotency-key': idOf(`bench ${kind} ${Date.now()} ${goods.length}`) },
  })
}
