// Tries the images with podman: `node deploy/image/try.ts shop` runs the whole shop in one container, `fleet` runs a container for each
// service, of one image, on an external PostgreSQL and NATS. Both sell, are stopped under load, start again and are verified. See docs/images.md.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { nats } from '../../local/brokers/nats.ts'
import { prepareDatabases } from '../../local/databases.ts'
import { databaseNames } from '../../local/machine.ts'
import { ports, serviceNames } from '../../local/ports.ts'
import { startPostgres } from '../../local/postgres.ts'
import { openCounter, putGood } from './try-buying.ts'
import { type Container, makeVolume, type Podman, podmanFrom } from './try-containers.ts'
import { buyByPages } from './try-pages.ts'

const { values, positionals } = parseArgs({
  options: {
    image: { type: 'string' },
    memory: { type: 'string', default: '256m' },
    port: { type: 'string', default: '4000' },
    podman: { type: 'string', default: 'podman' },
  },
  allowPositionals: true,
})
const first = Number(values.port)
const demoAtMostMs = 180_000
const quietAtMostMs = 60_000
const folder = mkdtempSync(join(tmpdir(), 'souk-image-'))
const podman = podmanFrom(values.podman.split(' '), values.memory)
const secret = 'for-this-trial-only-for-this-trial-only'
const isSet = {
  SOUK_SHARED_SECRET: secret,
  PAYMENTS_SIMULATOR_SECRET: secret,
  PAYMENTS_SIMULATOR: 'on',
  STOREFRONT_TEST_CARDS: 'on',
  GATEWAY_RATE_LIMIT: 'off',
}
try {
  if (positionals[0] === 'shop') await tryShop(podman)
  else if (positionals[0] === 'fleet') await tryFleet(podman)
  else
    throw new Error(
      'Usage: node deploy/image/try.ts shop|fleet [--image NAME] [--memory 256m] [--port 4000] [--podman "podman ..."]',
    )
} finally {
  await podman.removeAll()
  rmSync(folder, { recursive: true, force: true })
}

async function tryShop(podman: Podman): Promise<void> {
  const url = `http://127.0.0.1:${first}`
  const volume = makeVolume(folder, 'data')
  const start = () =>
    podman.start({
      name: 'shop',
      image: values.image ?? 'localhost/souk:shop',
      volumes: { [volume]: '/data' },
      operationsPort: first + 100,
      env: {
        ...isSet,
        NODE_ENV: 'development', // In production a shop begins without goods.
        HOST: '127.0.0.1',
        PORT: `${first}`,
        SOUK_PUBLIC_URL: url,
        SOUK_POSTGRES_PORT: `${first + 200}`,
        NOTIFICATIONS_MAILBOX: 'on',
      },
    })
  const shop = await start()
  for (const until = Date.now() + demoAtMostMs; !shop.said().includes('Souk is open'); await pause(500))
    assert.ok(Date.now() < until, `The demo shop is not made in time: ${shop.said()}`)
  const counter = openCounter(url)
  await counter.sell()
  say(await buyByPages(url))
  await stopUnderLoad(counter, [shop])
  const again = await start()
  await counter.findAll()
  await verifyQuiet(again)
  await stop(again)
}

