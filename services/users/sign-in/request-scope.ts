// The request that better-auth works on. better-auth hands no context to our adapter and callbacks; they find it here.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { UsersContext } from '../context.ts'

interface RequestScope {
  readonly context: UsersContext
  /** The IP address of the client. */
  readonly ip: string
  /** The first failure of our own code during the request. */
  failure?: unknown
}
const scopes = new AsyncLocalStorage<RequestScope>()

/**
 * Runs better-auth for one request. Throws the failure recorded meanwhile, if there is one and better-auth has answered it as a
 * refusal of its own: a database that is down must not look like a wrong password.
 */
export async function inRequestScope(
  request: Pick<RequestScope, 'context' | 'ip'>,
  work: () => Promise<Response>,
): Promise<Response> {
  const scope: RequestScope = { ...request }
  const response = await scopes.run(scope, work)
  if (response.status >= 400 && scope.failure) throw scope.failure
  return response
}

/** The context of the request that better-auth works on. */
export function requestContext(): UsersContext {
  return requestScope().context
}

/** The same, with the client's address. */
export function requestScope(): RequestScope {
  const scope = scopes.getStore()
  if (!scope) throw new Error('better-auth runs only inside a request.')
  return scope
}

/** Records a failure in the scope of the request and throws it on. */
export async function recordingFailure<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const scope = scopes.getStore()
    if (scope) scope.failure ??= error
    throw error
  }
}
