// Chooses a new password by the token of a mail. It ends all sessions of the account and proves its e-mail address.
import { authBasePath } from '@souk/contracts/users'
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { deadLink } from '../mail-links/dead-link.ts'
import { askBetterAuth } from '../sign-in/forward-request.ts'
import { requireGoodPassword } from './require-good-password.ts'
import { resetIdentifier } from './reset-links.ts'

interface LinkOwner {
  email: string
  role: 'customer' | 'staff'
  password: string | null
  mustChangeBy: 'reset-link' | 'sign-in' | null
}

/**
 * Sets the password. Refuses a link that is wrong, expired or used up (invalid-token), and a password that the rules for the
 * link's owner do not allow (password-too-short ...), which leaves the link usable.
 */
export async function resetPassword(
  { token, newPassword }: { token: string; newPassword: string },
  request: Pick<Request, 'ip'>,
  context: UsersContext,
): Promise<void> {
  const owner = await findOwner(token, context)
  if (!owner) throw deadLink('reset-password', request, context)
  requireGoodPassword(newPassword, owner, request, context)
  await requireAnotherPassword(newPassword, owner, context)
  const response = await askBetterAuth(
    new globalThis.Request(new URL(`${authBasePath}/reset-password`, context.shared.publicUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, newPassword }),
    }),
    request,
    context,
  )
  if (!response.ok) throw deadLink('reset-password', request, context, owner.email)
}

async function findOwner(token: string, { sql, now }: UsersContext): Promise<LinkOwner | undefined> {
  const [owner] = await sql<LinkOwner>`
    select u.email, u.role, c.password, c.must_change_by
    from verification v
    join shop_user u on u.id::text = v.value
    left join credential c on c.user_id = u.id and c.provider_id = 'credential'
    where v.identifier = ${resetIdentifier(token)} and v.expires_at > ${now().toISOString()}`
  return owner
}

/** A password that had to be replaced may not be chosen again: somebody else may know it. */
async function requireAnotherPassword(
  newPassword: string,
  { password, mustChangeBy }: LinkOwner,
  { resources }: UsersContext,
): Promise<void> {
  if (password === null || mustChangeBy === null) return
  if ((await resources.passwords.verify(password, newPassword)) !== 'wrong')
    throw new Refusal('password-unchanged', 422, 'Choose another password than the one that you had before.')
}
