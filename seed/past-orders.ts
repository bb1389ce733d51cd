// Orders that the demo's customers have placed before, bought the way everybody buys: cart, checkout, payment. Some are
// shipped, one in two parcels, one is canceled, one partly refunded, and some wait to be packed.
import { ProblemError } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import type { Caller, Running } from '@souk/service'
import { demoCustomers, demoProducts } from './catalog.ts'
import type { SeedProgress } from './seed-progress.ts'
import { clientAs, idOf, seedStaff } from './store-goods.ts'

type Fate = 'waits' | 'shipped' | 'shipped in part' | 'canceled' | 'refunded in part'
const fates: readonly Fate[] = [
  'shipped',
  'shipped',
  'refunded in part',
  'shipped',
  'canceled',
  'shipped',
  'shipped in part',
  'shipped',
  'waits',
  'shipped',
  'waits',
  'waits',
]

/** Places them; with `onlyAsk`, tells whether all are there. Repeating it is harmless. */
export async function placePastOrders(
  running: Running,
  options: { progress?: SeedProgress; onlyAsk?: boolean; userIds?: ReadonlyMap<string, string> },
): Promise<boolean> {
  if (options.onlyAsk) return isPlaced(running, fates.length - 1)
  for (const [index, fate] of fates.entries()) {
    options.progress?.bar('Placing past orders', index, fates.length)
    await placeOne(running, index, fate, options.userIds)
  }
  return true
}

async function isPlaced(running: Running, index: number): Promise<boolean> {
  try {
    await clientAs(running, ordersApi, seedStaff).read({ params: { id: idOf(`order ${index}`) } })
    return true
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not-found') return false
    throw error
  }
}

async function placeOne(
  running: Running,
  index: number,
  fate: Fate,
  userIds?: ReadonlyMap<string, string>,
): Promise<void> {
  const people = demoCustomers()
  const person = people[index % people.length] as (typeof people)[number]
  const userId = userIds?.get(person.email)
  const caller: Caller = userId
    ? { service: 'gateway', role: 'customer', userId, email: person.email, emailVerified: true }
    : { service: 'gateway', role: 'anonymous' }
  const orders = clientAs(running, ordersApi, caller)
  const orderId = idOf(`order ${index}`)
  // Carts take ids of versions 4 and 7; idOf makes version 8.
  const hashed = idOf(`cart ${index}`)
  const cartId = `${hashed.slice(0, 14)}4${hashed.slice(15)}`
  if (await isPlaced(running, index)) return

  const address = person.addresses[0] as (typeof person.addresses)[number]
  const lines = goodsFor(index)
  const asked = { email: person.email, lines, shippingAddress: address, currency: 'EUR' }
  const first = await orders.putCart({ params: { id: cartId }, body: asked })
  const cart = await orders.putCart({
    params: { id: cartId },
    body: { ...asked, shippingMethod: first.shippingMethods[0]?.id },
  })
  await orders.checkout({
    params: { orderId },
    body: { cartId, expectedTotal: cart.totals.total, payment: { provider: 'simulator', token: 'tok_ok' } },
  })
  await happen(running, orderId, fate, lines)
}

async function happen(
  running: Running,
  id: string,
  fate: Fate,
  lines: { sku: string; quantity: number }[],
): Promise<void> {
  const staff = clientAs(running, ordersApi, seedStaff)
  const headers = { 'idempotency-key': idOf(`${fate} ${id}`) }
  const parcel = { carrier: 'DHL', trackingNumber: `00340434${id.slice(0, 8).toUpperCase()}` }
  if (fate === 'shipped') await staff.ship({ params: { id }, body: parcel, headers })
  if (fate === 'shipped in part')
    await staff.ship({ params: { id }, body: { ...parcel, lines: lines.slice(0, 1) }, headers })
  if (fate === 'canceled') await staff.cancel({ params: { id }, body: { reason: 'Ordered twice by mistake' }, headers })
  if (fate === 'refunded in part') {
    await staff.ship({ params: { id }, body: parcel, headers })
    const refund = {
      lines: lines.slice(0, 1).map((line) => ({ ...line, quantity: 1 })),
      reason: 'Arrived with a crack',
    }
    await staff.refund({ params: { id }, body: refund, headers: { 'idempotency-key': idOf(`refund ${id}`) } })
  }
}

/** Two or three things that are well in stock. */
function goodsFor(index: number): { sku: string; quantity: number }[] {
  const plenty = demoProducts()
    .filter((product) => product.status === 'published')
    .flatMap((product) => product.variants)
    .filter((variant) => Object.values(variant.stock).reduce((sum, one) => sum + one, 0) >= 10)
  const pick = (step: number) => plenty[(index * 7 + step * 13) % plenty.length]?.sku as string
  const skus = [...new Set([pick(0), pick(1), ...(index % 3 === 0 ? [pick(2)] : [])])]
  return skus.map((sku, place) => ({ sku, quantity: 1 + ((index + place) % 2) }))
}
