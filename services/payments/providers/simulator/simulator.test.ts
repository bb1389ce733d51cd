// The simulator by itself: idempotency keys, its journal, its webhooks.
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
const log = makeLog({ level: 'silent' })
const open = (where = mkdtempSync(join(folder, 'one-')), isShared = false) =>
  startSimulator({
    folder: where,
    isShared,
    secret,
    webhookUrl: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`,
    publicUrl: 'http://localhost:4000',
    log,
  })
const requestFor = (token = 'tok_ok') => ({
  ...{ operationId: randomUUID(), orderId: randomUUID(), amount: 1_000, currency: 'EUR', token },
  ...{ captureNow: true, returnUrl: 'http://localhost:4000/back' },
})
/** The events that arrived about these payments. Those of an earlier test may still arrive. */
const receivedOf = (requests: { operationId: string }[]) =>
  received.filter((id) => requests.some(({ operationId }) => id.includes(operationId)))
const refused = (code: string) => (error: unknown) => error instanceof ProviderRefusal && error.code === code

test('the same key with the same parameters is the same payment, even ten times at once', async () => {
  const bank = await open()
  const request = requestFor()
  const answers = await Promise.all(Array.from({ length: 10 }, () => bank.authorize(request)))
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  const entries: ProviderEntry[] = []
  for await (const entry of bank.journal(new Date(0))) entries.push(entry)
  assert.equal(entries.length, 1)
  await assert.rejects(bank.authorize({ ...request, amount: 2_000 }), refused('key-reused'))
  await assert.rejects(bank.authorize({ ...request, orderId: randomUUID() }), refused('key-reused'))
  await bank.close()
})

test('parallel refunds never exceed what was captured', async () => {
  const bank = await open()
  const { reference } = await bank.authorize(requestFor())
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
  const requests = [
    requestFor('tok_ok'),
    requestFor('tok_declined'),
    requestFor('tok_3ds'),
    requestFor('tok_capture_declined'),
    requestFor('tok_3ds'),
  ]
  const answers = await Promise.all(requests.map((one) => first.authorize(one)))
  await first.refund({ operationId: randomUUID(), reference: answers[0]?.reference ?? '', amount: 10 })
  await first.answer(answers[4]?.reference ?? '', true)
  const all = (bank: typeof first) =>
    Promise.all(requests.map(({ operationId, orderId }) => bank.find({ operationId, orderId })))
  const known = await all(first)
  // It is not closed, as after a kill: every fact that was answered is on the disk.
  appendFileSync(join(where, 'journal.jsonl'), '{"fact":"opened","at":1,"key":"torn')
  const second = await open(where)
  assert.deepEqual(await all(second), known)
  assert.deepEqual(await second.authorize(requests[0] as (typeof requests)[0]), known[0])
  await second.authorize(requestFor())
  await second.close()
  const third = await open(where)
  assert.deepEqual(await all(third), known)
  await third.close()
  await first.close()
})

test('two processes of the shop meet the same bank: what one asks for, the other one sees, and nothing is done twice', async () => {
  const where = mkdtempSync(join(folder, 'shared-'))
  const banks = await Promise.all([open(where, true), open(where, true)])
  const [first, second] = banks
  const requests = Array.from({ length: 50 }, () => ({ ...requestFor(), captureNow: false }))
  const opened = await Promise.all(requests.flatMap((one) => banks.map((bank) => bank.authorize(one))))
  assert.ok(opened.every((payment) => payment.state === 'authorized'))
  await Promise.all(
    requests.flatMap(({ operationId }) => {
      const capture = { operationId: randomUUID(), reference: `sim_${operationId.replaceAll('-', '')}`, amount: 1_000 }
      return banks.map((bank) => bank.capture(capture))
    }),
  )
  const asked = await first.authorize(requestFor('tok_3ds'))
  assert.equal(await second.answer(asked.reference, true), 'http://localhost:4000/back')
  assert.equal((await first.find({ reference: asked.reference }))?.state, 'authorized')
  await Promise.all(banks.map((bank) => bank.close()))
  const third = await open(where)
  const entries: ProviderEntry[] = []
  for await (const entry of third.journal(new Date(0))) entries.push(entry)
  await third.close()
  const count = (kind: string) => entries.filter((entry) => entry.kind === kind).length
  assert.deepEqual([count('authorize'), count('capture')], [51, 50])
})

test('webhooks that were not delivered are sent after a restart; delivered ones are not', async () => {
  const where = mkdtempSync(join(folder, 'owed-'))
  const first = await open(where)
  const told = requestFor()
  await first.authorize(told)
  await eventually('the first arrived', () => receivedOf([told]).length > 0)
  first.switch({ webhooks: 'late', webhookDelayMs: 60_000 })
  const owed = requestFor()
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
  const requests = Array.from({ length: 60 }, () => requestFor())
  await Promise.all(requests.map((one) => bank.authorize(one)))
  await eventually('all arrived', () => new Set(receivedOf(requests)).size === 60)
  assert.ok(most <= 8, `${most} at once`)
  await bank.close()
})

test('a thousand payments at once share a few syncs', async (t) => {
  const bank = await open()
  bank.switch({ webhooks: 'lost' })
  const file = await openFile(import.meta.filename)
  const syncs = t.mock.method(Object.getPrototypeOf(file) as FileHandle, 'appendFile').mock
  await file.close()
  await Promise.all(Array.from({ length: 1_000 }, () => bank.authorize(requestFor())))
  assert.ok(syncs.callCount() > 0 && syncs.callCount() <= 10, `${syncs.callCount()} syncs`)
  await bank.close()
})
