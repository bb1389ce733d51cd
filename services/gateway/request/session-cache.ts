// The session cache. A session token is exchanged for an identity at the users service; the identity is kept for seconds only,
// so a session that has ended is refused within four seconds even when no message tells about it.
import { ProblemError } from '@souk/contracts'
import type { Identity } from '@souk/contracts/users'
import { type Caller, Refusal } from '@souk/service'
import { LRUCache } from 'lru-cache'

const rememberedMs = 4_000
const rememberedUnknownMs = 1_000
const maxRemembered = 10_000
const maxTokenLength = 512

export interface Sessions {
  /** The caller that a token belongs to; undefined when it is not valid. Refuses with unavailable when nobody can say. */
  find(token: string): Promise<Caller | undefined>
  /** The same, only if it is in the cache. */
  remembered(token: string): Caller | undefined
  forgetToken(token: string): void
  /** Forgets one session of a user, all of them, or those of all users. */
  forget(userId?: string, sessionId?: string): void
}

interface RememberedSession {
  caller: Caller | undefined
  until: number
}

/** `exchange` asks the users service. It throws a ProblemError when the token is not valid. */
export function makeSessions(exchange: (token: string) => Promise<Identity>, now: () => number = Date.now): Sessions {
  const cache = new LRUCache<string, RememberedSession>({ max: maxRemembered })
  // lru-cache's fetchMethod does not fit: when a session ends, every exchange in flight must be detached, and fetchMethod cannot
  // list them.
  const exchanges = new Map<string, Promise<Caller | undefined>>()
  /** Counts ended sessions: an exchange that began before the last one is answered but not cached. */
  let endings = 0

  return {
    async find(token) {
      if (token === '' || token.length > maxTokenLength) return undefined
      const session = cache.get(token)
      if (session && session.until > now()) return session.caller
      let exchanged = exchanges.get(token)
      if (!exchanged) {
        const begun = exchangeAndCache(token).finally(() => {
          if (exchanges.get(token) === begun) exchanges.delete(token)
        })
        exchanged = begun
        exchanges.set(token, exchanged)
      }
      return exchanged
    },
    remembered(token) {
      const session = cache.get(token)
      return session && session.until > now() ? session.caller : undefined
    },
    forgetToken(token) {
      endings += 1
      exchanges.delete(token)
      cache.delete(token)
    },
    forget(userId, sessionId) {
      endings += 1
      exchanges.clear()
      for (const [token, { caller }] of cache.entries()) {
        const isTheirs = caller?.userId === userId && (sessionId === undefined || caller?.sessionId === sessionId)
        if (userId === undefined || isTheirs) cache.delete(token)
      }
    },
  }

  async function exchangeAndCache(token: string): Promise<Caller | undefined> {
    const endingsBefore = endings
    const askedAt = now()
    const caller = await callerOf(token)
    if (endings === endingsBefore)
      cache.set(token, { caller, until: askedAt + (caller ? rememberedMs : rememberedUnknownMs) })
    return caller
  }

  async function callerOf(token: string): Promise<Caller | undefined> {
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
