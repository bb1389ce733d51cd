// Every invariant holds in a working shop and finds a row that breaks it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startForTest, type TestShop } from '@souk/service/fixture'
import { checkInvariants } from './check-invariants.ts'
import type { NotificationsContext } from './context.ts'
import { canceled, placed, publish, refunded, shipped, verificationRequested } from './fixture.ts'
import { invariants } from './invariants.ts'
import { notifications } from './service.ts'

let shop: TestShop
before(async () => {
  shop = await startForTest([notifications])
  const order = placed()
  const same = { orderId: order.data.orderId }
  await publish(shop, [order, shipped(same), refunded(same), canceled(), verificationRequested()])
})
after(() => shop.stop())

const broken = async () => {
  const { pool } = shop.database('notifications')
  const found: string[] = []
  for (const { id, sql } of invariants) if ((await pool.query(sql)).rows.length > 0) found.push(id)
  return found
}

test('the check by schedule runs, and finds a letter that was forgotten', async () => {
  const { sql } = shop.database('notifications')
  const context = shop.running.services.get('notifications')?.context as NotificationsContext
  const check = async () => {
    await sql`update check_outcome set next_at = clock_timestamp()`
    await checkInvariants.run(context, new AbortController().signal)
    return sql`select name from check_outcome where violations > 0`
  }
  assert.deepEqual(await check(), [])
  const [letter] = await sql<{ id: string }>`
    update notification set status = 'queued', sent_at = null, next_attempt_at = now() - interval '11 minutes'
    where kind = 'order-shipped'
    returning id`
  assert.deepEqual(await check(), [{ name: 'invariant no-mail-is-forgotten' }])
  await sql`update notification set status = 'sent', sent_at = now() where id = ${letter?.id}`
})

const copyOf = (kind: string, cause: string) => `
  insert into notification (id, channel, cause, kind, recipient, subject, content, order_id, status, next_attempt_at, message_id, created_at, sent_at)
  select gen_random_uuid(), channel, ${cause}, kind, recipient, subject, content, order_id, status, next_attempt_at,
    '<' || ${cause} || '.' || kind || '@again.example>', created_at, sent_at
  from notification where kind = '${kind}' limit 1`
const other = `'11111111-1111-7111-8111-111111111111'::uuid`
const noConstraints = `do $$ declare one text; begin
  for one in select conname from pg_constraint where conrelid = 'notification'::regclass and contype in ('u', 'c') loop
    execute format('alter table notification drop constraint %I', one); end loop; drop index notification_once; end $$;`

const corruptions: Record<string, string> = {
  'E9-one-message-id': `${noConstraints} ${copyOf('order-refunded', 'cause')}`,
  'E9-message-id-of-cause': `update notification set message_id = '<other@souk.example>' where kind = 'order-refunded'`,
  'E9-told-once': copyOf('order-confirmed', other),
  'E9-confirmed-before-shipped': `update notification set order_id = ${other} where kind = 'order-confirmed'`,
  'no-mail-is-forgotten': `update notification set status = 'queued', sent_at = null, next_attempt_at = now() - interval '11 minutes' where kind = 'order-refunded'`,
  'every-end-has-its-reason': `${noConstraints} update notification set sent_at = null where kind = 'order-refunded'`,
  'no-letter-is-empty': `update notification set status = 'queued', sent_at = null, next_attempt_at = now(), content = null where kind = 'order-refunded'`,
}

test('all invariants hold in a working shop', async () => {
  assert.deepEqual(await broken(), [])
})

for (const { id, statement } of invariants) {
  test(`a row that breaks it is found: ${statement}`, async () => {
    const { pool } = shop.database('notifications')
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query(corruptions[id] as string)
      const found: string[] = []
      for (const one of invariants) if ((await client.query(one.sql)).rows.length > 0) found.push(one.id)
      assert.deepEqual(found, [id])
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
}
