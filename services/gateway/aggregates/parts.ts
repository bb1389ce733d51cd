// The parts of an aggregate: each is read from the response cache or from its service, and those that a page can do without may
// be missing.
import type { Problem, ReplyOf, Route, RouteDefinition } from '@souk/contracts'
import { queryOf } from '@souk/contracts'
import { Refusal } from '@souk/service'
import pTimeout from 'p-timeout'
import { readRuleOf, readThroughCache } from '../cache/serve-cached-reads.ts'
import type { GatewayContext } from '../context.ts'

const maxPartMs = 1_000

/** Reads one part. Throws what the service refuses with. */
export async function readPart<R extends RouteDefinition>(
  resources: GatewayContext['resources'],
  route: Route<R>,
  params: Record<string, unknown>,
  query: Record<string, unknown>,
): Promise<ReplyOf<R>> {
  const anyRoute = route as unknown as Route // Its definition is narrower than Route says, which the compiler cannot see.
  const result = await readThroughCache(resources, anyRoute, readRuleOf(anyRoute), params, queryOf(query))
  if ('response' in result) return result.response.value() as ReplyOf<R> // The service has cut it to its contract.
  const problem = JSON.parse(Buffer.from(result.answer.body as Uint8Array).toString()) as Problem
  throw new Refusal(problem.code, problem.status, problem.detail ?? problem.title)
}

/** The optional parts of one page. A part that fails or takes too long is undefined, and its name is in `missing`. */
export function optionalParts(deadline: number) {
  const missing: string[] = []
  const optional = async <T>(name: string, part: Promise<T>): Promise<T | undefined> => {
    try {
      const milliseconds = Math.max(1, Math.min(maxPartMs, deadline - Date.now()))
      // Without a fallback, an error with its stack would be made beforehand for each part, which is rarely thrown.
      return await pTimeout(part, { milliseconds, fallback: () => void missing.push(name) })
    } catch (error) {
      if (error instanceof Refusal && error.status === 400) throw error // What the client got wrong is refused.
      missing.push(name) // The service, or the call to it, has logged why.
      return undefined
    }
  }
  return { optional, missing }
}
