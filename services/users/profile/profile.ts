// A customer's own profile: read it, change it, delete the account.
import { usersApi } from '@souk/contracts/users'
import { handle, type Request, refuse } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { recordEvent } from '../security-events.ts'
import { requirePassword } from './require-password.ts'

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
export const deleteMe = handle(routes.deleteMe, (request, context: UsersContext) =>
  context.resources.passwords.admit(() => deleteAccount(request, context)),
)

async function deleteAccount(request: Request<typeof routes.deleteMe>, context: UsersContext): Promise<undefined> {
  const { userId, email } = await requirePassword(request, request.body.password, context)
  await context.transaction(async ({ sql }) => {
    await Promise.all([
      sql`delete from verification where value = ${userId}`,
      sql`delete from shop_user where id = ${userId}`,
    ])
  })
  recordEvent('account-deleted', request, context, { outcome: 'allowed', email, userId })
  return undefined
}
