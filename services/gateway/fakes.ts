// Fake services for tests: they have the real contracts and answer what a test tells them to answer.
import { type Api, apis, type Route } from '@souk/contracts'
import { type AnyService, defineService, handle, type Request } from '@souk/service'

/** What a fake service answers, by `service.route`: a function of the request. A route that is not listed is not needed. */
export type FakeAnswers = Record<string, (request: Request) => unknown>

/** All services but the gateway. `asked` counts the requests of each `service.route`. */
export function fakeServices(answers: FakeAnswers, asked: Map<string, number>): AnyService[] {
  return apis.filter((api) => api.name !== 'gateway').map((api) => fakeService(api, answers, asked))
}

function fakeService(api: Api, answers: FakeAnswers, asked: Map<string, number>): AnyService {
  const routes = Object.values(api.routes).map((route: Route) => {
    const name = `${route.service}.${route.name}`
    const run = async (request: Request) => {
      asked.set(name, (asked.get(name) ?? 0) + 1)
      const answer = answers[name]
      if (!answer) throw new Error(`No test has said what ${name} answers.`)
      return answer(request)
    }
    return [route.name, handle(route, run as never)]
  })
  return defineService({
    name: api.name,
    api,
    settings: {},
    calls: {},
    routes: Object.fromEntries(routes),
  }) as AnyService
}
