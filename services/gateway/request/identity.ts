// Finds out who sends a request: the caller that its session token belongs to.
import type { Route } from '@souk/contracts'
import { refuse } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { type Credential, credentialOf, sessionCookieName } from './credentials.ts'
import { contextOf, type HttpRequest } from './request-context.ts'

export interface Identification {
  /** The credential of a request, when its route asks who the caller is. */
  credentialFor(route: Route, request: HttpRequest): Credential | undefined
  /** Sets the caller of a request. Refuses bearer tokens that are not valid; with an invalid cookie somebody is a guest. */
  identify(route: Route, request: HttpRequest, credential: Credential): Promise<void>
  /** Sets the caller of a request whose route does not ask for it. True when somebody is signed in. */
  identifyAfterAll(route: Route, request: HttpRequest): Promise<boolean>
  /** Forgets the remembered identity of a request's caller: something about it or its sessions has changed. */
  forgetCaller(request: HttpRequest): void
}

export function makeIdentification({ resources, shared }: GatewayContext): Identification {
  const { sessions } = resources
  const cookieName = sessionCookieName(shared.publicUrl)

  return {
    credentialFor: (route, request) => (asksForCaller(route) ? credentialOf(request, cookieName) : undefined),
    async identify(route, request, { token, kind }) {
      const caller = await sessions.find(token)
      if (caller) contextOf(request).caller = caller
      // Routes that manage sessions tell about invalid tokens themselves.
      else if (kind === 'bearer' && route.session !== 'manages')
        refuse(route, 'not-signed-in', 'This token is not valid, or no longer. Sign in again.')
    },
    async identifyAfterAll(route, request) {
      const credential = asksForCaller(route) ? undefined : credentialOf(request, cookieName)
      const caller = credential && (await sessions.find(credential.token))
      if (caller) contextOf(request).caller = caller
      return caller !== undefined
    },
    forgetCaller(request) {
      const { userId } = contextOf(request).caller
      const credential = credentialOf(request, cookieName)
      if (credential) sessions.forgetToken(credential.token)
      if (userId) sessions.forget(userId)
    },
  }
}

/** Browsing is the same for everybody, and goes on while the users service is down. */
function asksForCaller(route: Route): boolean {
  return route.access !== 'anyone' || route.priority !== 'browse'
}
