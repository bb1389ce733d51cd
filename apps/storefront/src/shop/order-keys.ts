// The keys of a guest's orders, in a cookie that scripts cannot read. A key comes from the checkout, from the link of a mail, or from
// number and e-mail address.
import { ProblemError } from '@souk/contracts/client'
import type { Order } from '@souk/contracts/orders'
import type { AstroCookies } from 'astro'
import { setCookie } from './cookies.ts'
import type { Shop } from './shop.ts'

const mostOrders = 12
const entry = /^[0-9a-f-]{36}:[\w.~-]{1,200}$/i

function entriesOf(cookies: AstroCookies): string[] {
  return (cookies.get('souk_order_keys')?.value ?? '').split('/').filter((one) => entry.test(one))
}

/** The key of an order that this browser has, or undefined. */
export function orderKeyOf(cookies: AstroCookies, id: string): string | undefined {
  return entriesOf(cookies)
    .find((one) => one.startsWith(`${id}:`))
    ?.slice(id.length + 1)
}

/** Keeps the key of an order in this browser; the oldest goes when there are many. */
export function keepOrderKey(cookies: AstroCookies, url: URL, id: string, key: string): void {
  const others = entriesOf(cookies).filter((one) => !one.startsWith(`${id}:`))
  setCookie(cookies, url, 'souk_order_keys', [`${id}:${key}`, ...others].slice(0, mostOrders).join('/'))
}

/** The header that opens an order to this browser's guest; none for others. */
export function orderKeyHeader(cookies: AstroCookies, id: string): Record<string, string> {
  const key = orderKeyOf(cookies, id)
  return key === undefined ? {} : { 'order-key': key }
}

/** An order that this visitor may see: as its owner, or with its key. Undefined when there is none. Throws when nothing answers. */
export async function readOrder(shop: Shop, cookies: AstroCookies, id: string): Promise<Order | undefined> {
  try {
    return await shop.orders.read({ params: { id }, headers: orderKeyHeader(cookies, id) })
  } catch (error) {
    if (error instanceof ProblemError && (error.status === 404 || error.status === 400)) return undefined // Or no id at all.
    throw error
  }
}
