// For this service's tests: visitors who sign up, sign in and ask, as the gateway passes their requests on.
import { randomUUID } from 'node:crypto'
import { type Identity, usersApi } from '@souk/contracts/users'
import type { Caller } from '@souk/service'
import { anonymous, startForTest, type TestShop } from '@souk/service/fixture'
import { users } from './service.ts'

export const goodPassword = 'seven green camels'

export interface Said {
  status: number
  headers: Record<string, string>
  cookies: string[]
  /** What tests look at in better-auth's replies and in our problems. */
  body: {
    code?: string
    token?: string | null
    status?: boolean
    user?: Record<string, unknown>
    session?: Record<string, unknown>
  }
}
export interface Sending {
  body?: unknown
  headers?: Record<string, string>
  ip?: string
}

export interface UsersShop extends TestShop {
  post(path: string, body: unknown, sending?: Omit<Sending, 'body'>): Promise<Said>
  get(path: string, sending?: Omit<Sending, 'body'>): Promise<Said>
  /** Somebody with an account who is signed in. */
  newcomer(email?: string): Promise<{ email: string; token: string; caller: Caller; identity: Identity }>
  exchange(token: string): Promise<Identity>
}

export async function startUsers(
  env: Record<string, string> = {},
  options: { now?: () => Date; listen?: { host: string; port: number } } = {},
): Promise<UsersShop> {
  const shop = await startForTest([users], {
    env: { USERS_PASSWORD_MEMORY_KIB: '8192', USERS_PASSWORD_PASSES: '1', USERS_SIGN_UPS_PER_MINUTE: '10000', ...env },
    ...options,
  })
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    { body, headers, ip = '10.0.0.1' }: Sending,
  ): Promise<Said> => {
    const answer = await shop.running.serviceCalls.call(
      method === 'GET' ? usersApi.routes.authRead : usersApi.routes.authWrite,
      {
        params: { '*': path.split('?')[0] },
        query: path.split('?')[1] ?? '',
        url: `/v1/auth/${path}`,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body:
          body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
        caller: anonymous,
        trace: { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
        ip,
      },
    )
    const text = Buffer.from(answer.body as Uint8Array).toString()
    return {
      status: answer.status,
      headers: answer.headers,
      cookies: [answer.headers['set-cookie'] ?? []].flat() as string[],
      body: text.startsWith('{') ? JSON.parse(text) : {},
    }
  }
  const exchange = (token: string) => shop.as(usersApi, anonymous).exchangeSession({ body: { token } })
  return Object.assign(shop, {
    exchange,
    post: (path: string, body: unknown, sending: Omit<Sending, 'body'> = {}) =>
      send('POST', path, { body, ...sending }),
    get: (path: string, sending: Omit<Sending, 'body'> = {}) => send('GET', path, sending),
    async newcomer(email = `${randomUUID()}@example.com`) {
      await send('POST', 'sign-up/email', { body: { name: 'Nour', email, password: goodPassword } })
      const said = await send('POST', 'sign-in/email', { body: { email, password: goodPassword } })
      const token = said.headers['set-auth-token']
      if (!token) throw new Error(`${email} could not sign in: ${JSON.stringify(said.body)}`)
      const identity = await exchange(token)
      const caller: Caller = { service: 'gateway', ...identity }
      return { email, token, identity, caller }
    },
  })
}
