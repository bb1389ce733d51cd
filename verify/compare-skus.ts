// Compares what two services say of each SKU.
import { inBatches, recheckMs, type ShopToVerify } from './check.ts'

export const batchSize = 2_000
const mostDifferences = 5_000

export interface Difference {
  sku: string
  detail: string
}
interface Comparison {
  /** Of each service, its SKUs behind the given one, in order, at most `batchSize`. */
  lists: ((after: string) => PromiseLike<{ sku: string }[]>)[]
  compare(skus: string[]): Promise<Difference[]>
}

/** Each SKU of both services, until there are many differences. On an open shop, the differences are compared once more. */
export async function compareSkus({ graceSeconds }: ShopToVerify, { lists, compare }: Comparison): Promise<string[]> {
  const found = new Map<string, string>()
  for (const read of lists) {
    for await (const rows of inBatches(read, (row) => row.sku, '')) {
      const skus = rows.map((row) => row.sku)
      for (const { sku, detail } of await compare(skus)) found.set(sku, detail)
      if (found.size >= mostDifferences) break
    }
  }
  if (graceSeconds === 0 || found.size === 0) return [...found.values()]
  await new Promise((resolve) => setTimeout(resolve, recheckMs))
  return (await compare([...found.keys()])).map(({ detail }) => detail)
}
