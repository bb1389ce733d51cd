// Two releases run side by side during a roll-out, and messages wait on the bus meanwhile: this code handles what the last release
// sent (packages/contracts/published.json), and the last release accepts what this code sends.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { allMessages, type Message, type ServiceName } from '@souk/contracts'
import { checkMessage, checkStored } from '@souk/service/http/validation'
import { allServices } from '../services/all-services.ts'
import { databaseNames, openShop, type Shop } from './fixture.ts'
import { fittingValue, randomFrom } from './generated-values.ts'

type Schema = Record<string, unknown>
type Kind = 'with the required fields alone' | 'with all fields'

const published: { messages: Record<string, { keyField: string; schema: Schema }> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../packages/contracts/published.json'), 'utf8'),
)
const types = Object.keys(published.messages)
const today = (type: string) => JSON.parse(JSON.stringify(allMessages.get(type)?.schema)) as Schema

let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory' })
  await shop.putGoods({ sku: 'THING', cents: 1_000, quantity: 1_000 })
})
after(() => shop.stop())

for (const kind of ['with the required fields alone', 'with all fields'] as const)
  test(`every service handles each message of the last release ${kind}`, async () => {
    const sent: Message[] = []
    for (const type of types)
      for (const seed of [1, 2])
        sent.push(await aboutAnOrder(exampleOf(type, published.messages[type]?.schema as Schema, kind, seed)))
    await shop.test.settle()
    await deliver(sent)
    assert.deepEqual(await failures(), [])
    for (const { name, reacts } of allServices) {
      const wanted = sent.filter(({ type }) =>
        reacts?.some(({ messages }) => messages.some((one) => one.type === type)),
      )
      if (wanted.length > 0) assert.ok((await handled(name)) >= wanted.length, `${name} handled ${await handled(name)}`)
    }
  })

test('every service handles messages with fields of a release that is not written yet', async () => {
  const sent: Message[] = []
  for (const type of types) {
    const schema = published.messages[type]?.schema as Schema
    const message = await aboutAnOrder(exampleOf(type, schema, 'with all fields', 4))
    sent.push({ ...message, data: withNews(message.data) })
  }
  await shop.test.settle()
  for (const { type, data } of sent)
    assert.equal(checkMessage(allMessages.get(type) as never, structuredClone(data)), undefined, type)
  await deliver(sent)
  assert.deepEqual(await failures(), [])
})

test('the last release accepts what this code sends', () => {
  for (const type of types) {
    const accepts = checkStored(published.messages[type]?.schema as never)
    for (const kind of ['with the required fields alone', 'with all fields'] as const) {
      for (let seed = 1; seed <= 40; seed++) {
        const { data } = exampleOf(type, today(type), kind, seed)
        assert.equal(accepts(data), undefined, `${type} ${JSON.stringify(data)}`)
      }
    }
  }
})

/** Puts messages of any services on their way, as the orders service would its own. */
async function deliver(messages: readonly Message[]): Promise<void> {
  await shop.test.database('orders').transaction(async ({ send }) => send(...messages))
  await shop.test.settle()
}

/** The same message about an order that was placed, paid for and not sent yet, if it is about one. */
async function aboutAnOrder(message: Message): Promise<Message> {
  const data = message.data as Record<string, unknown>
  if (!('orderId' in data)) return message
  const { body } = await shop.buy({ lines: [{ sku: 'THING', quantity: 2 }] })
  return { ...message, key: body.id, data: { ...data, orderId: body.id } }
}

async function failures(): Promise<unknown[]> {
  const rows = await Promise.all(
    databaseNames.map(async (name) =>
      (await shop.sql(name)`select type, error from dead_letter`).map((row) => ({ service: name, ...row })),
    ),
  )
  return rows.flat()
}

async function handled(service: ServiceName): Promise<number> {
  const [row] = await shop.sql(service)<{ count: number }>`select count(*) from inbox`
  return row?.count ?? 0
}

/** A message of this type with ids of its own. The same seed gives the same values otherwise. */
function exampleOf(type: string, schema: Schema, kind: Kind, seed: number): Message {
  const made = fittingValue(narrowed(schema, kind), randomFrom(seed), () => {
    throw new Error('Contracts have no references.')
  })
  const data = sensible(made) as Record<string, unknown>
  for (const field of Object.keys(data))
    if (/Id$/.test(field) && (schema.properties as Record<string, Schema>)[field]?.format === 'uuid')
      data[field] = randomUUID()
  return { type, key: String(data[published.messages[type]?.keyField as string]), data }
}

/** The value with goods that the shop has, in numbers and amounts that an order of one unit may have. */
function sensible(value: unknown, name = ''): unknown {
  if (name === 'sku') return 'THING'
  if (name === 'quantity' || name === 'amount') return typeof value === 'number' ? 1 : sensible(value)
  if (name === 'currency') return 'EUR'
  if (Array.isArray(value)) return value.slice(0, 1).map((one) => sensible(one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, sensible(inner, field)]))
}

/** The schema with all of its optional fields required, or without them. */
function narrowed(schema: Schema, kind: Kind): Schema {
  const { properties, items, required = [], ...rest } = schema as Schema & { required?: string[] }
  if (items) return { ...rest, items: narrowed(items as Schema, kind), minItems: 1 }
  if (!properties) return schema
  const names = kind === 'with all fields' ? Object.keys(properties) : required
  const own = Object.entries(properties as Record<string, Schema>).filter(([name]) => names.includes(name))
  return {
    ...rest,
    required: names,
    properties: Object.fromEntries(own.map(([name, inner]) => [name, narrowed(inner, kind)])),
  }
}

/** The value with an unknown field in each of its objects. */
function withNews(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNews)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, withNews(inner)])
  return { ...Object.fromEntries(entries), ofTheNextRelease: { reason: 'new' } }
}
