// A process is killed at each crash point of a payment; the next one finds out whether the money was taken.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { paymentsApi } from '@souk/contracts/payments'
import { memoryTransport, newTrace } from '@souk/messaging'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { makeLog, run } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import type { PaymentsContext } from '../context.ts'
import { findViolations } from '../fixture.ts'
import { payments } from '../service.ts'

const body = {
  amount: { amount: 4_998, currency: 'EUR' },
  payment: { provider: 'simulator', token: 'tok_ok' },
  returnUrl: 'http://localhost:4000/back',
}

async function start(databaseUrl: string, folder: string, secondsLater = 0) {
  const transport = memoryTransport()
  const running = await run({
    services: [payments],
    databases: { payments: databaseUrl },
    transport,
    // No webhook arrives: nothing listens on this port.
    env: {
      PAYMENTS_SIMULATOR_FOLDER: folder,
      PAYMENTS_SIMULATOR_WEBHOOK_URL: 'http://127.0.0.1:9/',
      PAYMENTS_PROVIDER_TIMEOUT_MS: '7000',
    },
    log: makeLog({ level: 'silent' }),
    now: () => new Date(Date.now() + secondsLater * 1000),
    listen: false,
    operations: false,
  })
  return { running, transport, context: running.services.get('payments')?.context as PaymentsContext }
}

const [databaseUrl, folder, orderId] = (process.env.PAYMENTS_CRASH_TEST ?? '').split(' ')
if (databaseUrl && folder && orderId) {
  const { running } = await start(databaseUrl, folder)
  await running.serviceCalls.call(paymentsApi.routes.pay, {
    params: { orderId },
    body: JSON.stringify(body),
    caller: { service: 'orders', role: 'anonymous' },
    trace: newTrace(),
  })
  process.exit(0)
}

const points = ['operation-stored', 'provider-called', 'before-commit:2', 'after-commit:2', 'state-applied']
for (const point of points) {
  test(`killed at ${point}: captured once, one message (F70, saleor-docs #990)`, async () => {
    const database = await createDatabase()
    const home = mkdtempSync(join(tmpdir(), 'souk-crash-'))
    const order = randomUUID()
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const child = spawn(process.execPath, [import.meta.filename], {
      env: { ...env, PAYMENTS_CRASH_TEST: `${database} ${home} ${order}`, SOUK_CRASHPOINT: `payments.${point}` },
    })
    const signal = await new Promise((done) => child.on('exit', (_code, killedBy) => done(killedBy)))
    assert.equal(signal, 'SIGKILL')

    const { running, transport, context } = await start(database, home, 7)
    const { sql } = context
    try {
      await eventually(
        'the payment is captured',
        async () => {
          const rows = await sql`select from payment where order_id = ${order} and status = 'captured'`
          return rows.length === 1
        },
        20,
      )
      const done: string[] = []
      for await (const { kind } of context.resources.simulator?.journal(new Date(0)) ?? []) done.push(kind)
      assert.deepEqual(done, ['capture'])
      const told = await sql`select type from outbox union all select type from outbox_sent`
      assert.deepEqual(told, [{ type: 'payments.payment-captured' }])
      assert.deepEqual(await findViolations(sql), [])
    } finally {
      await running.stop()
      await transport.close()
      await dropDatabase(database)
      rmSync(home, { recursive: true, force: true })
    }
  })
}
