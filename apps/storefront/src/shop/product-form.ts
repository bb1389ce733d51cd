// The forms of a product's page: choose a variant, put it into the cart, be told when it is back. Each ends in an address to go to, or in what
// is wrong, with all that was typed.
import { ProblemError } from '@souk/contracts/client'
import type { Product } from '@souk/contracts/products'
import type { Texts } from '../texts/texts.ts'
import { changeCart, type Visitor } from './cart.ts'
import { type Chosen, type Variant, variantWith } from './product-view.ts'

const mostOfOne = 999

export interface Typed {
  readonly chosen: Chosen
  readonly quantity: string
  readonly email: string
}
export interface FormErrors {
  choice?: string
  quantity?: string
  email?: string
  /** What stops the whole form, not one field. */
  cart?: string
}
export type Outcome =
  | { readonly sku: string; readonly say?: Readonly<Record<string, string>> }
  | { readonly errors: FormErrors; readonly typed: Typed; readonly variant: Variant | undefined }

/** The name of the field of an option, by its place: names of options may hold anything. */
export const optionField = (index: number) => `option-${index + 1}`

/** Does what the form asks. Throws the API's problems of 500 and up. */
export async function submitProduct(form: FormData, product: Product, visitor: Visitor, t: Texts): Promise<Outcome> {
  const field = (name: string) => String(form.get(name) ?? '').trim()
  const chosen = Object.fromEntries(
    product.options.flatMap(({ name }, index) =>
      field(optionField(index)) ? [[name, field(optionField(index))]] : [],
    ),
  )
  const typed = { chosen, quantity: field('quantity') || '1', email: field('email') }
  const variant = product.variants.length === 1 ? product.variants[0] : variantWith(product, chosen)
  const fail = (errors: FormErrors): Outcome => ({ errors, typed, variant })
  if (!variant) return fail({ choice: whatIsMissing(product, chosen, t) })
  if (field('do') === 'choose') return { sku: variant.sku }
  if (field('do') === 'alert') return askForAlert(variant.sku, typed.email, visitor, t, fail)
  const quantity = /^\d{1,4}$/.test(typed.quantity) ? Number(typed.quantity) : 0
  if (quantity < 1 || quantity > mostOfOne) return fail({ quantity: t('find.quantityWrong', { most: mostOfOne }) })
  return addToCart(variant.sku, quantity, visitor, t, fail)
}

function whatIsMissing({ options }: Product, chosen: Chosen, t: Texts): string {
  const missing = options.find(({ name }) => chosen[name] === undefined)
  if (missing) return t('find.chooseFirst', { option: missing.name })
  return t('find.noSuchMix', { mix: options.map(({ name }) => chosen[name]).join(', ') })
}

async function addToCart(
  sku: string,
  quantity: number,
  visitor: Visitor,
  t: Texts,
  fail: (errors: FormErrors) => Outcome,
): Promise<Outcome> {
  try {
    const cart = await changeCart(visitor, (before) => {
      const had = before.lines.find((one) => one.sku === sku)?.quantity ?? 0
      const line = { sku, quantity: Math.min(mostOfOne, had + quantity) }
      const others = before.lines.filter((one) => one.sku !== sku)
      return {
        ...before,
        lines: had > 0 ? before.lines.map((one) => (one.sku === sku ? line : one)) : [...others, line],
      }
    })
    const problem = cart.problems.find((one) => one.sku === sku)
    if (!problem) return { sku, say: { added: String(quantity) } }
    const left = problem.code === 'not-enough-stock' ? (problem.available ?? 0) : 0
    await changeCart(visitor, (before) => ({
      ...before,
      lines: before.lines.flatMap((one) => (one.sku !== sku ? [one] : left > 0 ? [{ sku, quantity: left }] : [])),
    }))
    return left > 0 ? { sku, say: { left: String(left) } } : fail({ cart: t('find.justSoldOut') })
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return fail({ cart: error.message })
    throw error
  }
}

async function askForAlert(
  sku: string,
  email: string,
  { shop }: Visitor,
  t: Texts,
  fail: (errors: FormErrors) => Outcome,
): Promise<Outcome> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) return fail({ email: t('find.emailWrong') })
  try {
    await shop.notifications.askForStockAlert({ body: { sku, email, language: t.language } })
    return { sku, say: { asked: '1' } }
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status >= 500) throw error
    return fail({ email: error.status === 429 ? t('find.alertsTooMany') : t('find.emailWrong') })
  }
}
