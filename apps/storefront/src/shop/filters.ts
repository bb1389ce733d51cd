// The filters of a list as its page shows them: groups of values with counts and what is chosen, and the chips that take a filter away.

import type { Texts } from '../texts/texts.ts'
import { type ListQuery, minorUnits, writeListQuery } from './list-query.ts'
import type { ShopReply } from './shop.ts'

export type List = ShopReply<'products', 'list'>

export interface FilterValue {
  /** As in the address: "material:Clay". */
  readonly value: string
  readonly title: string
  readonly count: number
  readonly isChosen: boolean
}
export interface FilterGroup {
  readonly name: string
  readonly title: string
  readonly values: readonly FilterValue[]
  readonly chosenCount: number
}
export interface Chip {
  readonly words: string
  /** The list without this filter. */
  readonly query: ListQuery
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1).replaceAll('-', ' ')
const partsOf = (attribute: string) => {
  const at = attribute.indexOf(':')
  return [attribute.slice(0, at), attribute.slice(at + 1)] as const
}

/** The groups of a list's filters by attribute. Values that were chosen stay, even where the list has none of them. */
export function filterGroups({ facets = [] }: Pick<List, 'facets'>, { attributes }: ListQuery): FilterGroup[] {
  const chosen = new Map<string, string[]>()
  for (const [name, value] of attributes.map(partsOf)) chosen.set(name, [...(chosen.get(name) ?? []), value])
  const known = facets.filter(({ name }) => name !== 'category')
  const missing = [...chosen.keys()].filter((name) => !known.some((one) => one.name === name))
  return [...known, ...missing.map((name) => ({ name, title: undefined, values: [] }))].map(
    ({ name, title, values }) => {
      const mine = chosen.get(name) ?? []
      const gone = mine.filter((value) => !values.some((one) => one.value === value))
      const all = [...values, ...gone.map((value) => ({ value, title: undefined, count: 0 }))]
      return {
        name,
        title: title ?? capitalized(name),
        chosenCount: mine.length,
        values: all.map((one) => ({
          value: `${name}:${one.value}`,
          title: one.title ?? one.value,
          count: one.count,
          isChosen: mine.includes(one.value),
        })),
      }
    },
  )
}

/** One chip for each filter that is on. */
export function chipsOf(query: ListQuery, groups: readonly FilterGroup[], t: Texts, currency: string): Chip[] {
  const first = { ...query, page: 1 }
  const chips = groups.flatMap(({ title, values }) =>
    values
      .filter(({ isChosen }) => isChosen)
      .map(({ value, title: words }) => ({
        words: `${title}: ${words}`,
        query: { ...first, attributes: query.attributes.filter((one) => one !== value) },
      })),
  )
  const range = priceWords(query, t, currency)
  return range ? [...chips, { words: range, query: { ...first, min: '', max: '' } }] : chips
}

function priceWords({ min, max }: ListQuery, t: Texts, currency: string): string | undefined {
  const words = (typed: string) => {
    const amount = minorUnits(typed)
    return amount === undefined ? undefined : t.money({ amount, currency })
  }
  const [from, to] = [words(min), words(max)]
  if (from && to) return t('find.priceBetween', { from, to })
  if (from) return t('find.priceAbove', { from })
  return to && t('find.priceBelow', { to })
}

/** The query without each of its filters in turn: all values of one attribute are one filter, and so is the price. */
export function withoutEach(query: ListQuery, groups: readonly FilterGroup[], t: Texts): Chip[] {
  const first = { ...query, page: 1 }
  const byAttribute = groups
    .filter(({ chosenCount }) => chosenCount > 0)
    .map(({ name, title, values }) => ({
      words: `${title}: ${values.flatMap((one) => (one.isChosen ? [one.title] : [])).join(', ')}`,
      query: { ...first, attributes: query.attributes.filter((one) => partsOf(one)[0] !== name) },
    }))
  const byPrice = query.min || query.max ? [{ words: t('find.price'), query: { ...first, min: '', max: '' } }] : []
  return [...byAttribute, ...byPrice]
}

/** What is wrong with the price range that was typed, as a sentence. */
export function priceProblem({ min, max }: ListQuery, t: Texts): string | undefined {
  const isWrong = (typed: string) => typed !== '' && minorUnits(typed) === undefined
  return isWrong(min) || isWrong(max) ? t('find.priceWrong') : undefined
}

export const addressOf = (path: string, query: Partial<ListQuery>) => `${path}${writeListQuery(query)}`
