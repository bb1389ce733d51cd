// Tells a cart what seems to be out of stock. Advice, not a promise: it is up to half a second old, inventory decides at
// checkout, and when inventory does not answer quickly the cart answers without it.
import type { ClientOf } from '@souk/contracts'
import type { inventoryApi } from '@souk/contracts/inventory'
import type { CartProblem, PricedLine } from './cart.ts'

export interface StockHints {
  /** Asks for what a cart is about to need, so that the answer is on its way while the cart is stored. */
  prepare(skus: readonly string[], inventory: ClientOf<typeof inventoryApi>): void
  problemsOf(lines: readonly PricedLine[], inventory: ClientOf<typeof inventoryApi>): Promise<CartProblem[]>
}

const freshMs = 500
const patienceMs = 300
const mostSkus = 20_000
const mostAtOnce = 100

export function makeStockHints(now: () => number = () => performance.now()): StockHints {
  /** How many are available, by SKU: one question at a time for each. Undefined when nobody could say. */
  const asked = new Map<string, { at: number; available: Promise<number | undefined> }>()

  return {
    prepare: ask,
    async problemsOf(lines, inventory) {
      ask(
        lines.map((line) => line.sku),
        inventory,
      )
      const known = await Promise.all(lines.map((line) => asked.get(line.sku)?.available))
      return lines.flatMap((line, index) => problemOf(line, known[index]) ?? [])
    },
  }

  function ask(wanted: readonly string[], inventory: ClientOf<typeof inventoryApi>): void {
    const skus = [...new Set(wanted)].filter(
      (sku) => (asked.get(sku)?.at ?? Number.NEGATIVE_INFINITY) < now() - freshMs,
    )
    if (asked.size + skus.length > mostSkus) asked.clear()
    for (let from = 0; from < skus.length; from += mostAtOnce) {
      const some = skus.slice(from, from + mostAtOnce)
      // The carrier has already logged why there is no answer.
      const answer = inventory.availability({ query: { sku: some } }).catch(() => undefined)
      const soon = withPatience(
        answer.then((reply) => reply && new Map(reply.items.map((item) => [item.sku, item.available]))),
      )
      for (const sku of some) asked.set(sku, { at: now(), available: soon.then((levels) => levels?.get(sku)) })
    }
  }
}

function problemOf({ sku, title, quantity }: PricedLine, available: number | undefined): CartProblem | undefined {
  if (available === undefined || available >= quantity) return undefined
  if (available <= 0) return { code: 'out-of-stock', sku, message: `${title} is out of stock.` }
  return { code: 'not-enough-stock', sku, message: `Only ${available} of ${title} are left.` }
}

async function withPatience<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined)
  })
  return Promise.race([answer, enough]).finally(() => clearTimeout(timer))
}
