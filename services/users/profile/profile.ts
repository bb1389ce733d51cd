// A person's own profile: read, changed, deleted.
import { usersApi } from '@souk/contracts/users'
import { handle, Refusal, refuse } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { passwordLimit } from '../sign-in/auth-handlers.ts'
import { countTry, giveBack } from '../sign-in/rate-limit.ts'

const { routes } = usersApi

export interface Person {
  id: string
  email: string
  emailVerified: boolean
  name: string
  role: 'customer' | 'staff'
  createdAt: string
}

export const readMe = handle(routes.readMe, async ({ caller }, { sql }: UsersContext) => {
  const [me] = await sql<Person>`
    select id, email, email_verified, name, role, created_at from shop_user where id = ${caller.userId ?? null}`
  return me ?? refuse(routes.readMe, 'not-signed-in', 'This account is gone.')
})

export const changeMe = handle(routes.changeMe, async ({ caller, body }, { sql, now }: UsersContext) => {
  const [me] = await sql<Person>`
    update shop_user
    set name = coalesce(${body.name ?? null}, name), updated_at = ${now().toISOString()}
    where id = ${caller.userId ?? null}
    returning id, email, email_verified, name, role, created_at`
  return me ?? refuse(routes.changeMe, 'not-signed-in', 'This account is gone.')
})

/** Sessions, address book and passwords go with the account; the triggers tell everybody. */
export const deleteMe = handle(routes.deleteMe, ({ caller, body }, context: UsersContext) =>
  context.resources.passwords.admit(() => leave(caller.userId ?? '', body.password, context)),
)

async function leave(userId: string, password: string, context: UsersContext): Promise<undefined> {
  const { sql, resources } = context
  const limits = [passwordLimit(userId, context)]
  await countTry(context, limits)
  const [credential] = await sql<{ password: string }>`
    select password from credential where user_id = ${userId} and provider_id = 'credential'`
  if (!credential) throw new Refusal('not-signed-in', 401, 'This account is gone.')
  if ((await resources.passwords.verify(credential.password, password)) === 'wrong')
    refuse(routes.deleteMe, 'wrong-password', 'This is not your password.')
  await giveBack(context, limits, true)
  await context.transaction(async ({ sql }) => {
    await Promise.all([
      sql`delete from verification where value = ${userId}`,
      sql`delete from shop_user where id = ${userId}`,
    ])
  })
  return undefined
}
