// `npm run start:apart -- --replicas` with real processes: several of a service share the work, one that is killed is missed by nobody,
// and `npm run restart` replaces all of them while customers browse and buy.
import assert from 'node:assert/strict'
import { get } from 'node:http'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { verifyShop } from '../../verify/verify-shop.ts'
import { findRunningShop } from '../machine.ts'
import {
  type ApartShop,
  isAlive,
  type ListedProcess,
  prepareApart,
  putGoodsAsStaff,
  sendShoppers,
  servicesOf,
} from './fixture.ts'

const skip = process.platform !== 'linux' && 'it reads /proc'
const names =
  'gateway.1 gateway.2 inventory.1 notifications.1 orders.1 orders.2 payments.1 products.1 storefront.1 users.1'.split(
    ' ',
  )
let shop: ApartShop
before(async () => {
  shop = await prepareApart()
})
after(() => shop.remove())

const find = (processes: readonly ListedProcess[], name: string) =>
  processes.find((one) => one.name === name) as ListedProcess

test('each process has addresses of its own, and the gateways share the public port', { skip }, async () => {
  await shop.start(['--replicas', 'orders=2,gateway=2', '--logs'])
  const { ready, processes } = await shop.health()
  assert.ok(ready)
  assert.deepEqual(processes.map((one) => one.name).toSorted(), names)
  const addresses = processes.flatMap((one) => [one.url, one.operations])
  assert.equal(new Set(addresses).size, 2 * names.length)
  for (const { operations } of processes) assert.equal((await fetch(`${operations}/health/ready`)).status, 200)
  await putGoodsAsStaff(shop, ['BOWL'])
  await Promise.all(Array.from({ length: 20 }, () => shop.ask('GET', '/v1/products')))
  for (const name of ['gateway.1', 'gateway.2']) {
    const metrics = await (await fetch(`${find(processes, name).operations}/metrics`)).text()
    assert.match(metrics, /http_server_request_duration_seconds_count\{.*http_route="\/v1\/products"/, name)
  }
})

test('of two processes one is killed: nobody notices, and it comes back', { skip }, async (t) => {
  const shoppers = sendShoppers(shop, 'BOWL', 2)
  t.after(shoppers.stop)
  await eventually('they are shopping', () => shop.said().out.includes('orders.checkout'), 30)
  process.kill(find((await shop.health()).processes, 'orders.1').pid, 'SIGKILL')
  await eventually(
    'it is back',
    async () => {
      const { ready, restarts } = find((await shop.health()).processes, 'orders.1')
      return ready && restarts === 1
    },
    30,
  )
  assert.deepEqual((await shoppers.stop()).failures, [])
})

test('a process of each service is killed: all come back, and connections wait for the gateway', { skip }, async () => {
  const before = (await shop.health()).processes
  for (const { pid } of before) process.kill(pid, 'SIGKILL')
  assert.equal(await statusOnNewConnection(`${shop.url}/docs`), 200)
  await eventually(
    'all are back',
    async () => {
      const { processes } = await shop.health()
      return (
        processes.length === names.length &&
        processes.every((one) => one.ready && !before.some(({ pid }) => pid === one.pid))
      )
    },
    60,
  )
  assert.equal((await shop.buy({ lines: [{ sku: 'BOWL', quantity: 1 }] })).status, 201)
})

test('a restart under load replaces every process and fails no request; a second one is refused', {
  skip,
}, async (t) => {
  const before = servicesOf(shop.launcherPid()).map(({ pid }) => pid)
  const shoppers = sendShoppers(shop, 'BOWL', 2)
  t.after(shoppers.stop)
  const restart = shop.restart()
  await eventually('it has begun', async () => (await shop.health()).processes.length > names.length, 60)
  const second = await shop.restart('users')
  assert.deepEqual([second.code, second.said.trim()], [1, 'Another restart is under way. Wait until it has ended.'])
  const { code, said } = await restart
  assert.equal(code, 0, said)
  assert.equal(said.match(/has replaced/g)?.length, names.length, said)
  const { done, bought, failures } = await shoppers.stop()
  assert.deepEqual(failures, [], `${failures.length} of ${done}`)
  assert.ok(bought > 5, `${bought} purchases`)
  const now = servicesOf(shop.launcherPid()).map(({ pid }) => pid)
  assert.equal(now.length, names.length)
  assert.ok(!now.some((pid) => before.includes(pid)))
})

test('afterwards every promise holds', { skip }, async () => {
  const running = findRunningShop(shop.dataFolder)
  const journal = `${running?.env.PAYMENTS_SIMULATOR_FOLDER}/journal.jsonl`
  const look = () => verifyShop(running?.databases ?? {}, { quiet: true, journal })
  await eventually('nothing is under way', async () => (await look()).length === 0, 30).catch(async () =>
    assert.deepEqual(await look(), []),
  )
})

test('the log lines of all processes are printed whole, each behind the name of its process', { skip }, () => {
  const lines = shop
    .said()
    .out.split('\n')
    .filter((line) => line.includes(' | '))
  assert.ok(lines.length > 100, `${lines.length} lines`)
  const broken = lines.filter((line) => {
    const [, name = '', entry = ''] = /^(\w+\.\d+) +\| (.*)$/.exec(line) ?? []
    return name === '' || !entry.startsWith('{') || typeof JSON.parse(entry).time !== 'string'
  })
  assert.deepEqual(broken, [])
  assert.deepEqual(new Set(lines.map((line) => line.split('.')[0])).size, 7) // Nobody asked for a page.
})

test('the end in the middle of a restart leaves no process', { skip }, async () => {
  const restart = shop.restart()
  await eventually('it has begun', async () => (await shop.health()).processes.length > names.length, 60)
  const all = servicesOf(shop.launcherPid()).map(({ pid }) => pid)
  assert.equal(all.length, names.length + 1)
  assert.equal(await shop.end('SIGTERM'), 0)
  assert.deepEqual(all.filter(isAlive), [])
  assert.equal((await restart).code, 1)
  const late = await shop.restart()
  assert.deepEqual([late.code, /^No shop of several processes runs on /.test(late.said.trim())], [1, true])
})

function statusOnNewConnection(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(60_000)
    get(url, { agent: false, signal }, (response) => resolve(response.resume().statusCode)).once('error', reject)
  })
}
