// How a service stops: it says so while it still takes requests, finishes those in hand, and ends every connection with an answer.
import assert from 'node:assert/strict'
import { Agent, type IncomingMessage, request as requestOver } from 'node:http'
import { after, test } from 'node:test'
import { defineApi, Shape } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import { Type } from 'typebox'
import { serviceTokens } from '../calls/service-token.ts'
import { eventually, startForTest, type TestShop } from '../fixture.ts'
import { type ContextFor, defineService, handle, keysFromSecrets } from '../index.ts'
import { developmentSecret } from '../run/settings.ts'

const api = defineApi('inventory', 'Answers when it is let.', {
  think: {
    method: 'GET',
    path: '/v1/thoughts',
    access: 'anyone',
    summary: 'Think',
    reply: Shape({ at: Type.String() }),
  },
  wait: { method: 'PUT', path: '/v1/thoughts', access: 'anyone', summary: 'Wait', reply: Shape({ at: Type.String() }) },
})
type Context = ContextFor<Record<string, never>, Record<string, never>, undefined>
const shops: TestShop[] = []
after(() => Promise.all(shops.map((shop) => shop.stop()))) // Those of tests that failed.

async function startThinker(env: Record<string, string> = {}) {
  const waiting: (() => void)[] = []
  const service = defineService({
    name: 'inventory',
    api,
    settings: {},
    calls: {},
    routes: {
      think: handle(api.routes.think, async (_request, _context: Context) => ({ at: 'once' })),
      wait: handle(api.routes.wait, async (_request, _context: Context) => {
        await new Promise<void>((resolve) => waiting.push(resolve))
        return { at: 'last' }
      }),
    },
  })
  const shop = await startForTest([service], { listen: { host: '127.0.0.1', port: 0 }, env })
  shops.push(shop)
  const url = shop.running.services.get('inventory')?.url as string
  const token = await serviceTokens(keysFromSecrets([developmentSecret])).mint(
    { service: 'orders', role: 'anonymous' },
    'inventory',
  )
  const agent = new Agent({ keepAlive: true })
  const ask = (method: string, path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      requestOver(url + path, { method, headers, agent }, (answer) => resolve(answer.resume()))
        .on('error', reject)
        .end()
    })
  const { path } = api.routes.think
  return { shop, url, waiting, think: () => ask('GET', path), wait: () => ask('PUT', path), ask, agent }
}

test('a service says on its own port, to everybody, whether it takes requests', async () => {
  const { shop, ask } = await startThinker()
  const health = async (path: string) => {
    const { statusCode, headers } = await ask('GET', path, {})
    return [statusCode, headers['cache-control']]
  }
  assert.deepEqual(await health('/health/live'), [200, 'no-store'])
  assert.deepEqual(await health('/health/ready'), [200, 'no-store'])
  await shop.running.drain()
  assert.deepEqual(await health('/health/live'), [200, 'no-store'])
  assert.deepEqual(await health('/health/ready'), [503, 'no-store'])
  await shop.stop()
})

test('until it stops it takes requests, and each answer from then on ends its connection', async () => {
  const { shop, think, wait, waiting } = await startThinker()
  assert.equal((await think()).headers.connection, 'keep-alive')
  const inHand = wait()
  await eventually('it is in hand', () => waiting.length === 1)
  await shop.running.drain()
  const next = await think()
  assert.deepEqual([next.statusCode, next.headers.connection, next.headers['x-souk-draining']], [200, 'close', '1'])
  waiting[0]?.()
  const { statusCode, headers } = await inHand
  assert.deepEqual([statusCode, headers.connection, headers['x-souk-draining']], [200, 'close', '1'])
  await shop.stop()
})

test('a stop waits for the requests in hand, and takes no others', async () => {
  const { shop, think, wait, waiting } = await startThinker()
  await think() // Its connection stays open, and must not hold the stop up.
  const inHand = wait()
  await eventually('it is in hand', () => waiting.length === 1)
  let hasStopped = false
  const stopped = shop.stop().then(() => {
    hasStopped = true
  })
  await eventually('it takes no connections', () =>
    think().then(
      () => false,
      (error) => error.code === 'ECONNREFUSED',
    ),
  )
  assert.equal(hasStopped, false)
  waiting[0]?.()
  assert.equal((await inHand).headers.connection, 'close')
  await stopped
})

test('the grace time is as long as SOUK_DRAIN_SECONDS says', async () => {
  const { shop, think } = await startThinker({ SOUK_DRAIN_SECONDS: '1' })
  let isOver = false
  const drained = shop.running.drain().then(() => {
    isOver = true
  })
  let answered = 0
  while (!isOver) if ((await think()).statusCode === 200) answered += 1
  assert.ok(answered > 10, `${answered} answers`)
  await drained
  await shop.stop()
})

test('callers have no failed call while an instance stops', async () => {
  const [stopping, other] = [await startThinker({ SOUK_DRAIN_SECONDS: '1' }), await startThinker()]
  const caller = await startForTest([], { remotes: { inventory: `${stopping.url},${other.url}` } })
  const statuses = new Set<number>()
  let isOver = false
  const load = Array.from({ length: 12 }, async () => {
    while (!isOver) {
      const request = { caller: { service: 'orders', role: 'anonymous' } as const, trace: newTrace() }
      statuses.add((await caller.running.serviceCalls.call(api.routes.think, request)).status)
    }
  })
  await stopping.shop.running.drain()
  await stopping.shop.stop()
  isOver = true
  await Promise.all(load)
  assert.deepEqual([...statuses], [200])
  await caller.stop()
  await other.shop.stop()
})
