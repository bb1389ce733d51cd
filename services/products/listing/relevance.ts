// The order of a search: how well a product fits the words. Products whose titles have the very words are looked for first. Only when
// they do not fill the page, all matches are: few of them are compared one by one, many are looked up step by step in the indexes.
import { join, type Sql, type Statement } from '@souk/postgres'
import { type After, atMost } from './cursors.ts'
import { type Alias, alias, type Filters, matchingBut } from './list-filters.ts'
import { type CardRow, withCards } from './product-card.ts'
import { nameOf } from './search-index.ts'
import {
  hasSku,
  hasWords,
  hasWordsOnShelf,
  type Search,
  titleHasExactWords,
  titleHasSomeWord,
  titleHasWords,
} from './search-query.ts'

/** Each step ranks at most this many products, and no more than this many of its finds can be paged through. */
const mostRanked = 2_000
/** Up to this many matches are compared with the words one by one (8 µs each). */
const fewMatches = 300

/** A way to fit the words. Its place times 1,000 is a product's key; inside a step short titles come first, then newer products. */
interface Step {
  readonly name: string
  readonly place: number
  readonly condition: (p: Alias) => Statement
}

/** From the best fit to the least one. */
function stepsOf(sql: Sql, search: Search) {
  const isIt: Step = {
    name: 'is_it',
    place: 5,
    condition: (p) => sql`(${p}.title = ${search.title} or ${p}.words @@ ${hasSku(sql, search)})`,
  }
  const inTitleExactly: Step = {
    name: 'in_title_exactly',
    place: 4,
    condition: (p) => sql`${p}.title_words @@ ${titleHasExactWords(sql, search)}`,
  }
  const anywhere: Step = { name: 'anywhere', place: 0, condition: (p) => sql`${p}.words @@ ${hasWords(sql, search)}` }
  const steps: Step[] = [
    { name: 'in_title', place: 3, condition: (p) => sql`${p}.title_words @@ ${titleHasWords(sql, search)}` },
    // "ceramic bowl": a bowl among the ceramics, before other ceramics on the shelf with the bowls.
    {
      name: 'partly_in_title',
      place: 2,
      condition: (p) =>
        sql`${p}.words @@ ${hasWordsOnShelf(sql, search)} and ${p}.title_words @@ ${titleHasSomeWord(sql, search)}`,
    },
    { name: 'on_shelf', place: 1, condition: (p) => sql`${p}.words @@ ${hasWordsOnShelf(sql, search)}` },
  ]
  const between = steps.filter(({ name }) => name !== 'partly_in_title' || search.words.length > 1)
  return { isIt, inTitleExactly, anywhere, between }
}

/** A page of a search by relevance. */
export function byRelevance(
  sql: Sql,
  filters: Filters,
  search: Search,
  after: After,
  count: number,
): Statement<CardRow> {
  const { isIt, inTitleExactly, anywhere, between } = stepsOf(sql, search)
  const hasMany = sql`(select count(*) from ${alias(anywhere.name)}) > ${fewMatches}`
  const isShort = (steps: readonly Step[]) => {
    const found = steps.map((step) => sql`(select count(*) from ${alias(step.name)} as f where ${isAfter(sql, after)})`)
    return found.length > 0 ? sql`${join(found, ' + ')} < ${count}` : sql`true`
  }
  const first = [isIt, inTitleExactly]
  const parts = [
    lookUp(sql, filters, isIt, [], sql`true`),
    lookUp(sql, filters, inTitleExactly, [isIt], isShort([isIt])),
    lookUp(sql, filters, anywhere, first, isShort(first)),
    compareAll(sql, search, anywhere, between, hasMany),
    ...between.map((step, place) => {
      const earlier = [...first, ...between.slice(0, place)]
      return lookUp(sql, filters, step, earlier, sql`${hasMany} and ${isShort(earlier)}`)
    }),
    sql`rest as (
      select f.id, f.key
      from ${alias(anywhere.name)} as f
      where ${hasMany} and ${join(notIn(sql, alias('f'), between), ' and ')})`,
  ]
  const names = [...first, ...between].map((step) => step.name)
  const all = [...names, 'compared', 'rest'].map(
    (name) => sql`select f.id, f.key from ${alias(name)} as f where ${isAfter(sql, after)}`,
  )
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
    select ${p}.id, ${keyOf(sql, p, place)} as key ${from} where ${join(all, ' and ')} ${atMost(mostRanked)})`
}

/** Few matches, each with the key of the best step that it fits. */
function compareAll(sql: Sql, search: Search, matches: Step, steps: readonly Step[], hasMany: Statement): Statement {
  const p = alias('p')
  const whens = steps.map((step) => sql`when ${step.condition(p)} then ${keyOf(sql, p, step.place)}`)
  return sql`compared as materialized (
    select f.id, case ${join(whens, ' ')} else f.key end as key
    from ${alias(matches.name)} as f
    join ${nameOf(search.table)} as ${p} on ${p}.id = f.id
    where not ${hasMany})`
}

function keyOf(sql: Sql, p: Alias, place: number): Statement {
  return sql`${place * 1_000}::int + 999 - least(length(${p}.title), 999)`
}

function notIn(sql: Sql, p: Alias, steps: readonly Step[]): Statement[] {
  return steps.map((step) => sql`${p}.id not in (select f.id from ${alias(step.name)} as f)`)
}

/** That a row `f` of a step comes after the page before. */
function isAfter(sql: Sql, after: After): Statement {
  return after ? sql`(f.key, f.id) < (${after[0]}::int, ${after[1]}::uuid)` : sql`true`
}
