// The simulated bank by itself: idempotency keys, its durable memory, its webhooks.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { makeLog } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { type ProviderEntry, ProviderRefusal } from '../provider.ts'
import { startSimulator } from './simulator.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-bank-'))
let received: string[] = []
let failures = 0
let most = 0
let underWay = 0
const shop = createServer((request, response) => {
  underWay += 1
  most = Math.max(most, underWay)
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () =>
    setTimeout(() => {
      underWay -= 1
      failures -= 1
      if (failures < 0) received.push(...JSON.parse(body).events.map((event: { id: string }) => event.id))
      response.writeHead(failures < 0 ? 204 : 500).end()
    }, 5),
  )
})
before(() => new Promise<void>((done) => shop.listen(0, '127.0.0.1', done)))
beforeEach(() => {
  received = []
  failures = 0
})
after(() => {
  shop.close()
  shop.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

const secret = 'only-for-development-only-for-development'
const open = (where = mkdtempSync(join(folder, 'one-'))) =>
  startSimulator({
    folder: where,
    secret,
    webhookUrl: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`,
    publicUrl: 'http://localhost:4000',
    log: makeLog({ level: 'silent' }),
  })
const words = (token = 'tok_ok') => ({
  ...{ operationId: randomUUID(), orderId: randomUUID(), amount: 1_000, currency: 'EUR', token },
  ...{ captureNow: true, returnUrl: 'http://localhost:4000/back' },
})
/** Events about these payments that arrived; one of an earlier test may still come. */
const receivedOf = (asked: { operationId: string }[]) =>
  received.filter((id) => asked.some(({ operationId }) => id.includes(operationId)))
const refused = (code: string) => (error: unknown) => error instanceof ProviderRefusal && error.code === code

test('the same key with the same words is the same payment, even ten times at once', async () => {
  const bank = await open()
  const asked = words()
  const answers = await Promise.all(Array.from({ length: 10 }, () => bank.authorize(asked)))
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  const entries: ProviderEntry[] = []
  for await (const entry of bank.journal(new Date(0))) entries.push(entry)
  assert.equal(entries.length, 1)
  await assert.rejects(bank.authorize({ ...asked, amount: 2_000 }), refused('key-reused'))
  await assert.rejects(bank.authorize({ ...asked, orderId: randomUUID() }), refused('key-reused'))
  await bank.close()
})

test('parallel refunds never exceed what was captured', async () => {
  const bank = await open()
  const { reference } = await bank.authorize(words())
  const refund = (operationId: string) => bank.refund({ operationId, reference, amount: 400 })
  const key = randomUUID()
  const results = await Promise.allSettled([key, key, ...Array.from({ length: 5 }, () => randomUUID())].map(refund))
  assert.equal(results.filter((one) => one.status === 'fulfilled').length, 3)
  const payment = await bank.find({ reference })
  const returned = payment?.operations.filter((one) => one.kind === 'refund') ?? []
  assert.deepEqual(
    returned.map((one) => one.amount),
    [400, 400],
  )
  await bank.close()
})

test('after a restart it knows what it knew, a torn last line aside', async () => {
  const where = mkdtempSync(join(folder, 'restart-'))
  const first = await open(where)
  const asked = [
    words('tok_ok'),
    words('tok_declined'),
    words('tok_3ds'),
    words('tok_capture_declined'),
    words('tok_3ds'),
  ]
  const answers = await Promise.all(asked.map((one) => first.authorize(one)))
  await first.refund({ operationId: randomUUID(), reference: answers[0]?.reference ?? '', amount: 10 })
  await first.answer(answers[4]?.reference ?? '', true)
  const all = (bank: typeof first) =>
    Promise.all(asked.map(({ operationId, orderId }) => bank.find({ operationId, orderId })))
  const known = await all(first)
  // Not closed: what was answered is on the disk already, as after a kill.
  appendFileSync(join(where, 'journal.jsonl'), '{"fact":"opened","at":1,"key":"torn')
  const second = await open(where)
  assert.deepEqual(await all(second), known)
  assert.deepEqual(await second.authorize(asked[0] as (typeof asked)[0]), known[0])
  await second.authorize(words())
  await second.close()
  const third = await open(where)
  assert.deepEqual(await all(third), known)
  await third.close()
  await first.close()
})

test('webhooks that were not delivered are sent after a restart; delivered ones are not', async () => {
  const where = mkdtempSync(join(folder, 'owed-'))
  const first = await open(where)
  const told = words()
  await first.authorize(told)
  await eventually('the first arrived', () => receivedOf([told]).length > 0)
  first.switch({ webhooks: 'late', webhookDelayMs: 60_000 })
  const owed = words()
  await first.authorize(owed)
  await first.close()
  received = []
  const second = await open(where)
  await eventually('the second arrived', () => received.includes(`evt_${owed.operationId}_opened`))
  assert.deepEqual(receivedOf([told]), [])
  await second.close()
})

test('a webhook that fails is sent again, and never more than eight at once', async () => {
  const bank = await open()
  failures = 1
  most = 0
  const asked = Array.from({ length: 60 }, () => words())
  await Promise.all(asked.map((one) => bank.authorize(one)))
  await eventually('all arrived', () => new Set(receivedOf(asked)).size === 60)
  assert.ok(most <= 8, `${most} at once`)
  await bank.close()
})

test('a thousand payments at once share a few syncs', async (t) => {
  const bank = await open()
  bank.switch({ webhooks: 'lost' })
  const file = await openFile(import.meta.filename)
  const syncs = t.mock.method(Object.getPrototypeOf(file) as FileHandle, 'appendFile').mock
  await file.close()
  await Promise.all(Array.from({ length: 1_000 }, () => bank.authorize(words())))
  assert.ok(syncs.callCount() > 0 && syncs.callCount() <= 10, `${syncs.callCount()} syncs`)
  await bank.close()
})
