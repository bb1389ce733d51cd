// The schemas that all contracts share: ids, money, addresses, pages of a list, problems.
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { Shape } from './define.ts'
import { Line, Opaque } from './text.ts'

export const Id = Type.String({ format: 'uuid', description: 'A UUID; new ones are version 7.' })
export const Time = Type.String({ format: 'date-time', description: 'UTC, ISO 8601.' })
export const Day = Type.String({ format: 'date', description: 'A day, ISO 8601: 2026-12-02.' })
/** The language in which somebody shops. */
export const Language = Type.String({
  pattern: '^[a-z]{2,3}$',
  maxLength: 3,
  description: 'A primary language tag of BCP 47, such as en or de.',
})
/** The domain is stored in lower case and in ASCII (ada@bücher.example is ada@xn--bcher-kva.example). */
export const Email = Type.String({ format: 'email', maxLength: 254, 'x-text': 'email' })
export const Sku = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', maxLength: 64 })
export const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 120 })
/** Requests are checked against the list of currencies (`isCurrency`) by the keyword x-currency; messages are not. */
export const Currency = Type.String({
  pattern: '^[A-Z]{3}$',
  description: 'A currency of ISO 4217, such as EUR',
  'x-currency': true,
})
export const Country = Type.String({
  pattern: '^[A-Z]{2}$',
  description: 'ISO 3166-1 alpha-2',
  'x-text': 'country',
})
/** The largest price of one unit. */
const largestPrice = 1_000_000_000_00
/** The largest total of an order: 50 units at the largest price and their tax, and hundreds of them add up to a safe integer. */
export const largestTotal = 100 * largestPrice
const inMinorUnits = { description: 'An amount in minor units (cents) of a currency.' }
export const Money = Shape(
  { amount: Type.Integer({ minimum: -largestTotal, maximum: largestTotal }), currency: Currency },
  inMinorUnits,
)
export type Money = Static<typeof Money>
/** What is paid or given back: not negative. */
export const Amount = Shape(
  { amount: Type.Integer({ minimum: 0, maximum: largestTotal }), currency: Currency },
  inMinorUnits,
)
/** The price of one unit. */
export const Price = Shape({ amount: Type.Integer({ minimum: 0, maximum: largestPrice }), currency: Currency })

const none = 'Empty where addresses of the country have none.'
/** An address as it is stored. */
export const Address = Shape({
  name: Line({ minLength: 1, maxLength: 120 }),
  company: Type.Optional(Line({ maxLength: 120 })),
  line1: Line({ minLength: 1, maxLength: 200 }),
  line2: Type.Optional(Line({ maxLength: 200 })),
  city: Line({ maxLength: 120, description: none }),
  region: Type.Optional(Line({ maxLength: 120 })),
  postalCode: Line({ maxLength: 20, description: none }),
  country: Country,
  phone: Type.Optional(
    Line({ maxLength: 40, description: 'Stored as E.164; without a + it is a number of the country.' }),
  ),
})
export type Address = Static<typeof Address>
/**
 * An address in a request, with more fields beside its parts. It is checked by the rules of its country
 * (packages/service/http/addresses.ts), which also fill in an empty city and postal code: a handler gets an address as it is stored.
 */
export function AddressWith<P extends TProperties>(more: P) {
  const shape = Shape({ ...Address.properties, ...more })
  const { city, postalCode } = Address.properties
  const properties = { ...shape.properties, city: Type.Optional(city), postalCode: Type.Optional(postalCode) }
  return Type.Unsafe<Address & Static<TObject<P>>>({
    ...Shape(properties),
    'x-address': true,
    description:
      'City, region and postal code are required where the country has them. A postal code must look like those of the country, and is refused where there are none.',
  })
}
export const AddressInput = AddressWith({})

/** The query of a list: keyset-paged, at most 100 a page. */
export const paging = {
  cursor: Type.Optional(Opaque({ maxLength: 400, description: 'nextCursor of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
}
/** One page of a list; without nextCursor it is the last. */
export function Page<S extends TSchema>(item: S) {
  return Shape({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) })
}

/** RFC 9457. Every error of every route looks like this. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable; programs decide by it.' }),
  detail: Type.Optional(Type.String({ description: 'A sentence for the person who reads it.' })),
  requestId: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
})
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail?: string
  requestId?: string
  [more: string]: unknown
}
export const byId = Shape({ id: Id })
export const byOrderId = Shape({ orderId: Id })
