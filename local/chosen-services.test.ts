// SOUK_SERVICES: several services in one process on databases that are given, and the check of a start without connections.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { keysFromSecrets, serviceTokens } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../tests/fixture.ts'

const secret = 'a-secret-of-this-test-that-is-long-enough'
const databases: Record<string, string> = {}
const children: ChildProcess[] = []
before(async () => {
  for (const name of ['inventory', 'payments']) databases[name] = await createDatabase()
})
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(Object.values(databases).map(dropDatabase))
})

function start(words: readonly string[], env: Record<string, string>) {
  const own = { PATH: process.env.PATH, SOUK_LOG_LEVEL: 'silent', SOUK_DATA: '/nowhere', ...env }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), ...words], { env: own, stdio: 'pipe' })
  children.push(child)
  return child
}
async function outcome(words: readonly string[], env: Record<string, string>) {
  const child = start(words, env)
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { said: said.trim(), complaint: complaint.trim(), code }
}
async function becomesReady(operations: number): Promise<void> {
  const isReady = () =>
    fetch(`http://127.0.0.1:${operations}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await eventually('it is ready', isReady, 60)
}

test('two services of one process answer other processes on one port, and stop well', async () => {
  const [port, operations] = [await freePort(), await freePort()]
  const child = start([], {
    SOUK_SERVICES: 'inventory, payments',
    INVENTORY_DATABASE_URL: databases.inventory as string,
    PAYMENTS_DATABASE_URL: databases.payments as string,
    BUS_URL: 'memory:',
    SOUK_SHARED_SECRET: secret,
    PAYMENTS_SIMULATOR: 'off',
    PORT: String(port),
    SOUK_OPERATIONS_PORT: String(operations),
  })
  await becomesReady(operations)
  const address = `http://127.0.0.1:${port}`
  const tokens = serviceTokens(keysFromSecrets([secret]))
  for (const [service, path] of [
    ['inventory', '/v1/stock'],
    ['payments', '/v1/payments'],
  ] as const) {
    const token = await tokens.mint({ service: 'gateway', role: 'staff', userId: randomUUID() }, service)
    const reply = await fetch(address + path, { headers: { authorization: `Bearer ${token}` } })
    assert.deepEqual([reply.status, ((await reply.json()) as { items?: unknown[] }).items], [200, []], service)
  }
  assert.equal((await fetch(`${address}/health/ready`)).status, 200)
  assert.equal((await fetch(`${address}/v1/payments`)).status, 401, 'Strangers are refused.')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('the shop front starts without a database and a broker, and answers the gateway', async () => {
  const [port, operations] = [await freePort(), await freePort()]
  const child = start([], {
    SOUK_SERVICES: 'storefront',
    GATEWAY_URL: 'http://127.0.0.1:9',
    SOUK_SHARED_SECRET: secret,
    PORT: String(port),
    SOUK_OPERATIONS_PORT: String(operations),
  })
  await becomesReady(operations)
  const token = await serviceTokens(keysFromSecrets([secret])).mint(
    { service: 'gateway', role: 'anonymous' },
    'storefront',
  )
  const ask = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/robots.txt`, { headers })
  const reply = await ask({ authorization: `Bearer ${token}` })
  assert.deepEqual([reply.status, /^Sitemap: /m.test(await reply.text())], [200, true])
  assert.equal((await ask({})).status, 401, 'Strangers are refused.')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('wrong choices of services, and missing databases, are told in one sentence each', async () => {
  const known = 'users, products, inventory, payments, orders, notifications, storefront, gateway'
  assert.deepEqual(await outcome([], { SOUK_SERVICES: 'orders,stock' }), {
    said: '',
    complaint: `There is no service "stock". Say which services: ${known}.`,
    code: 1,
  })
  assert.match(
    (await outcome([], { SOUK_SERVICES: 'gateway,orders' })).complaint,
    /^The gateway runs in a process of its own/,
  )
  assert.deepEqual((await outcome([], { SOUK_SERVICES: 'orders' })).complaint.split('\n').slice(1), [
    '  ORDERS_DATABASE_URL is missing: the services of SOUK_SERVICES run on databases and a bus that are given.',
    '  BUS_URL (or BUS_DATABASE_URL) is missing: the services of SOUK_SERVICES run on databases and a bus that are given.',
  ])
  assert.match(
    (await outcome(['--apart'], { SOUK_SERVICES: 'orders' })).complaint,
    /^SOUK_SERVICES chooses the services of one/,
  )
})

test('the check of a start loads every module, names what is not set yet, and ends with 78 for what is wrong', async () => {
  const checked = await outcome(['--check'], { SOUK_SERVICES: 'payments,products', NODE_ENV: 'production' })
  assert.equal(checked.code, 0, checked.complaint)
  assert.deepEqual(checked.said.split('\n'), [
    'products, payments: all modules load, and what is set is right as far as can be told without connections.',
    '  A start needs these, too: PRODUCTS_DATABASE_URL, PAYMENTS_DATABASE_URL, BUS_URL (or BUS_DATABASE_URL), SOUK_SHARED_SECRET, PAYMENTS_SIMULATOR_SECRET.',
  ])
  const front = await outcome(['--check'], { SOUK_SERVICES: 'storefront', NODE_ENV: 'production' })
  assert.equal(front.said.split('\n')[1], '  A start needs these, too: SOUK_SHARED_SECRET.', 'no database, no broker')
  const whole = await outcome(['--check'], { NODE_ENV: 'production' })
  assert.deepEqual([whole.code, whole.said.split('\n').length], [0, 1], whole.complaint)
  const wrong = await outcome(['--check'], {
    SOUK_SERVICES: 'orders',
    ORDERS_DATABASE_URL: 'mysql://x',
    BUS_URL: 'nats://bus',
  })
  assert.equal(wrong.code, 78)
  assert.match(wrong.complaint, /ORDERS_DATABASE_URL must be an address that begins with postgres:\/\//)
  const setting = await outcome(['--check'], { SOUK_SERVICES: 'orders', ORDERS_CHECKOUT_MINUTES: 'soon' })
  assert.deepEqual([setting.code, /ORDERS_CHECKOUT_MINUTES must be a whole number/.test(setting.complaint)], [78, true])
})
