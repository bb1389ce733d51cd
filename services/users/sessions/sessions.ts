// Sessions: the gateway exchanges a token for its owner; customers list their sessions and revoke them. A trigger announces each
// revoked session, so that every gateway drops it from its cache within seconds.
import { type Identity, usersApi } from '@souk/contracts/users'
import { handle, type Request, refuse } from '@souk/service'
import { parseCookie } from 'cookie'
import type { UsersContext } from '../context.ts'
import { sessionCookie } from './session-cookie.ts'
import { hashOf, readToken } from './session-token.ts'
import { keepStaffSession } from './staff-sessions.ts'

const { routes } = usersApi

interface SessionRow {
  id: string
  createdAt: string
  expiresAt: string
  ipAddress: string | null
  userAgent: string | null
}

/** The owner of an open session. One indexed read, without better-auth; a session of staff goes on because it is used. */
export async function findSession(token: string | undefined, context: UsersContext): Promise<Identity | undefined> {
  if (!token) return undefined
  const [found] = await context.sql<Identity & { createdAt: string; expiresAt: string }>`
    select u.id as user_id, u.role, s.id as session_id, u.email, u.email_verified, s.created_at, s.expires_at
    from session s
    join shop_user u on u.id = s.user_id
    where s.token_hash = ${hashOf(token)} and s.expires_at > ${context.now().toISOString()}`
  if (found?.role === 'staff') await keepStaffSession(found, context)
  return found
}

/** Ends the session of this token: another one takes its place in the browser. */
export async function endReplacedSession(token: string | undefined, { sql }: UsersContext): Promise<void> {
  if (token) await sql`delete from session where token_hash = ${hashOf(token)}`
}

/** The session token of a request to /v1/auth: the bearer token of an API client, or else the cookie. */
export function sessionTokenOf({ headers }: Request, { resources, shared }: UsersContext): string | undefined {
  const text = headers['x-session-token'] ?? parseCookie(headers.cookie ?? '')[sessionCookie(shared.publicUrl)]
  return text ? readToken(text, resources.tokenSecrets) : undefined
}

export const exchangeSession = handle(routes.exchangeSession, async ({ body }, context: UsersContext) => {
  const identity = await findSession(readToken(body.token, context.resources.tokenSecrets), context)
  return identity ?? refuse(routes.exchangeSession, 'not-signed-in', 'This session has ended. Sign in again.')
})

export const listSessions = handle(routes.listSessions, async ({ caller }, { sql, now }: UsersContext) => {
  const rows = await sql<SessionRow>`
    select id, created_at, expires_at, nullif(ip_address, '') as ip_address, nullif(user_agent, '') as user_agent
    from session
    where user_id = ${caller.userId ?? null} and expires_at > ${now().toISOString()}
    order by id desc
    limit 200`
  return {
    items: rows.map((row) => ({
      ...row,
      ipAddress: row.ipAddress ?? undefined,
      userAgent: row.userAgent ?? undefined,
      current: row.id === caller.sessionId,
    })),
  }
})

export const endSession = handle(routes.endSession, async ({ caller, params }, { sql }: UsersContext) => {
  const [ended] = await sql`
    delete from session where id = ${params.id} and user_id = ${caller.userId ?? null} returning id`
  if (!ended) refuse(routes.endSession, 'not-found', 'You have no such session.')
  return undefined
})

export const endAllSessions = handle(routes.endAllSessions, async ({ caller }, { sql }: UsersContext) => {
  await sql`delete from session where user_id = ${caller.userId ?? null}`
  return undefined
})
