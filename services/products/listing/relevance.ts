// The order of a search: how well a product fits the words. Products are looked for in steps, each of which runs only while those
// before do not fill the page; how many products a step looks at is limited.
import { join, type Sql, type Statement } from '@souk/postgres'
import { type After, atMost } from './cursors.ts'
import { type Alias, alias, type Filters, matchingBut } from './list-filters.ts'
import type { OrderedPage } from './product-card.ts'
import {
  hasSku,
  hasWords,
  hasWordsOnShelf,
  type Search,
  titleHasExactWords,
  titleHasWords,
  titlePatterns,
} from './search-query.ts'

/** Each step ranks at most this many products, and no more than this many of its finds can be paged through. */
export const mostRanked = 2_000

/** A way to fit the words. Its place times 1,000 is a product's key; inside a step short titles come first, then newer products. */
interface Step {
  readonly name: string
  readonly place: (p: Alias) => Statement
  readonly condition: (p: Alias) => Statement
}

/** From the best fit to the least one. */
function stepsOf(sql: Sql, search: Search, hasOriginalTitles: boolean) {
  const patterns = titlePatterns(search)
  // "ceramic bowl": a bowl among the ceramics, before other ceramics on the shelf with the bowls.
  const byTitle = (p: Alias, least: number) => sql`
    case when not ${hasOriginalTitles}::boolean then ${least}::int
      when ${p}.title like all(${patterns}::text[]) then 3 when ${p}.title like any(${patterns}::text[]) then 2
      else ${least}::int end`
  const isIt: Step = {
    name: 'is_it',
    place: () => sql`5`,
    condition: (p) => sql`(${p}.title = ${search.title} or ${p}.words @@ ${hasSku(sql, search)})`,
  }
  const inTitleExactly: Step = {
    name: 'in_title_exactly',
    place: () => sql`4`,
    condition: (p) => sql`${p}.title_words @@ ${titleHasExactWords(sql, search)}`,
  }
  const inTitle: Step = {
    name: 'in_title',
    place: () => sql`3`,
    condition: (p) => sql`${p}.title_words @@ ${titleHasWords(sql, search)}`,
  }
  const onShelf: Step = {
    name: 'on_shelf',
    place: (p) => byTitle(p, 1),
    condition: (p) => sql`${p}.words @@ ${hasWordsOnShelf(sql, search)}`,
  }
  const anywhere: Step = {
    name: 'anywhere',
    place: (p) => byTitle(p, 0),
    condition: (p) => sql`${p}.words @@ ${hasWords(sql, search)}`,
  }
  return { isIt, inTitleExactly, inTitle, onShelf, anywhere }
}

/** A page of a search by relevance. */
export function byRelevance(sql: Sql, filters: Filters, search: Search, after: After, count: number): OrderedPage {
  const hasOriginalTitles = filters.language === undefined
  const { isIt, inTitleExactly, inTitle, onShelf, anywhere } = stepsOf(sql, search, hasOriginalTitles)
  const isShort = (steps: readonly Step[]) => {
    const found = steps.map((step) => sql`(select count(*) from ${alias(step.name)} as f where ${isAfter(sql, after)})`)
    return sql`${join(found, ' + ')} < ${count}`
  }
  const isFull = (step: Step) => sql`(select count(*) from ${alias(step.name)}) = ${mostRanked}`
  const first = [isIt, inTitleExactly]
  const steps = [...first, inTitle, onShelf, anywhere]
  const parts = [
    lookUp(sql, filters, isIt, [], sql`true`),
    lookUp(sql, filters, inTitleExactly, [isIt], isShort([isIt])),
    lookUp(sql, filters, onShelf, first, isShort(first)),
    // Patterns find words in original titles only. And when there are more on the shelf than are ranked, those with the words in their
    // titles might not be among them.
    lookUp(
      sql,
      filters,
      inTitle,
      first,
      hasOriginalTitles ? sql`${isShort(first)} and ${isFull(onShelf)}` : isShort(first),
    ),
    lookUp(sql, filters, anywhere, [...first, inTitle, onShelf], isShort([...first, inTitle, onShelf])),
  ]
  const found = steps.map((step) => {
    const others = step === onShelf ? notIn(sql, alias('f'), [inTitle]) : []
    return sql`select f.id, f.key from ${alias(step.name)} as f where ${join([isAfter(sql, after), ...others], ' and ')}`
  })
  return {
    page: sql`
      with ${join(parts, ', ')}
      select ranked.id, ranked.key
      from (${join(found, ' union all ')}) as ranked
      order by ranked.key desc, ranked.id desc
      ${atMost(count)}`,
    order: sql`page.key desc, page.id desc`,
  }
}

/** The products of a step that are in none of the earlier ones, by the index. Looks at nothing unless `isNeeded`. */
function lookUp(
  sql: Sql,
  filters: Filters,
  { name, place, condition }: Step,
  earlier: readonly Step[],
  isNeeded: Statement,
): Statement {
  const p = alias('p')
  const { from, conditions } = matchingBut(sql, p, filters, [condition(p)])
  const all = [...conditions, ...notIn(sql, p, earlier), isNeeded]
  return sql`${alias(name)} as materialized (
    select ${p}.id, ${place(p)} * 1000 + 999 - least(length(${p}.title), 999) as key ${from} where ${join(all, ' and ')} ${atMost(mostRanked)})`
}

function notIn(sql: Sql, p: Alias, steps: readonly Step[]): Statement[] {
  return steps.map((step) => sql`${p}.id not in (select f.id from ${alias(step.name)} as f)`)
}

/** That a row `f` of a step comes after the page before. */
function isAfter(sql: Sql, after: After): Statement {
  return after ? sql`(f.key, f.id) < (${after[0]}::int, ${after[1]}::uuid)` : sql`true`
}
