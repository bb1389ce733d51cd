// Public reads for the services that share the gateway's process, which are the pages of the shop front. They are answered from the
// response cache, as those that come over HTTP are, and count as load in the same way; a request over loopback costs more than the read.
import { type Answer, isBytes, queryOf, type Route } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import { answerOf, type PublicRead, Refusal } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { isPublicRead } from '../representation/compression.ts'
import { publicRoutes } from '../request/public-routes.ts'
import { readRuleOf, readThroughCache } from './serve-cached-reads.ts'

/** Routes with a limit of their own count who asks, so they take the way that knows it. */
const routes = new Map(
  publicRoutes
    .filter((route) => isPublicRead(route) && !isBytes(route.reply) && !route.rateLimit)
    .map((route) => [`${route.service}.${route.name}`, route]),
)

export function makePublicReads({ resources }: GatewayContext): PublicRead {
  const { loadShedding } = resources

  return ({ service, name }, { params = {}, query }) => {
    const route = routes.get(`${service}.${name}`)
    return route && answer(route, params, typeof query === 'string' ? query : queryOf(query))
  }

  async function answer(route: Route, params: Record<string, unknown>, query: string): Promise<Answer> {
    try {
      loadShedding.check(route)
      const result = await loadShedding.during(() =>
        readThroughCache(resources, route, readRuleOf(route), params, query),
      )
      if ('answer' in result) return result.answer
      return { status: 200, headers: { 'content-type': 'application/json' }, body: result.response.body.toString() }
    } catch (error) {
      if (error instanceof Refusal) return answerOf(error, newTrace().traceId)
      throw error
    }
  }
}
