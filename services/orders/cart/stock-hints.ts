// Tells a cart what seems to be out of stock. The answer is up to half a second old and no promise: inventory decides at
// checkout. When inventory does not answer quickly, the cart is answered without hints.
import type { ClientOf } from '@souk/contracts'
import type { inventoryApi } from '@souk/contracts/inventory'
import { LRUCache } from 'lru-cache'
import pTimeout from 'p-timeout'
import type { CartProblem, PricedLine } from './price-cart.ts'

type Inventory = ClientOf<typeof inventoryApi>
export interface StockHints {
  /** Asks inventory about these SKUs now, so that the answer is on its way while the cart is stored. */
  prepare(skus: readonly string[], inventory: Inventory): void
  /** What is wrong with the stock of these lines, as far as inventory has said. */
  problemsOf(lines: readonly PricedLine[], inventory: Inventory): Promise<CartProblem[]>
  /** The available units by SKU; undefined where inventory did not say. */
  availableUnits(skus: readonly string[], inventory: Inventory): Promise<Map<string, number | undefined>>
}

const keptMs = 500
const mostWaitMs = 300
const mostSkus = 20_000
const mostSkusPerCall = 100

export function makeStockHints(): StockHints {
  /** The available units of each SKU, which all carts that ask meanwhile share. Undefined when inventory did not say. */
  const available = new LRUCache<string, Promise<number | undefined>>({ max: mostSkus, ttl: keptMs })

  return {
    prepare: ask,
    async problemsOf(lines, inventory) {
      const skus = lines.map((line) => line.sku)
      ask(skus, inventory)
      const units = await Promise.all(skus.map((sku) => available.get(sku)))
      return lines.flatMap((line, index) => problemOf(line, units[index]) ?? [])
    },
    async availableUnits(skus, inventory) {
      ask(skus, inventory)
      return new Map(await Promise.all(skus.map(async (sku) => [sku, await available.get(sku)] as const)))
    },
  }

  /** Asks for the SKUs that nobody has asked for in the last half second. */
  function ask(skus: readonly string[], inventory: Inventory): void {
    const unknown = [...new Set(skus)].filter((sku) => !available.has(sku))
    for (let from = 0; from < unknown.length; from += mostSkusPerCall) {
      const some = unknown.slice(from, from + mostSkusPerCall)
      const levels = levelsOf(some, inventory)
      for (const sku of some) {
        const units: Promise<number | undefined> = levels.then((bySku) => bySku?.get(sku))
        available.set(sku, units)
      }
    }
  }
}

/** The available units by SKU; undefined when inventory does not answer in time. The call has logged why. */
function levelsOf(skus: string[], inventory: Inventory): Promise<Map<string, number> | undefined> {
  const levels = inventory.stockLevels({ query: { sku: skus } }).then(
    ({ items }) => new Map(items.map((item) => [item.sku, item.available])),
    () => undefined,
  )
  return pTimeout(levels, { milliseconds: mostWaitMs, fallback: () => undefined })
}

function problemOf({ sku, title, quantity }: PricedLine, available: number | undefined): CartProblem | undefined {
  if (available === undefined || available >= quantity) return undefined
  if (available <= 0) return { code: 'out-of-stock', sku, available: 0, message: `${title} is out of stock.` }
  return { code: 'not-enough-stock', sku, available, message: `Only ${available} of ${title} are left.` }
}
