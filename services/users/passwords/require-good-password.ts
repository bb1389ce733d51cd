// Refuses a new password that breaks a rule, and logs it.
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { recordEvent } from '../security-events.ts'
import { type Owner, passwordProblem } from './password-rules.ts'

export function requireGoodPassword(
  password: string,
  owner: Omit<Owner, 'shopName'>,
  request: Pick<Request, 'ip'>,
  context: UsersContext,
): void {
  const { settings, shared } = context
  const problem = passwordProblem(password, { ...owner, shopName: shared.shopName }, settings)
  if (!problem) return
  const reason = `${problem.code} (${owner.role})`
  recordEvent('password-refused', request, context, { outcome: 'refused', email: owner.email, reason })
  throw new Refusal(problem.code, 422, problem.sentence)
}
