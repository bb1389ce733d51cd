// Changes to the lines of a cart, as pure functions: what a form asks for, and what the stock asks for.
import type { Cart, CartInput } from '@souk/contracts/orders'
import type { Texts } from '../texts/texts.ts'
import { mostUnits } from './cart.ts'
import type { Tell } from './told.ts'

type Lines = CartInput['lines']
type Price = Cart['lines'][number]['unitPrice']

/**
 * The lines with the quantities that a form asks for. The form says for each line what it showed, and only what differs from that is
 * a wish: a line that another tab has changed or taken out meanwhile stays as that tab left it.
 */
export function withQuantities(lines: Lines, fields: Readonly<Record<string, string>>): Lines {
  return lines.flatMap((line) => {
    const asked = fields[`quantity:${line.sku}`]
    if (asked === undefined || asked === fields[`was:${line.sku}`]) return [line]
    const quantity = quantityIn(asked)
    if (quantity === undefined) return [line]
    return quantity === 0 ? [] : [{ sku: line.sku, quantity }]
  })
}

/** A whole number from 0 to the most that one cart holds; undefined for anything else. */
export function quantityIn(text: string): number | undefined {
  const plain = text.normalize('NFKC').trim()
  return /^\d{1,9}$/.test(plain) ? Math.min(mostUnits, Number(plain)) : undefined
}

/** The names of the fields whose quantity is not a number. */
export function wrongQuantities(fields: Readonly<Record<string, string>>): string[] {
  return Object.keys(fields).filter(
    (name) => name.startsWith('quantity:') && quantityIn(fields[name] as string) === undefined,
  )
}

/** The lines with one more, in the place where it was; unchanged when the SKU is there again. */
export function putBack(lines: Lines, undo: { sku: string; quantity: number; at: number }): Lines {
  if (lines.some((line) => line.sku === undo.sku)) return lines
  const { sku, quantity, at } = undo
  return [...lines.slice(0, at), { sku, quantity }, ...lines.slice(at)]
}

/**
 * What to say of prices that are not those that were seen. Storing a cart accepts its prices, so each step that stores it says this on the
 * next page.
 */
export function priceTells(
  lines: Cart['lines'],
  seen: (line: Cart['lines'][number]) => Price | undefined,
  t: Texts,
): Tell[] {
  return lines.flatMap((line) => {
    const before = seen(line)
    if (!before || before.amount === line.unitPrice.amount) return []
    const values = { name: line.title, new: t.money(line.unitPrice), old: t.money(before) }
    return [{ kind: 'alert', text: 'buy.priceChanged', values }]
  })
}

/** What has to change so that the cart can be bought: SKUs to leave out, and quantities to lower, with what to say about each. */
export interface Settlement {
  readonly tells: readonly Tell[]
  apply(lines: Lines): Lines
}

/** Undefined when nothing has to change. `missing`: SKUs that inventory has refused, whatever the cart says. */
export function settlementOf(cart: Cart, missing: readonly string[] = []): Settlement | undefined {
  const left = new Map<string, number>()
  const tells: Tell[] = []
  for (const { sku, title, quantity } of cart.lines) {
    const problem = cart.problems.find((one) => one.sku === sku && one.code !== 'order-too-large')
    if (!problem && !missing.includes(sku)) continue
    const available = problem?.code === 'not-enough-stock' ? (problem.available ?? 0) : 0
    left.set(sku, available)
    if (available > 0) {
      const values = { name: title, n: available, m: quantity }
      tells.push({ kind: 'alert', text: 'buy.fewerLeft', values })
    } else {
      const isStock = !problem || problem.code === 'out-of-stock' || problem.code === 'not-enough-stock'
      tells.push({ kind: 'alert', text: isStock ? 'buy.soldOut' : 'buy.notForSale', values: { name: title } })
    }
  }
  if (left.size === 0) return undefined
  return {
    tells,
    apply: (lines) =>
      lines.flatMap(({ sku, quantity }) => {
        const units = Math.min(quantity, left.get(sku) ?? quantity)
        return units > 0 ? [{ sku, quantity: units }] : []
      }),
  }
}
