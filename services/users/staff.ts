// Accounts that are made without a sign-up: staff, and the customers of the demo shop. Changes the role of an account, too.
import { randomUUIDv7 } from 'node:crypto'
import type { Sql } from '@souk/postgres'
import { WrongSettings } from '@souk/service'
import type { UsersContext } from './context.ts'
import type { PasswordHasher } from './passwords/password-hasher.ts'
import { passwordProblem } from './passwords/password-rules.ts'
import { type AddressInput, insertAddress } from './profile/addresses.ts'

/** The part of the context that these functions need. `npm run staff` builds it without running the service. */
export interface AccountContext extends Pick<UsersContext, 'sql' | 'now' | 'settings'> {
  transaction<T>(work: (transaction: { sql: Sql }) => Promise<T>): Promise<T>
  shared: { shopName: string }
  resources: { passwords: PasswordHasher }
}
interface NewPerson {
  email: string
  password: string
  name: string
}
interface NewStaff extends NewPerson {
  /** The password was generated, and is shown to somebody: it must be replaced at the first sign-in. */
  isGenerated?: boolean
}

/**
 * Makes a staff account, or leaves the one with this address as it is. `isItsPassword` is false when the account exists and its
 * owner has changed the password. Throws WrongSettings when a new account's password is too weak, and an error when the address
 * belongs to a customer. A generated password that is still in use, from before it had to be replaced, must be replaced from now on.
 */
export async function ensureStaff(
  context: AccountContext,
  person: NewStaff,
): Promise<{ isNew: boolean; isItsPassword: boolean }> {
  const email = person.email.toLowerCase()
  const { passwords } = context.resources
  const [found] = await context.sql<{ id: string; role: string; hash: string | null; mustChangeBy: string | null }>`
    select u.id, u.role, c.password as hash, c.must_change_by
    from shop_user u
    left join credential c on c.user_id = u.id and c.provider_id = 'credential'
    where u.email = ${email}`
  if (found && found.role !== 'staff')
    throw new Error(`The account ${email} belongs to a customer. Staff need an account of their own.`)
  if (found) {
    const isItsPassword = found.hash !== null && (await passwords.verify(found.hash, person.password)) !== 'wrong'
    if (isItsPassword && person.isGenerated && !found.mustChangeBy)
      await context.sql`update credential set must_change_by = 'sign-in' where user_id = ${found.id} and password = ${found.hash}`
    return { isNew: false, isItsPassword }
  }

  const owner = { email, role: 'staff', shopName: context.shared.shopName } as const
  const problem = passwordProblem(person.password, owner, context.settings)
  if (problem)
    throw new WrongSettings(`The password for ${email} (SOUK_STAFF_PASSWORD) is not good enough. ${problem.sentence}`)
  const credential = { hash: await passwords.hash(person.password), isGenerated: person.isGenerated ?? false }
  const made = await insertPerson(context, person, 'staff', credential)
  return made === undefined ? ensureStaff(context, person) : { isNew: true, isItsPassword: true }
}

/**
 * Makes an account staff, or staff a customer. Its sessions end, so gateways stop using the old role, at the latest when their session
 * caches expire. An account becomes staff only after its e-mail address was verified; then its password opens it no more, and links that
 * were sent before stop working: who made the account need not be who owns the address. A new password is chosen by a new link.
 */
export async function changeRole(
  { transaction }: Pick<AccountContext, 'transaction'>,
  email: string,
  role: 'customer' | 'staff',
): Promise<'changed' | 'unchanged' | 'unverified' | 'unknown'> {
  const found = await transaction(async ({ sql }) => {
    // A sign-in that stores its session now waits for the end of this transaction, and looks again whether its password still counts.
    await sql`select id from shop_user where email = ${email.toLowerCase()} for update`
    return changeRoleOf(sql, email.toLowerCase(), role)
  })
  if (!found) return 'unknown'
  if (found.isChanged) return 'changed'
  return found.isSame ? 'unchanged' : 'unverified'
}

async function changeRoleOf(sql: Sql, email: string, role: 'customer' | 'staff') {
  const [found] = await sql<{ isSame: boolean; isChanged: boolean }>`
    with changed as (
      update shop_user
      set role = ${role}, updated_at = clock_timestamp()
      where email = ${email} and role <> ${role} and (email_verified or ${role} = 'customer')
      returning id
    ), ended as (
      delete from session where user_id in (select id from changed)
    ), unusable as (
      update credential set must_change_by = 'reset-link'
      where user_id in (select id from changed) and ${role} = 'staff'
    ), dead as (
      delete from verification where value in (select id::text from changed)
    ), dropped as (
      delete from email_change where user_id in (select id from changed)
    )
    select role = ${role} as is_same, exists (select from changed) as is_changed
    from shop_user
    where email = ${email}`
  return found
}

/** Gives a staff account a generated password, which must be replaced at the next sign-in. Its sessions end. False: no such staff. */
export async function replaceStaffPassword(
  { transaction, resources }: AccountContext,
  email: string,
  password: string,
): Promise<boolean> {
  const hash = await resources.passwords.hash(password)
  return transaction(async ({ sql }) => {
    const [changed] = await sql<{ userId: string }>`
      update credential set password = ${hash}, updated_at = clock_timestamp()
      where provider_id = 'credential'
        and user_id = (select id from shop_user where email = ${email.toLowerCase()} and role = 'staff')
      returning user_id`
    if (!changed) return false
    // Apart, because a trigger takes the mark away when the password changes.
    await sql`update credential set must_change_by = 'sign-in' where user_id = ${changed.userId}`
    await sql`delete from session where user_id = ${changed.userId}`
    return true
  })
}

/** Makes a customer whose e-mail address counts as verified, or finds the one with this address. Returns the account's id. */
export async function createCustomer(
  context: UsersContext,
  person: NewPerson & { id?: string; addresses?: readonly AddressInput[] },
): Promise<string> {
  const find = async () => {
    const [row] = await context.sql<{
      id: string
    }>`select id from shop_user where email = ${person.email.toLowerCase()}`
    return row?.id
  }
  const found = await find()
  if (found) return found
  const credential = { hash: await context.resources.passwords.hash(person.password), isGenerated: false }
  const id = (await insertPerson(context, person, 'customer', credential)) ?? (await find())
  if (!id) throw new Error(`The account ${person.email} was deleted while it was made.`)
  return id
}

/** The new account's id. Undefined when another request has just made an account with this address. */
function insertPerson(
  { transaction, now }: Pick<AccountContext, 'transaction' | 'now'>,
  person: NewPerson & { id?: string; addresses?: readonly AddressInput[] },
  role: 'customer' | 'staff',
  { hash, isGenerated }: { hash: string; isGenerated: boolean },
): Promise<string | undefined> {
  const time = now().toISOString()
  return transaction(async ({ sql }) => {
    const [made] = await sql<{ id: string }>`
      insert into shop_user (id, email, name, email_verified, role, created_at, updated_at)
      values (${person.id ?? randomUUIDv7()}, ${person.email.toLowerCase()}, ${person.name}, true, ${role}, ${time}, ${time})
      on conflict (email) do nothing
      returning id`
    if (!made) return undefined
    await sql`
      insert into credential (id, user_id, provider_id, account_id, password, must_change_by, created_at, updated_at)
      values (${randomUUIDv7()}, ${made.id}, 'credential', ${made.id}::text, ${hash}, ${isGenerated ? 'sign-in' : null},
        ${time}, ${time})`
    for (const [index, address] of (person.addresses ?? []).entries())
      await insertAddress(sql, made.id, address, index === 0)
    return made.id
  })
}
