// Compares what orders sold with what inventory received, and the price list of orders with the catalog of products.
import { type Check, collectViolations, type ShopToVerify } from './check.ts'
import { batchSize, compareSkus, type Difference } from './compare-skus.ts'

/** Counts what orders say was sold, not what inventory says. */
export const oversellingCheck: Check = {
  id: 'I5',
  statement: 'No more units were sold than were ever in stock.',
  where: 'orders with inventory',
  async find(shop) {
    const violations = collectViolations()
    const ordered = await shop.sql('orders')<{ sku: string; quantity: number }>`
      select sku, sum(quantity)::bigint as quantity
      from orders o
      cross join lateral (
        select line ->> 'sku' as sku, (line ->> 'quantity')::bigint as quantity
        from json_array_elements(o.lines) as line
        union all
        select line ->> 'sku', -(line ->> 'unshipped')::bigint - coalesce((line ->> 'restocked')::bigint, 0)
        from refund r, json_array_elements(r.lines) as line
        where r.order_id = o.id and r.status = 'refunded'
      ) as units
      where status in ('paid', 'partially-shipped', 'shipped')
      group by sku`
    // Read after the orders, so that what was received meanwhile does not look oversold. Returns of orders count as not ordered.
    const received = await shop.sql('inventory')<{ sku: string; quantity: number }>`
      select sku, sum(on_hand_change)::bigint as quantity
      from stock_movement
      where kind not in ('sold', 'returned') or reference is null
      group by sku`
    const receivedOf = new Map(received.map(({ sku, quantity }) => [sku, quantity]))
    for (const { sku, quantity } of ordered) {
      const inStock = receivedOf.get(sku) ?? 0
      if (quantity > inStock) violations.add('I5', `${quantity} × ${sku} are paid, and there were ${inStock}`)
    }
    return violations.of('I5')
  },
}

/** Orders keep a copy of the catalog, fed by messages: it must have the newest version of each product, with the same content. */
export const priceListCheck: Check = {
  id: 'E8',
  statement: 'The price list of orders is the catalog of products.',
  where: 'orders with products',
  async find(shop) {
    const inCatalog = (after: string) =>
      shop.sql('products')<{ sku: string }>`
        select sku from variant where sku > ${after} order by sku limit ${batchSize}`
    const inPriceList = (after: string) =>
      shop.sql('orders')<{ sku: string }>`
        select sku from price_list where sku > ${after} and status <> 'gone' order by sku limit ${batchSize}`
    const lists = [inCatalog, inPriceList]
    const violations = collectViolations()
    for (const detail of await compareSkus(shop, { lists, compare: (skus) => comparePrices(shop, skus) }))
      violations.add('E8', detail)
    return violations.of('E8')
  },
}

interface CatalogEntry {
  sku: string
  productId: string
  version: number
  slug: string
  title: string
  status: string
  weightGrams: number
  prices: { amount: number; currency: string }[]
}

async function comparePrices(shop: ShopToVerify, skus: string[]): Promise<Difference[]> {
  const [sold, listed] = await Promise.all([
    shop.sql('products')<CatalogEntry & { isRecent: boolean }>`
      select v.sku, v.product_id, p.version, p.slug, p.title, p.status, v.weight_grams, v.prices,
        p.updated_at > clock_timestamp() - make_interval(secs => ${shop.graceSeconds}) as is_recent
      from variant v
      join product p on p.id = v.product_id
      where v.sku = any(${skus}::text[])`,
    shop.sql('orders')<CatalogEntry>`
      select l.sku, l.product_id, h.version, l.slug, l.title, l.status, l.weight_grams, l.prices
      from price_list l
      left join product_heard h on h.product_id = l.product_id
      where l.sku = any(${skus}::text[]) and l.status <> 'gone'`,
  ])
  const soldBySku = new Map(sold.map((entry) => [entry.sku, entry]))
  const listedBySku = new Map(listed.map((entry) => [entry.sku, entry]))
  return skus.flatMap((sku) => {
    const entry = soldBySku.get(sku)
    const [inCatalog, inPriceList] = [described(entry), described(listedBySku.get(sku))]
    if (inCatalog === inPriceList || entry?.isRecent) return []
    return [{ sku, detail: `${sku} is ${inCatalog} in products, and ${inPriceList} in orders` }]
  })
}

function described(entry: CatalogEntry | undefined): string {
  if (!entry) return 'not for sale'
  const prices = entry.prices.map(({ amount, currency }) => `${amount} ${currency}`).sort()
  const { productId, version, slug, title, status, weightGrams } = entry
  return `${title} (${slug}, ${status}, ${prices.join(', ')}, ${weightGrams} g; version ${version} of ${productId})`
}
