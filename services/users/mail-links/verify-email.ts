// Proves an e-mail address by the token of a mail. The token is better-auth's; its own GET route is closed to the world.
import { authBasePath } from '@souk/contracts/users'
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { recordEvent } from '../security-events.ts'
import { askBetterAuth } from '../sign-in/forward-request.ts'

/** Marks the address that the token was mailed to as verified. Refuses a token that is wrong or expired (invalid-token). */
export async function verifyEmail(token: string, request: Pick<Request, 'ip'>, context: UsersContext): Promise<void> {
  const url = new URL(`${authBasePath}/verify-email`, context.shared.publicUrl)
  url.searchParams.set('token', token)
  const response = await askBetterAuth(new globalThis.Request(url), request, context)
  if (response.ok) return
  recordEvent('link-refused', request, context, { outcome: 'refused', reason: 'verify-email' })
  throw new Refusal('invalid-token', 400, 'This link no longer works. Ask for a new one.')
}
