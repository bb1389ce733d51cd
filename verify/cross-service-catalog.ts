// What must hold of goods between services: no more is sold than there ever was, and orders price what products sell.
import { type Broken, type Check, inBatches, type ShopToLookAt, secondLookMs, tally } from './check.ts'

const batchSize = 2_000
const mostSuspects = 5_000

/** Seen from the orders, not from what inventory says was sold. */
export const oversold: Check = {
  id: 'I5',
  statement: 'No more was ordered and paid than there ever was.',
  where: 'orders with inventory',
  async find(shop) {
    const { note, of } = tally()
    const ordered = await shop.sql('orders')<{ sku: string; quantity: number }>`
      select sku, sum(quantity)::bigint as quantity
      from orders o
      cross join lateral (
        select line ->> 'sku' as sku, (line ->> 'quantity')::bigint as quantity
        from json_array_elements(o.lines) as line
        union all
        select line ->> 'sku', -(line ->> 'unshipped')::bigint
        from refund r, json_array_elements(r.lines) as line
        where r.order_id = o.id and r.status = 'refunded'
      ) as units
      where status in ('paid', 'partially-shipped', 'shipped')
      group by sku`
    // Read second: what came in meanwhile was not ordered before. What came back from orders is not counted as ordered.
    const came = await shop.sql('inventory')<{ sku: string; quantity: number }>`
      select sku, sum(on_hand_change)::bigint as quantity
      from stock_movement
      where kind not in ('sold', 'returned') or reference is null
      group by sku`
    const cameOf = new Map(came.map(({ sku, quantity }) => [sku, quantity]))
    for (const { sku, quantity } of ordered) {
      const there = cameOf.get(sku) ?? 0
      if (quantity > there) note('I5', `${quantity} × ${sku} are paid, and there were ${there}`)
    }
    return of('I5')
  },
}

/** Orders keep a copy of the goods, fed by messages: the newest version must have arrived, and be what it says. */
export const pricedAsSold: Check = {
  id: 'E8',
  statement: 'Orders know the goods as products sell them.',
  where: 'orders with products',
  async find(shop): Promise<Broken> {
    const sold = (after: string) =>
      shop.sql('products')<{ sku: string }>`
        select sku from variant where sku > ${after} order by sku limit ${batchSize}`
    const known = (after: string) =>
      shop.sql('orders')<{ sku: string }>`
        select sku from price_list where sku > ${after} and status <> 'gone' order by sku limit ${batchSize}`
    const suspects: Difference[] = []
    for (const read of [sold, known]) {
      for await (const rows of inBatches(read, (row) => row.sku, '')) {
        suspects.push(
          ...(await differences(
            shop,
            rows.map((row) => row.sku),
          )),
        )
        if (suspects.length >= mostSuspects) break
      }
    }
    const found = new Map(suspects.map(({ sku, detail }) => [sku, detail]))
    if (shop.graceSeconds > 0 && found.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, secondLookMs))
      const still = await differences(shop, [...found.keys()])
      found.clear()
      for (const { sku, detail } of still) found.set(sku, detail)
    }
    const { note, of } = tally()
    for (const detail of found.values()) note('E8', detail)
    return of('E8')
  },
}

interface Difference {
  sku: string
  detail: string
}
interface Good {
  sku: string
  productId: string
  version: number
  slug: string
  title: string
  status: string
  weightGrams: number
  prices: { amount: number; currency: string }[]
}

async function differences(shop: ShopToLookAt, skus: string[]): Promise<Difference[]> {
  const [sold, known] = await Promise.all([
    shop.sql('products')<Good & { isYoung: boolean }>`
      select v.sku, v.product_id, p.version, p.slug, p.title, p.status, v.weight_grams, v.prices,
        p.updated_at > clock_timestamp() - make_interval(secs => ${shop.graceSeconds}) as is_young
      from variant v
      join product p on p.id = v.product_id
      where v.sku = any(${skus}::text[])`,
    shop.sql('orders')<Good>`
      select l.sku, l.product_id, h.version, l.slug, l.title, l.status, l.weight_grams, l.prices
      from price_list l
      left join product_heard h on h.product_id = l.product_id
      where l.sku = any(${skus}::text[]) and l.status <> 'gone'`,
  ])
  const soldBySku = new Map(sold.map((good) => [good.sku, good]))
  const knownBySku = new Map(known.map((good) => [good.sku, good]))
  return skus.flatMap((sku) => {
    const good = soldBySku.get(sku)
    const [is, heard] = [described(good), described(knownBySku.get(sku))]
    return is === heard || good?.isYoung ? [] : [{ sku, detail: `${sku} is ${is}, and orders know ${heard}` }]
  })
}

function described(good: Good | undefined): string {
  if (!good) return 'not for sale'
  const prices = good.prices.map(({ amount, currency }) => `${amount} ${currency}`).sort()
  const { productId, version, slug, title, status, weightGrams } = good
  return `${title} (${slug}, ${status}, ${prices.join(', ')}, ${weightGrams} g; version ${version} of ${productId})`
}
