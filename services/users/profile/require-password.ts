// A signed-in person enters the password again before something that a stranger with the open browser must not do.
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { recordEvent } from '../security-events.ts'
import { passwordLimit } from '../sign-in/attempt-limits.ts'
import { countAttempt, uncountAttempt } from '../sign-in/count-attempts.ts'

/** Refuses a wrong password (wrong-password, 403) and too many of them, and the session of an account that is gone. */
export async function requirePassword(
  { caller, ip }: Pick<Request, 'caller' | 'ip'>,
  password: string,
  context: UsersContext,
): Promise<{ userId: string; email: string; name: string }> {
  const { sql, resources } = context
  const limits = [passwordLimit(caller.userId ?? '', context)]
  await countAttempt(context, limits)
  const [account] = await sql<{ userId: string; email: string; name: string; password: string }>`
    select u.id as user_id, u.email, u.name, c.password
    from credential c
    join shop_user u on u.id = c.user_id
    where c.user_id = ${caller.userId ?? null} and c.provider_id = 'credential'`
  if (!account) throw new Refusal('not-signed-in', 401, 'This account no longer exists.')
  const { userId, email, name } = account
  if ((await resources.passwords.verify(account.password, password)) === 'wrong') {
    recordEvent('password-wrong', { ip }, context, { outcome: 'refused', email, userId })
    throw new Refusal('wrong-password', 403, 'This is not your password.')
  }
  await uncountAttempt(context, limits, 'succeeded')
  return { userId, email, name }
}
