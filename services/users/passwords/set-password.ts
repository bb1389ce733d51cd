// Stores a new password of an account whose owner has entered the old one.
import type { UsersContext } from '../context.ts'

/** Sets the password and ends all sessions. A trigger deletes the links that were mailed before. */
export async function setPassword(userId: string, password: string, context: UsersContext): Promise<void> {
  const hash = await context.resources.passwords.hash(password)
  const time = context.now().toISOString()
  await context.transaction(async ({ sql }) => {
    await sql`
      update credential
      set password = ${hash}, updated_at = ${time}
      where user_id = ${userId} and provider_id = 'credential'`
    await sql`delete from session where user_id = ${userId}`
  })
}