async function tryFleet(podman: Podman): Promise<void> {
  const image = values.image ?? 'localhost/souk:services'
  const postgres = await startPostgres({ dataFolder: join(folder, 'postgres'), port: first + 200 })
  const broker = await nats.start({ folder: join(folder, 'nats'), port: first + 201 })
  try {
    const urls = await databaseUrls(postgres)
    const addresses = serviceNames.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${portOf(name)}`])
    const common = {
      ...isSet,
      HOST: '127.0.0.1',
      BUS_URL: broker.url,
      SOUK_PUBLIC_URL: `http://127.0.0.1:${portOf('gateway')}`,
      ...Object.fromEntries(addresses),
    }
    const { code, said } = await podman.run(
      { name: 'migrate', image, env: { ...common, ...urls('MIGRATIONS'), ...urls('DATABASE') } },
      ['local/migrate.ts'],
    )
    assert.equal(code, 0, said)
    say('The migrator has run.')
    const bank = makeVolume(folder, 'bank')
    const start = async (name: string): Promise<Container> =>
      podman.start({
        name,
        image,
        volumes: name === 'payments' ? { [bank]: '/data' } : {},
        operationsPort: portOf(name) + 100,
        env: {
          ...common,
          ...urls('DATABASE', name),
          SOUK_SERVICES: name,
          SOUK_MIGRATE: 'off',
          SOUK_DRAIN_SECONDS: '1',
          PORT: `${portOf(name)}`,
          ...(name === 'payments' ? { PAYMENTS_SIMULATOR_FOLDER: '/data/bank' } : {}),
        },
      })
    const startAll = () => Promise.all(serviceNames.map(start))
    const fleet = await startAll()
    const counter = openCounter(common.SOUK_PUBLIC_URL)
    await putGood(secret, (name) => `http://127.0.0.1:${portOf(name)}`)
    await counter.sell()
    say(await buyByPages(common.SOUK_PUBLIC_URL))
    // The gateway first: what it has taken in, the others answer.
    const gateway = fleet.filter(({ name }) => name === 'gateway')
    await stopUnderLoad(counter, gateway)
    await Promise.all(fleet.filter((one) => !gateway.includes(one)).map(stop))
    const again = await startAll()
    await counter.findAll()
    const verified = await podman.run({ name: 'verify', image, env: { ...common, ...urls('DATABASE') } }, [
      'verify/verify.ts',
    ])
    say(verified.said.trim().split('\n').at(-1) ?? '')
    assert.equal(verified.code, 0, verified.said)
    await Promise.all(again.map(stop))
  } finally {
    await broker.stop()
    await postgres.stop()
  }
}

/** The sizes of the demo's last pictures may still be made, each of which is a change of a product: it is quiet when that is over. */
async function verifyQuiet(shop: Container): Promise<void> {
  for (const until = Date.now() + quietAtMostMs; ; await pause(2_000)) {
    const { code, said } = await shop.execute(['verify/verify.ts', '--quiet'])
    say(said.trim().split('\n').at(-1) ?? '')
    if (code === 0) return
    for (const line of said.split('\n').filter((one) => one.includes('BROKEN'))) say(line.trim())
    assert.ok(Date.now() < until, said)
  }
}

function portOf(name: string): number {
  return first + (name === 'gateway' ? 0 : ports[name as keyof typeof ports] - 4100)
}

/** By TCP, as from another machine. */
async function databaseUrls(postgres: Awaited<ReturnType<typeof startPostgres>>) {
  const prepared = await prepareDatabases(postgres, databaseNames)
  const overTcp = (url: string) =>
    url.replace(/@localhost\/(\w+)\?.*/, `@127.0.0.1:${postgres.port}/$1?sslmode=disable`)
  return (kind: 'MIGRATIONS' | 'DATABASE', only?: string): Record<string, string> =>
    Object.fromEntries(
      databaseNames
        .filter((name) => name !== 'bus' && (only === undefined || name === only))
        .map((name) => {
          const urls = prepared[name] as { url: string; ownerUrl: string } // One for each name.
          return [`${name.toUpperCase()}_${kind}_URL`, overTcp(kind === 'DATABASE' ? urls.url : urls.ownerUrl)]
        }),
    )
}

async function stopUnderLoad(counter: ReturnType<typeof openCounter>, containers: readonly Container[]): Promise<void> {
  const load = counter.startLoad()
  await load.running(5)
  await Promise.all(containers.map(stop))
  say(await load.end())
}

async function stop(container: Container): Promise<void> {
  say(`${container.name}: ${await container.describe()}`)
  const { code, seconds } = await container.stop()
  say(`${container.name}: SIGTERM, exit code ${code} after ${seconds.toFixed(1)} s`)
  assert.equal(code, 0, container.said())
  assert.ok(seconds < 25, 'It stops within 25 s.')
}

function say(sentence: string): void {
  process.stdout.write(`  ${sentence}\n`)
}
