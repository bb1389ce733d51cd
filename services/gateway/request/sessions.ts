// Who is it? A session token from the client is exchanged for an identity at the users service, and remembered for moments
// only: a session that was ended is refused within five seconds even when no message tells us.

import { ProblemError } from '@souk/contracts'
import type { Identity } from '@souk/contracts/users'
import { type Caller, Refusal } from '@souk/service'
import { bearerToken } from './forwarded-headers.ts'
import type { HttpRequest } from './responder.ts'

const rememberedMs = 4_000
const rememberedUnknownMs = 1_000
const mostRemembered = 10_000
const longestToken = 512

/** The session cookie of the users service; behind https its prefix binds it to https and to this host. */
export function sessionCookie(publicUrl: string): string {
  return `${publicUrl.startsWith('https:') ? '__Host-souk' : 'souk'}.session_token`
}

export interface Credential {
  token: string
  kind: 'bearer' | 'cookie'
}
export interface Sessions {
  /** Whose session this is; undefined when there is none such. Throws when nobody can say. */
  find(token: string): Promise<Caller | undefined>
  /** The same, only if we happen to know. */
  remembered(token: string): Caller | undefined
  forgetToken(token: string): void
  /** Forgets one session of somebody, or all of them. */
  forget(userId: string, sessionId?: string): void
}

interface Memory {
  caller: Caller | undefined
  until: number
}

/** `exchange` asks the users service. It throws a ProblemError when the token is not good. */
export function makeSessions(exchange: (token: string) => Promise<Identity>, now: () => number = Date.now): Sessions {
  const memories = new Map<string, Memory>()
  const asking = new Map<string, Promise<Caller | undefined>>()
  // An answer that was on its way while a session ended may be of before; it is used once and not remembered.
  let endings = 0

  return {
    async find(token) {
      if (token === '' || token.length > longestToken) return undefined
      const memory = memories.get(token)
      if (memory && memory.until > now()) return memory.caller
      let asked = asking.get(token)
      if (!asked) {
        asked = ask(token).finally(() => asking.delete(token))
        asking.set(token, asked)
      }
      return asked
    },
    remembered(token) {
      const memory = memories.get(token)
      return memory && memory.until > now() ? memory.caller : undefined
    },
    forgetToken(token) {
      endings += 1
      asking.delete(token)
      memories.delete(token)
    },
    forget(userId, sessionId) {
      endings += 1
      asking.clear()
      for (const [token, { caller }] of memories) {
        if (caller?.userId === userId && (sessionId === undefined || caller.sessionId === sessionId))
          memories.delete(token)
      }
    },
  }

  async function ask(token: string): Promise<Caller | undefined> {
    const endingsBefore = endings
    const askedAt = now()
    const caller = await identify(token)
    if (endings === endingsBefore) {
      if (memories.size >= mostRemembered) memories.delete(memories.keys().next().value as string)
      memories.delete(token)
      memories.set(token, { caller, until: askedAt + (caller ? rememberedMs : rememberedUnknownMs) })
    }
    return caller
  }

  async function identify(token: string): Promise<Caller | undefined> {
    try {
      const { userId, role, sessionId, email, emailVerified } = await exchange(token)
      return { service: 'gateway', role, userId, sessionId, email, emailVerified }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      if (error.status < 500) return undefined
      throw new Refusal('unavailable', 503, 'We cannot see who you are just now. Try again in a moment.')
    }
  }
}

/** The session token that a request brings, and how: a bearer token counts before a cookie. */
export function credentialOf(request: HttpRequest, sessionCookie: string): Credential | undefined {
  const { authorization, cookie } = request.headers
  if (authorization !== undefined) {
    return { token: bearerToken(authorization) ?? '', kind: 'bearer' }
  }
  if (!cookie?.includes(sessionCookie)) return undefined
  for (const part of cookie.split(';')) {
    const at = part.indexOf('=')
    const name = part.slice(0, at).trim()
    if (name !== sessionCookie) continue
    try {
      return { token: decodeURIComponent(part.slice(at + 1).trim()), kind: 'cookie' }
    } catch {
      return undefined // Not a cookie that we have set.
    }
  }
  return undefined
}
