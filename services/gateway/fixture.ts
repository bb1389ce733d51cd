// For tests: the gateway in front of services that say what a test tells them to say. Their contracts are the real ones.
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { type Api, apis, type Message, type Route, type ServiceName } from '@souk/contracts'
import type { Identity } from '@souk/contracts/users'
import { type AnyService, defineService, handle, Refusal, type Request } from '@souk/service'
import { startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { gateway } from './service.ts'

type Say = (request: Request) => unknown
/** What services say, by `service.route`; what is not here is not needed. */
export type Sayings = Record<string, Say>

export interface Shop extends TestShop {
  readonly url: string
  /** One request from outside. */
  get(path: string, options?: RequestInit): Promise<Response>
  /** The same, with the JSON of the answer. */
  ask(path: string, options?: RequestInit): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>
  /** Publishes messages as their services would. */
  tell(...messages: Message[]): Promise<void>
  /** Whose session a token is. */
  readonly sessions: Map<string, Identity>
  /** How often each `service.route` was asked. */
  readonly asked: Map<string, number>
  readonly sayings: Sayings
}

export async function openShop(
  sayings: Sayings = {},
  env: Record<string, string> = {},
  log?: TestOptions['log'],
): Promise<Shop> {
  const sessions = new Map<string, Identity>()
  const asked = new Map<string, number>()
  const all: Sayings = { 'users.exchangeSession': exchange, ...sayings }
  const services = apis.filter((api) => api.name !== 'gateway').map((api) => serviceThatSays(api, all, asked))
  const shop = await startForTest([...services, gateway as AnyService], {
    env,
    log,
    listen: { host: '127.0.0.1', port: 0 },
  })
  const url = shop.running.services.get('gateway')?.url as string
  const get = (path: string, options: RequestInit = {}) => fetch(url + path, { redirect: 'manual', ...options })
  return {
    ...shop,
    url,
    sessions,
    asked,
    sayings: all,
    get,
    async ask(path, options) {
      const response = await get(path, options)
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} }
    },
    async tell(...messages) {
      await shop.transport.publish(messages.map(parcelOf))
    },
  }

  function exchange(request: Request) {
    const { token } = request.body as unknown as { token: string }
    const identity = sessions.get(token)
    if (!identity) throw new Refusal('not-signed-in', 401, 'This session has ended.')
    return identity
  }
}

export function identity(role: 'customer' | 'staff' = 'customer'): Identity {
  const userId = randomUUID()
  return { userId, role, sessionId: randomUUID(), email: `${userId}@example.com`, emailVerified: true }
}
export function bearer(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}` } }
}

function serviceThatSays(api: Api, sayings: Sayings, asked: Map<string, number>): AnyService {
  const routes = Object.values(api.routes).map((route: Route) => {
    const name = `${route.service}.${route.name}`
    const run = async (request: Request) => {
      asked.set(name, (asked.get(name) ?? 0) + 1)
      const say = sayings[name]
      if (!say) throw new Error(`No test has said what ${name} answers.`)
      return say(request)
    }
    return [route.name, handle(route, run as never)]
  })
  return defineService({
    name: api.name as ServiceName,
    api,
    settings: {},
    calls: {},
    routes: Object.fromEntries(routes),
  }) as AnyService
}

function parcelOf(message: Message) {
  const id = randomUUIDv7()
  const envelope = {
    specversion: '1.0',
    id,
    source: '/souk/test',
    type: message.type,
    subject: message.key,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    traceparent: '',
    data: message.data,
  }
  return { id, type: message.type, key: message.key, json: JSON.stringify(envelope) }
}
