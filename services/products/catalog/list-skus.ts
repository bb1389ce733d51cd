// GET /internal/products/skus. All products with their SKUs, drafts too, by id, for a service that has to know what is for sale.
import { productsApi } from '@souk/contracts/products'
import { handle } from '@souk/service'
import type { ProductsContext } from '../context.ts'

export const listSkus = handle(productsApi.routes.listSkus, async ({ query }, { sql }: ProductsContext) => {
  const items = await sql<{ productId: string; version: number; isForSale: boolean; skus: string[] }>`
    select p.id as product_id, p.version, p.status = 'published' as is_for_sale,
      array(select v.sku from variant v where v.product_id = p.id) as skus
    from product p
    where p.id > ${query.after}
    order by p.id
    limit ${query.limit}`
  return { items }
})
