// A customer's own profile: read it, change it, delete the account.
import { usersApi } from '@souk/contracts/users'
import { handle, Refusal, refuse } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { passwordLimit } from '../sign-in/attempt-limits.ts'
import { countAttempt, uncountAttempt } from '../sign-in/count-attempts.ts'

const { routes } = usersApi
const accountDeleted = 'This account no longer exists.'

export interface Profile {
  id: string
  email: string
  emailVerified: boolean
  name: string
  role: 'customer' | 'staff'
  createdAt: string
}

export const readMe = handle(routes.readMe, async ({ caller }, { sql }: UsersContext) => {
  const [profile] = await sql<Profile>`
    select id, email, email_verified, name, role, created_at from shop_user where id = ${caller.userId ?? null}`
  return profile ?? refuse(routes.readMe, 'not-signed-in', accountDeleted)
})

export const changeMe = handle(routes.changeMe, async ({ caller, body }, { sql, now }: UsersContext) => {
  const [profile] = await sql<Profile>`
    update shop_user
    set name = coalesce(${body.name ?? null}, name), updated_at = ${now().toISOString()}
    where id = ${caller.userId ?? null}
    returning id, email, email_verified, name, role, created_at`
  return profile ?? refuse(routes.changeMe, 'not-signed-in', accountDeleted)
})

/** Deletes the account with its sessions, addresses and passwords. Triggers announce the deletion and each ended session. */
export const deleteMe = handle(routes.deleteMe, ({ caller, body }, context: UsersContext) =>
  context.resources.passwords.admit(() => deleteAccount(caller.userId ?? '', body.password, context)),
)

async function deleteAccount(userId: string, password: string, context: UsersContext): Promise<undefined> {
  const { sql, resources, transaction } = context
  const limits = [passwordLimit(userId, context)]
  await countAttempt(context, limits)
  const [credential] = await sql<{ password: string }>`
    select password from credential where user_id = ${userId} and provider_id = 'credential'`
  if (!credential) throw new Refusal('not-signed-in', 401, accountDeleted)
  if ((await resources.passwords.verify(credential.password, password)) === 'wrong')
    refuse(routes.deleteMe, 'wrong-password', 'This is not your password.')
  await uncountAttempt(context, limits, 'succeeded')
  await transaction(async ({ sql }) => {
    await Promise.all([
      sql`delete from verification where value = ${userId}`,
      sql`delete from shop_user where id = ${userId}`,
    ])
  })
  return undefined
}
