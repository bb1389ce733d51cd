// Refuses a link of a mail that is wrong, expired or used up, and logs it.
import type { LinkAction } from '@souk/contracts/users'
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { recordEvent } from '../security-events.ts'

/** The refusal (invalid-token), for `throw`. `email`: the account that the link was for, if that is known. */
export function deadLink(
  action: LinkAction,
  request: Pick<Request, 'ip'>,
  context: UsersContext,
  email?: string,
): Refusal {
  recordEvent('link-refused', request, context, { outcome: 'refused', reason: action, email })
  const again = action === 'change-email' ? 'Ask for the change again.' : 'Ask for a new one.'
  return new Refusal('invalid-token', 400, `This link no longer works. ${again}`)
}
