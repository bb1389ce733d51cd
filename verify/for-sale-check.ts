// Compares what inventory takes for being for sale with the catalog of products.
import { type Check, collectViolations, type ShopToVerify } from './check.ts'
import { batchSize, compareSkus, type Difference } from './compare-skus.ts'

export const forSaleCheck: Check = {
  id: 'I11',
  statement: 'Inventory knows which SKUs are for sale.',
  where: 'inventory with products',
  async find(shop) {
    const violations = collectViolations()
    const [fill] = await shop.sql('inventory')<{ isDone: boolean }>`select is_done from catalog_fill`
    // The catalog of an older shop has not been read to its end.
    if (!fill?.isDone) return violations.of('I11')
    const inCatalog = (after: string) =>
      shop.sql('products')<{ sku: string }>`
        select sku from variant where sku > ${after} order by sku limit ${batchSize}`
    const inInventory = (after: string) =>
      shop.sql('inventory')<{ sku: string }>`
        select sku from for_sale where sku > ${after} and is_for_sale order by sku limit ${batchSize}`
    const lists = [inCatalog, inInventory]
    for (const detail of await compareSkus(shop, { lists, compare: (skus) => compare(shop, skus) }))
      violations.add('I11', detail)
    return violations.of('I11')
  },
}

async function compare(shop: ShopToVerify, skus: string[]): Promise<Difference[]> {
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
  return skus
    .filter((sku) => isSold.has(sku) !== isKnown.has(sku) && !isSold.get(sku)?.isRecent)
    .map((sku) => ({ sku, detail: `${sku} is ${isSold.has(sku) ? '' : 'not '}for sale, and inventory says otherwise` }))
}
