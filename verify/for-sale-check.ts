// Compares what inventory takes for being for sale with the catalog of products.
import { type Check, collectViolations, inBatches, recheckMs, type ShopToVerify } from './check.ts'

const batchSize = 5_000
const mostSuspects = 5_000

export const forSaleCheck: Check = {
  id: 'I11',
  statement: 'Inventory knows which SKUs are for sale.',
  where: 'inventory with products',
  async find(shop) {
    let wrong = await findWrong(shop)
    if (shop.graceSeconds > 0 && wrong.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, recheckMs))
      wrong = await compare(shop, [...wrong.keys()])
    }
    const violations = collectViolations()
    for (const detail of wrong.values()) violations.add('I11', detail)
    return violations.of('I11')
  },
}

/** By SKU, until there are many. Nothing while the catalog of an older shop has not been read to its end. */
async function findWrong(shop: ShopToVerify): Promise<Map<string, string>> {
  const wrong = new Map<string, string>()
  const [fill] = await shop.sql('inventory')<{ isDone: boolean }>`select is_done from catalog_fill`
  if (!fill?.isDone) return wrong
  const inCatalog = (after: string) =>
    shop.sql('products')<{ sku: string }>`
      select sku from variant where sku > ${after} order by sku limit ${batchSize}`
  const inInventory = (after: string) =>
    shop.sql('inventory')<{ sku: string }>`
      select sku from for_sale where sku > ${after} and is_for_sale order by sku limit ${batchSize}`
  for (const read of [inCatalog, inInventory]) {
    for await (const rows of inBatches(read, (row) => row.sku, '')) {
      const skus = rows.map((row) => row.sku)
      for (const [sku, detail] of await compare(shop, skus)) wrong.set(sku, detail)
      if (wrong.size >= mostSuspects) break
    }
  }
  return wrong
}

async function compare(shop: ShopToVerify, skus: string[]): Promise<Map<string, string>> {
  const [sold, known] = await Promise.all([
    shop.sql('products')<{ sku: string; isRecent: boolean }>`
      select v.sku, p.updated_at > clock_timestamp() - make_interval(secs => ${shop.graceSeconds}) as is_recent
      from variant v
      join product p on p.id = v.product_id
      where v.sku = any(${skus}::text[]) and p.status = 'published'`,
    shop.sql('inventory')<{ sku: string }>`
      select sku from for_sale where sku = any(${skus}::text[]) and is_for_sale`,
  ])
  const isSold = new Map(sold.map(({ sku, isRecent }) => [sku, { isRecent }]))
  const isKnown = new Set(known.map(({ sku }) => sku))
  return new Map(
    skus
      .filter((sku) => isSold.has(sku) !== isKnown.has(sku) && !isSold.get(sku)?.isRecent)
      .map((sku) => [sku, `${sku} is ${isSold.has(sku) ? '' : 'not '}for sale, and inventory says otherwise`]),
  )
}
