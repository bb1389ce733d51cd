// GET /v1/push/key, PUT and DELETE /v1/push/subscriptions: which browsers receive pushes, and about what. A guest's browser is told of an
// order with its Order-Key: this service knows the key from the message that the order was paid.
import { createHash, randomUUIDv7, timingSafeEqual } from 'node:crypto'
import { notificationsApi } from '@souk/contracts/notifications'
import type { Sql } from '@souk/postgres'
import { clientNetwork, handle, logSecurityEvent, type Request, refuse } from '@souk/service'
import type { NotificationsContext } from '../context.ts'
import { nameOfSku } from '../subscriptions/sku-names.ts'
import { takeAttempt } from '../throttle.ts'
import { isBrowserKey } from './encrypt-push.ts'
import { readEndpoint } from './push-address.ts'

const {
  readPushKey: keyRoute,
  putPushSubscription: putRoute,
  deletePushSubscription: deleteRoute,
} = notificationsApi.routes
const hour = 3_600
/** Browsers of a customer, and of an order: each push is sent to all of them. */
const mostBrowsers = 10
/** New browsers of one network within an hour. */
const mostFromNetwork = 60
/** SKUs that a browser waits for. */
const mostAlerts = 50

export const readPushKey = handle(keyRoute, async (_request, { resources }: NotificationsContext) => ({
  publicKey: (await resources.pushKeys.newest()).publicKey,
}))

export const putPushSubscription = handle(putRoute, async (request, context: NotificationsContext) => {
  const { body, caller } = request
  const { orderId, sku } = body
  const { pushHosts: hosts, pushLoopback: allowsLoopback } = context.settings
  const endpoint = readEndpoint(body.endpoint, { hosts, allowsLoopback })
  if (typeof endpoint === 'string') {
    const { traceId } = context.trace
    const { userId } = caller
    const who = { service: 'notifications', outcome: 'refused', ip: request.ip, traceId, userId } as const
    logSecurityEvent(context, 'push-endpoint-refused', who)
    refuse(putRoute, 'push-service-refused', endpoint)
  }
  if (!isBrowserKey(body.keys))
    refuse(putRoute, 'push-service-refused', 'The keys of the subscription are not readable.')
  const key = body.publicKey
    ? await context.resources.pushKeys.of(body.publicKey.replace(/=+$/, ''))
    : await context.resources.pushKeys.newest()
  if (!key) refuse(putRoute, 'push-key-unknown', 'The shop signs with another key now. Subscribe again.')
  if (orderId && !(await mayReadOrder(orderId, request, context)))
    refuse(putRoute, 'not-found', 'There is no such order.')
  if (sku && !(await nameOfSku(context.sql, sku))) refuse(putRoute, 'sku-unknown', 'We do not sell this item any more.')
  if (!orderId && !sku && !caller.userId) refuse(putRoute, 'not-signed-in', 'Sign in, or name an order or an item.')
  await takeAttempt(context, [
    { bucket: `push ${clientNetwork(request.ip)}`, most: mostFromNetwork, windowSeconds: hour },
  ])
  const at = context.now().toISOString()
  const browser = {
    endpoint: endpoint.href,
    p256dh: body.keys.p256dh.replace(/=+$/, ''),
    auth: body.keys.auth.replace(/=+$/, ''),
    publicKey: key.publicKey,
    language: body.language ?? 'en',
    at,
  }
  const isStored = await context.transaction(async ({ sql }) => {
    const browserId = await storeBrowser(sql, browser)
    if (sku) return storeAlert(sql, browserId, sku, browser.language, at)
    return storeTopic(sql, browserId, orderId ? { orderId } : { userId: caller.userId as string }, at)
  })
  if (!isStored) refuse(putRoute, 'too-many-subscriptions', 'There are too many already. Remove one first.')
  return undefined
})

