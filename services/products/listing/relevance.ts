// The order of a search: how well a product fits the words. A product's place is found in steps, each of which is tried only while
// those before do not fill the page; how many products a step looks at is limited.
import { join, type Sql, type Statement } from '@souk/postgres'
import { type After, atMost } from './cursors.ts'
import { type Alias, alias, type Filters, matchingBut } from './list-filters.ts'
import { type CardRow, withCards } from './product-card.ts'
import {
  hasSku,
  hasWords,
  hasWordsOnShelf,
  type Search,
  titleHasExactWords,
  titleHasSomeWord,
  titleHasWords,
} from './search-query.ts'

/** Each step looks at this many products, and no more than this many of its finds can be paged through. */
const mostRanked = 10_000

interface Step {
  readonly name: string
  readonly condition: (p: Alias) => Statement
}

/** From the best fit to the least one. A product's key is its step in thousands; inside a step short titles come first. */
function stepsOf(sql: Sql, search: Search): Step[] {
  const partly = (p: Alias) =>
    sql`${p}.words @@ ${hasWordsOnShelf(sql, search)} and ${p}.title_words @@ ${titleHasSomeWord(sql, search)}`
  return [
    { name: 'is_it', condition: (p) => sql`(${p}.title = ${search.title} or ${p}.words @@ ${hasSku(sql, search)})` },
    { name: 'in_title_exactly', condition: (p) => sql`${p}.title_words @@ ${titleHasExactWords(sql, search)}` },
    { name: 'in_title', condition: (p) => sql`${p}.title_words @@ ${titleHasWords(sql, search)}` },
    // "ceramic bowl": a bowl among the ceramics, before other ceramics on the shelf with the bowls.
    ...(search.words.length > 1 ? [{ name: 'partly_in_title', condition: partly }] : []),
    { name: 'on_shelf', condition: (p) => sql`${p}.words @@ ${hasWordsOnShelf(sql, search)}` },
    { name: 'anywhere', condition: (p) => sql`${p}.words @@ ${hasWords(sql, search)}` },
  ]
}

/** A page of a search by relevance. */
export function byRelevance(
  sql: Sql,
  filters: Filters,
  search: Search,
  after: After,
  count: number,
): Statement<CardRow> {
  const steps = stepsOf(sql, search)
  const p = alias('p')
  const parts = steps.map(({ name, condition }, place) => {
    const { from, conditions } = matchingBut(sql, p, filters, [condition(p)])
    const earlier = steps.slice(0, place).map((step) => alias(step.name))
    const unseen = earlier.map((step) => sql`and ${p}.id not in (select ${step}.id from ${step})`)
    const found = earlier.map((step) => sql`(select count(*) from ${step} where ${isAfter(sql, step, after)})`)
    const isNeeded = found.length > 0 ? sql`and ${join(found, ' + ')} < ${count}` : sql``
    const base = (steps.length - 1 - place) * 1_000
    return sql`${alias(name)} as materialized (
      select ${p}.id, ${base}::int + 999 - least(length(${p}.title), 999) as key
      ${from}
      where ${join(conditions, ' and ')} ${join(unseen, ' ')} ${isNeeded}
      ${atMost(mostRanked)})`
  })
  const all = steps.map(({ name }) => {
    const step = alias(name)
    return sql`select ${step}.id, ${step}.key from ${step} where ${isAfter(sql, step, after)}`
  })
  return withCards(
    sql,
    sql`
      with ${join(parts, ', ')}
      select ranked.id, ranked.key
      from (${join(all, ' union all ')}) as ranked
      order by ranked.key desc, ranked.id desc
      ${atMost(count)}`,
    sql`page.key desc, page.id desc`,
    filters,
  )
}

function isAfter(sql: Sql, step: Alias, after: After): Statement {
  return after ? sql`(${step}.key, ${step}.id) < (${after[0]}::int, ${after[1]}::uuid)` : sql`true`
}
