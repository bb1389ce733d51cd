// The test fixture: the gateway in front of fake services.
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import type { Message } from '@souk/contracts'
import type { Identity } from '@souk/contracts/users'
import { type AnyService, Refusal, type Request } from '@souk/service'
import { startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { type FakeAnswers, fakeServices } from './fakes.ts'
import { gateway } from './service.ts'

export interface TestGateway extends TestShop {
  readonly url: string
  /** One request from outside. */
  get(path: string, options?: RequestInit): Promise<Response>
  /** The same, with the JSON of the answer. */
  ask(path: string, options?: RequestInit): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>
  /** Publishes messages as their services would. */
  publish(...messages: Message[]): Promise<void>
  /** The identity that a session token belongs to. */
  readonly sessions: Map<string, Identity>
  /** How often each `service.route` was asked. */
  readonly asked: Map<string, number>
  /** What the services answer; a test may change it. */
  readonly answers: FakeAnswers
}

export async function startGateway(
  answers: FakeAnswers = {},
  env: Record<string, string> = {},
  log?: TestOptions['log'],
): Promise<TestGateway> {
  const sessions = new Map<string, Identity>()
  const asked = new Map<string, number>()
  const mailboxIsClosed = () => ({ isOpen: false })
  const all: FakeAnswers = {
    'users.exchangeSession': exchange,
    'notifications.mailboxState': mailboxIsClosed,
    ...answers,
  }
  const shop = await startForTest([...fakeServices(all, asked), gateway as AnyService], {
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
    answers: all,
    get,
    async ask(path, options) {
      const response = await get(path, options)
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} }
    },
    async publish(...messages) {
      await shop.transport.publish(messages.map(encoded))
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

/** A message as a relay publishes it. */
function encoded(message: Message) {
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
