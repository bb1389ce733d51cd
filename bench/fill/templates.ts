// The rows that are repeated: the demo's past orders, a thousand products, and three orders with one line, made by the shop itself.
import { randomUUID } from 'node:crypto'
import { readSecrets } from '../../local/secrets.ts'
import { type Client, openClient } from '../load.ts'
import { address } from '../purchase.ts'
import { startShop } from '../shop.ts'

const sku = 'BOWL-INDIGO-S'
export const templateProducts = 1_000

/** Starts the shop in this folder, lets it make them, and stops it. */
export async function makeTemplates(folder: string, port: number): Promise<void> {
  const shop = await startShop(folder, port)
  const client = openClient(shop.url)
  try {
    await shop.ask('seed')
    await shop.ask('seed many', templateProducts)
    const staff = await staffHeaders(client, folder)
    for (const isShipped of [false, true, true]) {
      const orderId = await buyOne(client)
      if (isShipped) await shipped(client, orderId, staff)
    }
    await shop.ask('settle')
  } finally {
    await client.close()
    await shop.ask('stop')
  }
}

/** Signs in as the shop's staff. */
export async function staffHeaders(client: Client, folder: string): Promise<Record<string, string>> {
  const password = readSecrets(folder)['staff-password'] as string
  return signIn(client, 'staff@souk.example', password)
}

export async function signIn(client: Client, email: string, password: string): Promise<Record<string, string>> {
  const { status, headers } = await client.send('POST', '/v1/auth/sign-in/email', { email, password })
  const token = headers['set-auth-token']
  if (status !== 200 || !token) throw new Error(`${email} cannot sign in: ${status}`)
  return { authorization: `Bearer ${token}` }
}

async function buyOne(client: Client): Promise<string> {
  const cart = await client.send('PUT', `/v1/carts/${randomUUID()}`, {
    email: 'template@example.com',
    lines: [{ sku, quantity: 1 }],
    shippingAddress: address,
    shippingMethod: 'standard',
  })
  const { id, totals } = cart.body as unknown as { id: string; totals: { total: unknown } }
  const orderId = randomUUID()
  const order = await client.send('PUT', `/v1/orders/${orderId}`, {
    cartId: id,
    expectedTotal: totals.total,
    payment: { provider: 'simulator', token: 'tok_ok' },
  })
  if (order.status !== 201) throw new Error(`The template was not bought: ${order.status}`)
  return orderId
}

async function shipped(client: Client, orderId: string, staff: Record<string, string>): Promise<void> {
  const headers = { ...staff, 'idempotency-key': randomUUID() }
  const { status } = await client.send('POST', `/v1/orders/${orderId}/shipments`, { carrier: 'DHL' }, headers)
  if (status !== 201) throw new Error(`The template was not shipped: ${status}`)
}
