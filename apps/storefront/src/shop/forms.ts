// Forms of pages: what was typed, and what is said when the API refuses it.
import { ProblemError } from '@souk/contracts/client'
import type { TextName, Texts } from '../texts/texts.ts'
import { fieldsOf } from './posted.ts'

export type Typed = Readonly<Record<string, string>>

/** The fields of a posted form; undefined when the page is only opened. */
export async function typedIn(request: Request): Promise<Typed | undefined> {
  return request.method === 'POST' ? fieldsOf(request) : undefined
}

/** Why a form comes back: sentences at its fields, or one for the whole. */
export interface Failure {
  readonly status: 401 | 409 | 422 | 429 | 502
  readonly errors: Readonly<Record<string, string | undefined>>
  readonly notice?: string
  readonly code?: string
}
/** What to say for a code of the API: a text for the whole form, or one at a field. */
export type Words = Readonly<Record<string, TextName | readonly [field: string, text: TextName]>>

/** A failure with these sentences at the fields; undefined when there is none. */
export function missing(errors: Readonly<Record<string, string | false | undefined>>): Failure | undefined {
  const found = Object.entries(errors).filter((one): one is [string, string] => !!one[1])
  return found.length > 0 ? { status: 422, errors: Object.fromEntries(found) } : undefined
}

/**
 * What a page says when the API has refused its form. `words`: for the codes of the route; the code `/name` stands for a field that the
 * API finds wrong. Throws what is a bug.
 */
export function failureOf(error: unknown, t: Texts, words: Words = {}): Failure {
  if (!(error instanceof ProblemError)) {
    if (isNoAnswer(error)) return { status: 502, errors: {}, notice: t('frame.busyText') }
    throw error
  }
  const { code, status, problem } = error
  const said = words[code]
  if (typeof said === 'string') return { status: 422, errors: {}, notice: t(said), code }
  if (said) return { status: 422, errors: { [said[0]]: t(said[1]) }, code }
  if (status === 401) return { status: 401, errors: {}, notice: t('account.sessionOver'), code }
  if (status === 429)
    return {
      status: 429,
      errors: {},
      notice: t('account.tooMany', waitIn(problem as { retryAfterSeconds?: unknown })),
      code,
    }
  if (status >= 500) return { status: 502, errors: {}, notice: t('frame.busyText'), code }
  const errors = fieldErrors(problem.errors, t, words)
  if (Object.keys(errors).length > 0) return { status: 422, errors, code }
  return { status: 422, errors: {}, notice: t('account.notPossible'), code }
}

/** True when the request got no answer at all: the connection was refused, or ended. */
function isNoAnswer(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && /^(UND_ERR_|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/.test(String(error.code))
  )
}

function waitIn({ retryAfterSeconds }: { retryAfterSeconds?: unknown }): { minutes: number } {
  return { minutes: Math.max(1, Math.ceil(Number(retryAfterSeconds ?? 60) / 60)) }
}

function fieldErrors(found: unknown, t: Texts, words: Words): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const { path } of Array.isArray(found) ? (found as { path: string }[]) : []) {
    const field = path.split('/').at(-1) ?? ''
    const said = words[`/${field}`]
    errors[field] = t(typeof said === 'string' ? said : 'account.fieldWrong')
  }
  return errors
}
