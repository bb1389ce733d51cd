// The address book of a customer: at most fifty addresses, exactly one of them the default. Each change locks the customer's row,
// so two changes of one address book never run at once.
import { randomUUIDv7 } from 'node:crypto'
import type { Address } from '@souk/contracts'
import { usersApi } from '@souk/contracts/users'
import type { Sql } from '@souk/postgres'
import { handle, handleOnce, refuse } from '@souk/service'
import { checkAddress } from '@souk/service/http/addresses'
import type { UsersContext } from '../context.ts'

const { routes } = usersApi
const mostAddresses = 50

export type AddressInput = Address
interface AddressRow {
  id: string
  name: string
  company: string | null
  line1: string
  line2: string | null
  city: string
  region: string | null
  postalCode: string
  country: string
  phone: string | null
  isDefault: boolean
}

export const listAddresses = handle(routes.listAddresses, async ({ caller }, { sql }: UsersContext) => ({
  items: (await addressesOf(caller.userId, sql)).map(addressOf),
}))

export const addAddress = handleOnce(routes.addAddress, async ({ caller, body }, _context: UsersContext, { sql }) => {
  if (!(await lockAddressBook(caller.userId, sql)))
    refuse(routes.addAddress, 'not-signed-in', 'This account no longer exists.')
  const book = await addressesOf(caller.userId, sql)
  if (book.length >= mostAddresses)
    refuse(
      routes.addAddress,
      'too-many-addresses',
      `An address book holds ${mostAddresses} addresses. Delete one first.`,
    )
  const isDefault = book.length === 0 || body.isDefault === true
  if (isDefault) await sql`update address set is_default = false where user_id = ${caller.userId} and is_default`
  return addressOf(await insertAddress(sql, caller.userId as string, body, isDefault))
})

/**
 * Another address becomes the default with `isDefault: true`; `isDefault: false` changes nothing. An address that is older than a rule
 * may stay as it is; once a part of it changes, the whole address must be right.
 */
export const changeAddress = handle(routes.changeAddress, ({ caller, params, body }, { transaction }: UsersContext) =>
  transaction(async ({ sql }) => {
    await lockAddressBook(caller.userId, sql)
    const before = (await addressesOf(caller.userId, sql)).find((one) => one.id === params.id)
    if (!before) refuse(routes.changeAddress, 'not-found', 'You have no such address.')
    const { isDefault: isWanted, ...parts } = body
    const after = withParts(before, parts)
    const isDefault = before.isDefault || isWanted === true
    if (isDefault && !before.isDefault)
      await sql`update address set is_default = false where user_id = ${caller.userId} and is_default`
    const [row] = await sql<AddressRow>`
      update address
      set name = ${after.name}, company = ${after.company ?? null}, line1 = ${after.line1}, line2 = ${after.line2 ?? null},
        city = ${after.city}, region = ${after.region ?? null}, postal_code = ${after.postalCode},
        country = ${after.country}, phone = ${after.phone ?? null}, is_default = ${isDefault}
      where id = ${params.id} and user_id = ${caller.userId}
      returning *`
    return addressOf(row as AddressRow)
  }),
)

export const deleteAddress = handle(routes.deleteAddress, ({ caller, params }, { transaction }: UsersContext) =>
  transaction(async ({ sql }) => {
    await lockAddressBook(caller.userId, sql)
    const [gone] = await sql<{ isDefault: boolean }>`
      delete from address where id = ${params.id} and user_id = ${caller.userId} returning is_default`
    if (!gone) refuse(routes.deleteAddress, 'not-found', 'You have no such address.')
    if (gone.isDefault) {
      await sql`
        update address set is_default = true
        where id = (select id from address where user_id = ${caller.userId} order by id desc limit 1)`
    }
    return undefined
  }),
)

/** Locks the customer's row. False when the account no longer exists. */
async function lockAddressBook(userId: string | undefined, sql: Sql): Promise<boolean> {
  const [owner] = await sql`select id from shop_user where id = ${userId ?? null} for update`
  return owner !== undefined
}

function addressesOf(userId: string | undefined, sql: Sql) {
  return sql<AddressRow>`
    select id, name, company, line1, line2, city, region, postal_code, country, phone, is_default
    from address
    where user_id = ${userId ?? null}
    order by is_default desc, id desc`
}

/** Adds an address to a book that the caller has locked, or that is new. */
export async function insertAddress(
  sql: Sql,
  userId: string,
  address: AddressInput,
  isDefault: boolean,
): Promise<AddressRow> {
  const [row] = await sql<AddressRow>`
    insert into address (id, user_id, name, company, line1, line2, city, region, postal_code, country, phone, is_default)
    values (${randomUUIDv7()}, ${userId}, ${address.name}, ${address.company ?? null}, ${address.line1},
      ${address.line2 ?? null}, ${address.city}, ${address.region ?? null}, ${address.postalCode},
      ${address.country}, ${address.phone ?? null}, ${isDefault})
    returning *`
  return row as AddressRow
}

/** The address with some of its parts changed; null unsets one. Refuses what its country does not have. */
function withParts(before: AddressRow, parts: { [P in keyof Address]?: Address[P] | null }): Address {
  const { id: _id, isDefault: _isDefault, ...stored } = before
  const after = withoutNulls({ ...stored, ...parts }) as Address // The contract lets no required part be null.
  if (Object.keys(parts).length === 0) return after
  const errors = checkAddress(after)
  const [first] = errors
  if (first) {
    const sentence = `This would not be an address that we can send to: ${first.path} ${first.message}.`
    refuse(routes.changeAddress, 'invalid-request', sentence, { errors })
  }
  return after
}

/** The address as in the contract: a missing part is left out. */
function addressOf(row: AddressRow) {
  return withoutNulls(row) as Address & { id: string; isDefault: boolean } // The other columns are never null.
}
function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
}
