// Learns which SKUs are for sale: from the messages of products, and once by reading the products from before inventory listened.
import { ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { on, type Transaction } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { type HeardProduct, storeHeard, storeRead } from './for-sale-table.ts'

const pageSize = 500

export const rememberForSale = [
  on([ProductChanged], async ({ productId, version, status, variants }, { beforeCommit }) => {
    const skus = variants.map(({ sku }) => sku)
    beforeCommit(storeAll, { productId, version, skus, isForSale: status === 'published' })
  }),
  on([ProductDeleted], async ({ productId, version }, { beforeCommit }) => {
    beforeCommit(storeAll, { productId, version, skus: [], isForSale: false, isDeleted: true })
  }),
]

/** One statement for all messages of a batch. */
function storeAll(heard: readonly HeardProduct[], { sql }: Pick<Transaction, 'sql'>): Promise<void> {
  return storeHeard(sql, heard)
}

/**
 * Reads all products page by page, until it has done that once in the life of this database. Several instances may do it at once:
 * what is stored twice is the same. While products does not answer, it is tried again later.
 */
export async function readCatalogOnce(context: InventoryContext, stopping: AbortSignal): Promise<void> {
  const { sql, resources, clients, log } = context
  if (resources.catalog.isRead) return
  const [progress] = await sql<{ afterProduct: string; isDone: boolean }>`
    select after_product, is_done from catalog_fill`
  let { afterProduct, isDone } = progress ?? { afterProduct: '', isDone: true }
  try {
    while (!isDone && !stopping.aborted) {
      const { items } = await clients.products.listSkus({ query: { after: afterProduct, limit: pageSize } })
      afterProduct = items.at(-1)?.productId ?? afterProduct
      isDone = items.length < pageSize
      await storeRead(sql, items, { afterProduct, isDone })
    }
    resources.catalog.isRead = isDone
  } catch (error) {
    log.warn({ error: String(error) }, 'The catalog could not be read to its end. It is continued soon.')
  }
}
