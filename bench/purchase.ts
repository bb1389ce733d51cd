// The whole purchase of a guest, as the storefront would make it: cart with goods, addresses and shipping, then payment; paid.
import { randomUUID } from 'node:crypto'
import type { Client } from './load.ts'

export const address = { name: 'Ann Bench', line1: 'Long Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

/** Buys and resolves with the status of the checkout: 201 paid, 409 sold out. */
export async function buy(client: Client, skus: readonly string[], quantity = 1): Promise<number> {
  const cart = await client.send('PUT', `/v1/carts/${randomUUID()}`, {
    email: `ann-${randomUUID()}@example.com`,
    lines: skus.map((sku) => ({ sku, quantity })),
    shippingAddress: address,
    shippingMethod: 'standard',
  })
  if (cart.status !== 200) return cart.status
  const { id, totals } = cart.body as unknown as { id: string; totals: { total: unknown } }
  const order = await client.send('PUT', `/v1/orders/${randomUUID()}`, {
    cartId: id,
    expectedTotal: totals.total,
    payment: { provider: 'simulator', token: 'tok_ok' },
  })
  return order.status
}
