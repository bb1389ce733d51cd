// The rules of options and variants: every variant is one choice of each option, and no choice is there twice.
import { largestTotal } from '@souk/contracts/basics'
import type { ProductInput } from '@souk/contracts/products'
import { hasTooManyDecimals, unitPriceOf } from './measure.ts'

type Options = NonNullable<ProductInput['options']>
type Variants = ProductInput['variants']

/** A sentence about what is wrong with these variants, for the person who typed them; undefined when nothing is wrong. */
export function wrongVariants(options: Options, variants: Variants): string | undefined {
  return (
    wrongOptions(options) ??
    sameSku(variants) ??
    first(variants, (variant) => wrongVariant(options, variant)) ??
    sameChoice(options, variants)
  )
}

/** A variant as it is stored, but for its reductions. */
export function storedVariant(variant: Variants[number]) {
  const { sku, options = {}, prices, weightGrams = 0, measure = null, reduced: isReduced = false } = variant
  return { sku, options, prices, weightGrams, measure, isReduced }
}

/** The options in words: "Blue, M"; with `word`, in those of another language. */
export function variantTitle(
  options: readonly { name: string }[],
  chosen: Readonly<Record<string, string>>,
  word: (original: string) => string = (original) => original,
): string {
  return options.map(({ name }) => word(chosen[name] ?? '')).join(', ')
}

function wrongOptions(options: Options): string | undefined {
  const name = repeated(options.map((option) => option.name))
  if (name !== undefined) return `The option "${name}" is there twice.`
  return first(options, (option) => {
    const value = repeated(option.values)
    return value === undefined ? undefined : `The option "${option.name}" has the value "${value}" twice.`
  })
}

function sameSku(variants: Variants): string | undefined {
  const sku = repeated(variants.map((variant) => variant.sku.toLowerCase()))
  return sku === undefined ? undefined : `The SKU ${sku} is there twice; capitals make no difference.`
}

function wrongVariant(options: Options, variant: Variants[number]): string | undefined {
  const { sku, options: chosen = {}, prices } = variant
  const currency = repeated(prices.map((price) => price.currency))
  if (currency !== undefined) return `Variant ${sku} has two prices in ${currency}.`
  const measure = wrongMeasure(variant)
  if (measure !== undefined) return measure
  const unknown = Object.keys(chosen).find((name) => !options.some((option) => option.name === name))
  if (unknown !== undefined) return `Variant ${sku} chooses "${unknown}", which is not an option of this product.`
  return first(options, ({ name, values }) => {
    if (!Object.hasOwn(chosen, name)) return `Variant ${sku} does not say its "${name}".`
    const value = chosen[name] as string
    return values.includes(value)
      ? undefined
      : `Variant ${sku} has the "${name}" "${value}", which is not among its values.`
  })
}

function wrongMeasure({ sku, prices, measure }: Variants[number]): string | undefined {
  if (!measure) return undefined
  if (hasTooManyDecimals(measure)) return `The quantity of variant ${sku} has more than three decimal places.`
  return first(prices, (price) => {
    const unit = unitPriceOf(price, measure)
    return unit.price.amount <= largestTotal
      ? undefined
      : `Variant ${sku} would cost too much for each ${unit.per}: look at its quantity and unit.`
  })
}

function sameChoice(options: Options, variants: Variants): string | undefined {
  const seen = new Map<string, string>()
  return first(variants, ({ sku, options: chosen = {} }) => {
    const choice = JSON.stringify(options.map(({ name }) => chosen[name]))
    const other = seen.get(choice)
    seen.set(choice, sku)
    if (other === undefined) return undefined
    const which = options.length > 0 ? `both "${variantTitle(options, chosen)}"` : 'alike: give the product an option'
    return `Variants ${other} and ${sku} are ${which}.`
  })
}

function repeated(names: readonly string[]): string | undefined {
  return names.length === new Set(names).size ? undefined : names.find((name, place) => names.indexOf(name) !== place)
}

function first<T>(list: readonly T[], wrong: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const sentence = wrong(one)
    if (sentence !== undefined) return sentence
  }
  return undefined
}
