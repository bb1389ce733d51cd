// Who answers for somebody waits for others no longer than is waited for the answer, in one process and in several.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineApi, Nothing, Shape } from '@souk/contracts'
import { Type } from 'typebox'
import { anonymous, eventually, startForTest } from '../fixture.ts'
import { type ContextFor, defineService, handle, Refusal } from '../index.ts'

const slowApi = defineApi('inventory', 'Answers when it is let.', {
  think: {
    method: 'GET',
    path: '/v1/thoughts',
    access: 'anyone',
    summary: 'Think',
    deadlineSeconds: 20,
    reply: Nothing,
    status: 204,
  },
})
const askingApi = defineApi('orders', 'Asks another one.', {
  ask: {
    method: 'GET',
    path: '/v1/answers',
    access: 'anyone',
    summary: 'Ask',
    reply: Shape({ ended: Type.String() }),
  },
})
const calls = { inventory: slowApi }
type Context = ContextFor<Record<string, never>, typeof calls, undefined>

function makeTwo() {
  const waiting: (() => void)[] = []
  const inBackground: string[] = []
  const slow = defineService({
    name: 'inventory',
    api: slowApi,
    settings: {},
    calls: {},
    routes: {
      think: handle(slowApi.routes.think, async () => {
        await new Promise<void>((resolve) => waiting.push(resolve))
        return undefined
      }),
    },
  })
  const endOf = (call: Promise<unknown>) =>
    call.then(
      () => 'answered',
      (error) => (error instanceof Refusal ? error.code : String(error)),
    )
  const asking = defineService({
    name: 'orders',
    api: askingApi,
    settings: {},
    calls,
    routes: {
      ask: handle(askingApi.routes.ask, async (_request, { clients, withoutDeadline }: Context) => {
        void endOf(withoutDeadline.clients.inventory.think({})).then((end) => inBackground.push(end))
        return { ended: await endOf(clients.inventory.think({})) }
      }),
    },
  })
  return { slow, asking, waiting, inBackground }
}
const listen = { host: '127.0.0.1', port: 0 }

for (const way of ['in one process', 'apart']) {
  test(`${way}, a call ends in time for the answer to its caller; what goes on without the caller does not`, async () => {
    const { slow, asking, waiting, inBackground } = makeTwo()
    const shops = way === 'apart' ? await startApart() : [await startForTest([slow, asking])]
    try {
      const answer = await shops[0]?.as(askingApi, anonymous).ask({})
      assert.equal(answer?.ended, 'deadline-exceeded')
      assert.equal(waiting.length, 2)
      for (const go of waiting) go()
      await eventually('the call in the background has its answer', () => inBackground.length > 0)
      assert.deepEqual(inBackground, ['answered'])
    } finally {
      for (const shop of shops) await shop.stop()
    }

    async function startApart() {
      const second = await startForTest([slow], { listen })
      const inventory = second.running.services.get('inventory')?.url
      const first = await startForTest([asking], { listen, remotes: { inventory } })
      const orders = first.running.services.get('orders')?.url
      return [await startForTest([], { remotes: { orders } }), first, second]
    }
  })
}

test('nobody is asked for an answer that is not waited for any more', async () => {
  const { slow, waiting } = makeTwo()
  const shop = await startForTest([slow])
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
  const request = { caller: anonymous, trace, deadline: Date.now() - 1 }
  await assert.rejects(shop.running.serviceCalls.call(slowApi.routes.think, request), { code: 'deadline-exceeded' })
  assert.equal(waiting.length, 0)
  await shop.stop()
})
