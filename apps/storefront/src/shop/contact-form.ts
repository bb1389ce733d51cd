// The first step of the checkout: who buys, where the goods go, and who gets the bill. What was typed stays with the browser until the
// cart has it.
import type { Address } from '@souk/contracts'
import type { ProblemError } from '@souk/contracts/client'
import type { Cart, CartInput } from '@souk/contracts/orders'
import type { AstroCookies } from 'astro'
import type { Texts } from '../texts/texts.ts'
import { addressFields, addressParts, typedAddress, wrongIn } from './address-form.ts'
import { dropCookie, setCookie } from './cookies.ts'
import type { Me } from './signed-in.ts'

type Fields = Readonly<Record<string, string>>
export type SavedAddress = Address & { readonly id: string; readonly isDefault: boolean }
export const newAddress = 'new'
const kept = [
  'email',
  'newsletter',
  'saved',
  'differs',
  'save',
  ...addressParts,
  ...addressParts.map((part) => `billing-${part}`),
]
/** Browsers take 4 kB for a cookie, with name and marks. */
const longestCookie = 3_600

/** The fields of the form when it is opened: what was typed and not stored, or else what the cart and the account say. */
export function contactFields(
  cart: Cart,
  cookies: AstroCookies,
  me: Me | undefined,
  saved: readonly SavedAddress[],
): Fields {
  const typed = typedBefore(cookies)
  if (typed) return typed
  const { email, shippingAddress, billingAddress } = cart
  const usual = saved.find((one) => one.isDefault) ?? saved[0]
  const chosen = shippingAddress ? saved.find((one) => isSame(one, shippingAddress))?.id : usual?.id
  return {
    email: email ?? me?.email ?? '',
    saved: chosen ?? newAddress,
    ...(me && !shippingAddress ? { name: me.name } : {}),
    ...addressFields(shippingAddress),
    ...addressFields(billingAddress, 'billing-'),
    ...(billingAddress ? { differs: 'on' } : {}),
  }
}

/** The fields that were posted, with `differs` when the tick "same as the delivery address" was taken away. */
export function withBilling(fields: Fields): Fields {
  const { same, 'asked-same': wasAsked, ...others } = fields
  return wasAsked && !same ? { ...others, differs: 'on' } : others
}

/** Keeps what was typed with the browser, while the shop cannot take it. */
export function keepTyped(cookies: AstroCookies, url: URL, fields: Fields): void {
  const text = JSON.stringify(Object.fromEntries(kept.flatMap((name) => (fields[name] ? [[name, fields[name]]] : []))))
  if (encodeURIComponent(text).length <= longestCookie) setCookie(cookies, url, 'souk_typed', text)
}

export function forgetTyped(cookies: AstroCookies): void {
  if (cookies.has('souk_typed')) dropCookie(cookies, 'souk_typed')
}

function typedBefore(cookies: AstroCookies): Fields | undefined {
  try {
    const typed: unknown = JSON.parse(cookies.get('souk_typed')?.value ?? 'null')
    if (typeof typed !== 'object' || typed === null) return undefined
    return Object.fromEntries(Object.entries(typed).filter(([, value]) => typeof value === 'string'))
  } catch {
    return undefined // It is not one of ours.
  }
}

function isSame(one: Address, other: Address): boolean {
  return addressParts.every((part) => (one[part] ?? '') === (other[part] ?? ''))
}

/** What is wrong with the form, as sentences by field. */
export function wrongContact(fields: Fields, saved: readonly SavedAddress[], t: Texts): Record<string, string> {
  const email = fields.email ?? ''
  return {
    ...(/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email) && email.length <= 254 ? {} : { email: t('buy.emailWrong') }),
    ...(savedAddress(fields, saved) ? {} : wrongIn(fields, t)),
    ...(fields.differs ? wrongIn(fields, t, 'billing-') : {}),
  }
}

function savedAddress(fields: Fields, saved: readonly SavedAddress[]): SavedAddress | undefined {
  return saved.find(({ id }) => id === fields.saved)
}

/** The delivery address that the form means: a saved one, or the one that was typed. */
export function deliveryAddress(fields: Fields, saved: readonly SavedAddress[]): Address {
  const found = savedAddress(fields, saved)
  if (!found) return typedAddress(fields)
  const { id, isDefault, ...address } = found
  return address
}

/** Writes the form into the cart. */
export function withContact(cart: CartInput, fields: Fields, saved: readonly SavedAddress[]): CartInput {
  return {
    ...cart,
    email: fields.email,
    shippingAddress: deliveryAddress(fields, saved),
    billingAddress: fields.differs ? typedAddress(fields, 'billing-') : undefined,
  }
}

/** The sentences at the fields that the API has found wrong; empty when it says nothing of fields. */
export function wrongByApi(error: ProblemError, t: Texts): Record<string, string> {
  const wrong: Record<string, string> = {}
  const errors = Array.isArray(error.problem.errors) ? (error.problem.errors as { path?: unknown }[]) : []
  for (const { path } of errors) {
    const [, place = '', part = ''] = /^\/?(?:(\w+)[/.])?(\w+)$/.exec(String(path)) ?? []
    const name = `${place === 'billingAddress' ? 'billing-' : ''}${part}`
    if (kept.includes(name)) wrong[name] = name === 'email' ? t('buy.emailWrong') : t('buy.fieldWrong')
  }
  return wrong
}
