// Proves an e-mail address by the token of a mail. The token is better-auth's; its own GET route is not public.
import { authBasePath } from '@souk/contracts/users'
import type { Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { askBetterAuth } from '../sign-in/forward-request.ts'
import { deadLink } from './dead-link.ts'

/** Marks the address that the token was mailed to as verified. Refuses a token that is wrong or expired (invalid-token). */
export async function verifyEmail(token: string, request: Pick<Request, 'ip'>, context: UsersContext): Promise<void> {
  const url = new URL(`${authBasePath}/verify-email`, context.shared.publicUrl)
  url.searchParams.set('token', token)
  const response = await askBetterAuth(new globalThis.Request(url), request, context)
  if (!response.ok) throw deadLink('verify-email', request, context)
}
