// SQL as tagged templates: values become parameters, a statement inside another becomes a part of it. The driver prepares each
// text under a name when it first runs on a connection (measured: a later run takes 12–18 µs of our CPU).
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { isStalePlan } from './errors.ts'

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

interface Runner {
  query(config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult>
  /** True when each statement commits by itself, so that one that was refused can be repeated. */
  readonly repeats?: boolean
}

/** Text that goes into a statement as it is. Only for names from our own code. */
export class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Templates that run on what `runner` answers with when they are awaited. `onRun` is told how long each of them took. */
export function sqlOn(runner: () => unknown, onRun?: (milliseconds: number) => void): Sql {
  return <R>(strings: TemplateStringsArray, ...values: unknown[]): Statement<R> => {
    const statement: Statement<R> = {
      strings,
      values,
      then: (done, failed) => run<R>(runner() as Runner, statement, onRun).then(done, failed),
    }
    return statement
  }
}

interface Prepared {
  text: string
  name: string | undefined
}
/**
 * Keyed by the templates that a statement is made of, which is quicker than by its text. Nothing is evicted: the server keeps a
 * prepared statement for as long as its connection lives, so a new one in the place of an old one would only add to it.
 */
const prepared = new Map<string, Prepared>()
/** A search builds many texts. Statements beyond this number run without being prepared. */
const mostPrepared = 2_000

async function run<R>(
  runner: Runner,
  statement: Statement<unknown>,
  onRun: ((milliseconds: number) => void) | undefined,
  isRepeated = false,
): Promise<R[]> {
  const values: unknown[] = []
  const parts = partsOf(statement, values)
  const plan = prepared.get(parts) ?? prepare(parts, textOf(statement, { count: 0 }))
  const config = { text: plan.text, name: plan.name, values, rowMode: 'array' } as pg.QueryArrayConfig
  const started = performance.now()
  try {
    return rowsOf<R>(await runner.query(config))
  } catch (error) {
    if (!isStalePlan(error)) throw error
    // Under another name it is prepared anew. Of those that fail at once, one changes the name.
    if (plan.name === config.name) plan.name += '+'
    if (isRepeated || !runner.repeats) throw error
  } finally {
    onRun?.(performance.now() - started)
  }
  return run(runner, statement, onRun, true)
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
    // The same array every time, because a prepared statement is found by it.
    strings = statements.length === 0 ? [''] : ['', ...statements.slice(1).map(() => between), '']
    betweenTexts.set(key, strings)
  }
  return { strings, values: statements, then: runsOnlyInside }
}

/** The `then` of a fragment, which runs only inside a statement. */
export const runsOnlyInside: Statement['then'] = () => {
  throw new Error('This is a fragment of a statement; it does not run by itself.')
}
