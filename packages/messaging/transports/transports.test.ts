// The suite, for each transport.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { test } from 'node:test'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { openDatabase } from '../database.ts'
import { transportSuite } from './conformance-suite.ts'
import { memoryTransport } from './memory.ts'
import { postgresTransport } from './postgres.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

transportSuite('memory', async () => ({
  open: async (groups) => memoryTransport(groups),
  end: async () => undefined,
}))

transportSuite('postgres', async () => {
  const url = await createDatabase()
  return { url, open: (groups) => postgresTransport({ url, log: quiet, groups }), end: () => dropDatabase(url) }
})

test('postgres: a lease that cannot be renewed during a slow batch stops nobody', async () => {
  const url = await createDatabase()
  const transport = await postgresTransport({ url, log: quiet })
  const database = openDatabase({ url, service: 'test', connections: 1 })
  const seen: number[] = []
  const subscription = await transport.subscribe('slow', ['orders.order-placed'], async (batch) => {
    if (seen.length === 0) {
      await database.sql`alter table bus_cursor rename to hidden`
      await new Promise((resolve) => setTimeout(resolve, 4_000))
      await database.sql`alter table hidden rename to bus_cursor`
    }
    seen.push(...batch.map(({ data }) => data as number))
  })
  for (const data of [1, 2]) {
    const id = randomUUIDv7()
    const json = JSON.stringify({ id, type: 'orders.order-placed', subject: 'k', data })
    await transport.publish([{ id, type: 'orders.order-placed', key: 'k', json }])
  }
  for (let tries = 0; tries < 800 && !seen.includes(2); tries++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual([...new Set(seen)], [1, 2])
  await subscription.close()
  await transport.close()
  await database.close()
  await dropDatabase(url)
})

test('postgres: what two processes append at once, readers in both get whole and in one order', async () => {
  const url = await createDatabase()
  const [here, there] = await Promise.all([
    postgresTransport({ url, log: quiet }),
    postgresTransport({ url, log: quiet }),
  ])
  const seen: number[][] = [[], []]
  const subscriptions = await Promise.all(
    [here, there].map((transport, index) =>
      transport.subscribe(`group ${index}`, ['orders.order-placed'], async (batch) => {
        seen[index]?.push(...batch.map(({ data }) => data as number))
      }),
    ),
  )
  const append = (transport: typeof here, data: number) => {
    const id = randomUUIDv7()
    const type = data % 3 === 0 ? 'orders.order-shipped' : 'orders.order-placed'
    return transport.publish([{ id, type, key: 'k', json: JSON.stringify({ id, type, subject: 'k', data }) }])
  }
  const count = 300
  for (let from = 0; from < count; from += 30) {
    const some = Array.from({ length: 30 }, (_, index) => from + index)
    await Promise.all(some.map((data) => append(Math.random() < 0.5 ? here : there, data)))
  }
  const wanted = Array.from({ length: count }, (_, data) => data).filter((data) => data % 3 !== 0)
  for (let tries = 0; tries < 500 && seen.some((list) => list.length < wanted.length); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(seen[0], seen[1])
  assert.deepEqual(
    seen[0]?.toSorted((a, b) => a - b),
    wanted,
  )
  await Promise.all(subscriptions.map((subscription) => subscription.close()))
  await Promise.all([here.close(), there.close()])
  await dropDatabase(url)
})
