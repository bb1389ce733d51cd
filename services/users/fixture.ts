// The test fixture of the users service: a running service, requests to /v1/auth as the gateway forwards them, and customers who
// have signed up and in.
import { randomUUID } from 'node:crypto'
import { type Identity, usersApi } from '@souk/contracts/users'
import type { Caller } from '@souk/service'
import { anonymous, startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { users } from './service.ts'

export const goodPassword = 'seven green camels'

export interface AuthAnswer {
  status: number
  headers: Record<string, string>
  cookies: string[]
  /** The fields of better-auth's replies and of our problems that tests look at. */
  body: {
    code?: string
    token?: string | null
    status?: boolean
    user?: Record<string, unknown>
    session?: Record<string, unknown>
  }
}
interface RequestOptions {
  headers?: Record<string, string>
  /** The IP address of the client (10.0.0.1). */
  ip?: string
}
interface Customer {
  email: string
  token: string
  caller: Caller
  identity: Identity
}

export interface UsersShop extends TestShop {
  /** POST /v1/auth/<path>. The body is sent as JSON unless it is text or bytes. */
  post(path: string, body: unknown, options?: RequestOptions): Promise<AuthAnswer>
  /** GET /v1/auth/<path>. */
  get(path: string, options?: RequestOptions): Promise<AuthAnswer>
  /** A customer who has just signed up and in. */
  newCustomer(email?: string): Promise<Customer>
  exchange(token: string): Promise<Identity>
}

export async function startUsers(
  env: Record<string, string> = {},
  options: Pick<TestOptions, 'now' | 'listen' | 'log'> = {},
): Promise<UsersShop> {
  const shop = await startForTest([users], {
    env: { USERS_PASSWORD_MEMORY_KIB: '8192', USERS_PASSWORD_PASSES: '1', USERS_SIGN_UPS_PER_MINUTE: '10000', ...env },
    ...options,
  })
  const post: UsersShop['post'] = (path, body, options) => send(shop, 'authWrite', path, body, options)
  const get: UsersShop['get'] = (path, options) => send(shop, 'authRead', path, undefined, options)
  const exchange = (token: string) => shop.as(usersApi, anonymous).exchangeSession({ body: { token } })
  return Object.assign(shop, {
    exchange,
    post,
    get,
    async newCustomer(email = `${randomUUID()}@example.com`) {
      await post('sign-up/email', { name: 'Nour', email, password: goodPassword })
      const { headers, body } = await post('sign-in/email', { email, password: goodPassword })
      const token = headers['set-auth-token']
      if (!token) throw new Error(`${email} could not sign in: ${JSON.stringify(body)}`)
      const identity = await exchange(token)
      return { email, token, identity, caller: { service: 'gateway', ...identity } as const }
    },
  })
}

async function send(
  shop: TestShop,
  route: 'authRead' | 'authWrite',
  path: string,
  body: unknown,
  { headers, ip = '10.0.0.1' }: RequestOptions = {},
): Promise<AuthAnswer> {
  const answer = await shop.running.serviceCalls.call(usersApi.routes[route], {
    params: { '*': path.split('?')[0] },
    query: path.split('?')[1] ?? '',
    url: `/v1/auth/${path}`,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    caller: anonymous,
    trace: { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
    ip,
  })
  const text = Buffer.from(answer.body as Uint8Array).toString()
  return {
    status: answer.status,
    headers: answer.headers,
    cookies: [answer.headers['set-cookie'] ?? []].flat() as string[],
    body: text.startsWith('{') ? JSON.parse(text) : {},
  }
}