interface Browser {
  endpoint: string
  p256dh: string
  auth: string
  publicKey: string
  language: string
  at: string
}
async function storeBrowser(sql: Sql, browser: Browser): Promise<string> {
  const [row] = await sql<{ id: string }>`
    insert into push_browser (id, endpoint, endpoint_hash, p256dh, auth, public_key, language, created_at)
    values (${randomUUIDv7()}, ${browser.endpoint}, ${hashOf(browser.endpoint)}, ${browser.p256dh}, ${browser.auth},
      ${browser.publicKey}, ${browser.language}, ${browser.at})
    on conflict (endpoint_hash) do update set
      p256dh = excluded.p256dh, auth = excluded.auth, public_key = excluded.public_key, language = excluded.language
    returning id`
  return (row as { id: string }).id
}

/** False when the customer, or the order, has as many browsers as it may have. */
async function storeTopic(
  sql: Sql,
  browserId: string,
  about: { userId?: string; orderId?: string },
  at: string,
): Promise<boolean> {
  const { userId, orderId } = about
  const [row] = await sql<{ browsers: number; isKnown: boolean }>`
    select count(*)::int as browsers, coalesce(bool_or(browser_id = ${browserId}), false) as is_known
    from push_topic
    where user_id is not distinct from ${userId}::uuid and order_id is not distinct from ${orderId}::uuid`
  if (row && !row.isKnown && row.browsers >= mostBrowsers) return false
  await sql`
    insert into push_topic (browser_id, user_id, order_id, created_at)
    values (${browserId}, ${userId}, ${orderId}, ${at})
    on conflict (browser_id, user_id, order_id) do nothing`
  return true
}

async function storeAlert(sql: Sql, browserId: string, sku: string, language: string, at: string): Promise<boolean> {
  const [row] = await sql<{ alerts: number }>`
    select count(*)::int as alerts from stock_alert where browser_id = ${browserId} and sku <> ${sku}`
  if (row && row.alerts >= mostAlerts) return false
  await sql`
    insert into stock_alert (id, sku, browser_id, language, is_confirmed, created_at)
    values (${randomUUIDv7()}, ${sku}, ${browserId}, ${language}, true, ${at})
    on conflict (browser_id, sku) where browser_id is not null do nothing`
  return true
}

/** Whether the caller may read the order: its owner, or whoever has its key. Staff is not told of others' orders. Known from the confirmation of the order. */
async function mayReadOrder(
  orderId: string,
  { caller, headers }: Request<typeof putRoute>,
  { sql }: NotificationsContext,
): Promise<boolean> {
  const [order] = await sql<{ accessKey: string | null; customerId: string | null }>`
    select content ->> 'accessKey' as access_key, content ->> 'customerId' as customer_id
    from notification
    where order_id = ${orderId} and kind = 'order-confirmed' and content is not null
    order by id
    limit 1`
  if (!order) return false
  if (caller.userId !== undefined && caller.userId === order.customerId) return true
  return isSame(headers['order-key'], order.accessKey)
}
function isSame(given: string | undefined, key: string | null): boolean {
  if (given === undefined || key === null) return false
  return timingSafeEqual(hashOf(given), hashOf(key))
}

export const deletePushSubscription = handle(deleteRoute, async ({ body, caller }, context: NotificationsContext) => {
  const { endpoint, orderId, sku, mine } = body
  const hash = hashOf(URL.canParse(endpoint) ? new URL(endpoint).href : endpoint)
  const { sql } = context
  if (orderId || mine) {
    await sql`
      delete from push_topic t
      using push_browser b
      where b.id = t.browser_id and b.endpoint_hash = ${hash}
        and (t.order_id = ${orderId}::uuid or (${mine === true} and t.user_id = ${caller.userId}::uuid))`
  }
  if (sku)
    await sql`
      delete from stock_alert a using push_browser b where b.id = a.browser_id and b.endpoint_hash = ${hash} and a.sku = ${sku}`
  if (!orderId && !sku && !mine) await sql`delete from push_browser where endpoint_hash = ${hash}`
  return undefined
})

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
