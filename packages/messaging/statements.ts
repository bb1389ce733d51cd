// Statements as tagged templates: values become parameters, statements inside statements become parts of them. Each text is
// prepared under a name the first time it runs on a connection (measured: 12–18 µs of our CPU for every later time).
import { createHash } from 'node:crypto'
import type pg from 'pg'

export type Row = Record<string, unknown>

/** A statement that has not run yet. Awaiting it runs it; inside another template it becomes a part of that one. */
export interface Statement<R = Row> extends PromiseLike<R[]> {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}
export type Sql = <R = Row>(strings: TemplateStringsArray, ...values: unknown[]) => Statement<R>

/**
 * A json or jsonb parameter; needed for arrays, which the driver would send as PostgreSQL arrays. Nothing is null. Throws when
 * there is a NUL character in it, which a json column would take and never give out again as text.
 */
export function json(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = JSON.stringify(value)
  if (text.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(text))
    throw new Error('A NUL character cannot be stored.')
  return text
}

type Runner = { query(config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult> }

/** Text that goes into a statement as it is. Only for names from our own code. */
export class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Templates that run on what `runner` answers with when they are awaited. */
export function sqlOn(runner: () => unknown): Sql {
  return <R>(strings: TemplateStringsArray, ...values: unknown[]): Statement<R> => {
    const statement: Statement<R> = {
      strings,
      values,
      then: (done, failed) => run<R>(runner() as Runner, statement).then(done, failed),
    }
    return statement
  }
}

/** The protocol counts parameters in 16 bits: https://www.postgresql.org/docs/18/protocol-message-formats.html (Bind). */
const mostParameters = 65_535

type ColumnsOf<Item> = Readonly<Record<string, readonly [type: string, read: (item: Item) => unknown]>>

/**
 * Makes items a part of a statement, to be read like a table: `from ${lines(list)} as line`. The first column is never null.
 * Each value is a parameter of its own: a list of 16 rows in 21 columns is read in two thirds of the time that it takes as one
 * JSON document, which PostgreSQL parses anew field by field. JSON goes in as text. Throws past what one statement can take.
 */
export function columns<Item>(names: ColumnsOf<Item>): (items: readonly Item[]) => Statement {
  const all = Object.entries(names)
  const readers = all.map(([, [, read]]) => read)
  const textOfSize = new Map<number, string[]>()
  return (items) => {
    // Few sizes, so that few statements are prepared; what is not filled has no first column.
    const size = 2 ** Math.ceil(Math.log2(Math.max(1, items.length)))
    if (size * readers.length > mostParameters)
      throw new Error(`A list of ${items.length} is too long for one statement.`)
    let strings = textOfSize.get(size)
    if (!strings) {
      strings = textOfRows(all, size)
      textOfSize.set(size, strings)
    }
    const values: unknown[] = new Array(size * readers.length).fill(null)
    let place = 0
    for (const item of items) for (const read of readers) values[place++] = read(item)
    return { strings, values, then: neverAlone }
  }
}

/** Around the parameters: `(select * from (values ($1::uuid, $2::text), ($3, $4)) as item (id, sku) where id is not null)`. */
function textOfRows(
  all: readonly [name: string, column: readonly [type: string, ...unknown[]]][],
  size: number,
): string[] {
  const strings = ['(select * from (values (']
  for (let row = 0; row < size; row++) {
    for (const [place, [, [type]]] of all.entries()) {
      const isLast = place === all.length - 1
      strings.push(`${row === 0 ? `::${type}` : ''}${isLast ? (row === size - 1 ? ')' : '), (') : ', '}`)
    }
  }
  const names = all.map(([name]) => name)
  strings[strings.length - 1] += `) as item (${names.join(', ')}) where ${names[0]} is not null)`
  return strings
}

interface Prepared {
  text: string
  name: string | undefined
}
/** By the texts that a statement is made of: to piece them together and to compare the whole takes longer. */
const prepared = new Map<string, Prepared>()
/** A search builds many texts; past this many, they are no longer kept prepared. */
const mostPrepared = 2_000

async function run<R>(runner: Runner, statement: Statement<unknown>): Promise<R[]> {
  const values: unknown[] = []
  const parts = partsOf(statement, values)
  const plan = prepared.get(parts) ?? prepare(parts, textOf(statement, { count: 0 }))
  const result = await runner.query({
    text: plan.text,
    name: plan.name,
    values,
    rowMode: 'array',
  } as pg.QueryArrayConfig)
  return rowsOf<R>(result)
}

function prepare(parts: string, text: string): Prepared {
  const name = prepared.size < mostPrepared ? createHash('sha1').update(text).digest('base64url') : undefined
  const plan = { text, name }
  if (name) prepared.set(parts, plan)
  return plan
}

const numbers = new WeakMap<readonly string[], number>()
let highest = 0
/** Each template's text has a number. */
function numberOf(strings: readonly string[]): number {
  let number = numbers.get(strings)
  if (number === undefined) {
    number = ++highest
    numbers.set(strings, number)
  }
  return number
}

/** Which texts a statement is made of, and where in them; its values are added to `flat`. */
function partsOf({ strings, values }: Statement<unknown>, flat: unknown[]): string {
  let parts = `${numberOf(strings)}`
  for (let place = 0; place < values.length; place++) {
    const value = values[place]
    if (value instanceof Verbatim) parts += `,${place}"${value.text}"`
    else if (isPart(value)) parts += `,${place}(${partsOf(value as Statement, flat)})`
    else flat.push(value === undefined ? null : value)
  }
  return parts
}

function isPart(value: unknown): value is Statement | Verbatim {
  return (
    value instanceof Verbatim ||
    (typeof value === 'object' && value !== null && 'strings' in value && 'values' in value)
  )
}

function textOf({ strings, values }: Statement<unknown>, parameters: { count: number }): string {
  let text = strings[0] ?? ''
  values.forEach((value, index) => {
    if (value instanceof Verbatim) text += value.text
    else if (isPart(value)) text += textOf(value as Statement, parameters)
    else text += `$${++parameters.count}`
    text += strings[index + 1]
  })
  return text
}

const camelNames = new Map<string, string>()
function camel(name: string): string {
  let known = camelNames.get(name)
  if (known === undefined) {
    known = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    camelNames.set(name, known)
  }
  return known
}

function rowsOf<R>(result: pg.QueryArrayResult): R[] {
  const names = result.fields.map((field) => camel(field.name))
  return result.rows.map((values) => {
    const row: Row = {}
    for (let i = 0; i < names.length; i++) row[names[i] as string] = values[i]
    return row as R
  })
}

const betweenTexts = new Map<string, readonly string[]>()
/** Joins statements with a text from our own code, as in `join(conditions, ' and ')`. */
export function join(statements: readonly Statement[], between: string): Statement {
  const key = `${statements.length}${between}`
  let strings = betweenTexts.get(key)
  if (!strings) {
    // The same array every time: by it a statement is recognized.
    strings = statements.length === 0 ? [''] : ['', ...statements.slice(1).map(() => between), '']
    betweenTexts.set(key, strings)
  }
  return { strings, values: statements, then: neverAlone }
}

/**
 * Several statements as one, without its end: `with given as (...), changed as (...), also_0 as (...)`. Those that come along
 * see what the first has `changed`, and all of them what was `given`.
 */
export function together(
  sql: Sql,
  changed: Statement<unknown>,
  also: readonly Statement[],
  given?: Statement,
): Statement {
  let whole = given ? sql`with given as materialized (${given}), ` : sql`with `
  whole = sql`${whole}changed as (${changed})`
  for (const [index, statement] of also.entries())
    whole = sql`${whole}, ${new Verbatim(`also_${index}`)} as (${statement})`
  return whole
}

const neverAlone: Statement['then'] = () => {
  throw new Error('A joined list is part of a statement; it does not run by itself.')
}
