// What the API reference tells of: all public routes that are not hidden, and the sign-in routes, whose bodies the users
// contract lists. The same list feeds /openapi.json and /docs, so that they cannot disagree.
import { type Api, apis, Bytes, commonRefusals, isBytes, isNothing, isPublic, type Route } from '@souk/contracts'
import { authBodies, usersApi } from '@souk/contracts/users'

export type Schema = Record<string, unknown>
export interface Chapter {
  name: string
  about: string
  routes: readonly Route[]
}

const signInSummaries: Record<keyof typeof authBodies, string> = {
  'sign-up/email': 'Make an account',
  'sign-in/email': 'Sign in with e-mail address and password',
  'sign-out': 'Sign out',
  'send-verification-email': 'Send the mail again that proves an e-mail address',
  'request-password-reset': 'Ask for a mail with which to set a new password',
  'reset-password': 'Set a new password with the token of that mail',
  'change-password': 'Change my password',
}
const signInAbouts: Partial<Record<keyof typeof authBodies, string>> = {
  'sign-up/email': 'A mail with a link proves the address. The answer is the same for an address that has an account.',
  'sign-in/email':
    'Sets the session cookie for browsers. API clients take the token from the set-auth-token response header and send it as Authorization: Bearer.',
  'change-password': 'All other sessions of the account end.',
}

/** Sign-in routes pass through as bytes; here they are told as if each had a contract of its own. */
const signIn: Route[] = Object.entries(authBodies).map(([path, body]) => ({
  method: 'POST',
  path: `/v1/auth/${path}`,
  access: path === 'change-password' ? 'customer' : 'anyone',
  summary: signInSummaries[path as keyof typeof authBodies],
  about: signInAbouts[path as keyof typeof authBodies],
  body,
  reply: Bytes,
  service: 'users',
  name: path.replaceAll(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase()),
}))

export const chapters: readonly Chapter[] = apis.map((api: Api) => ({
  name: api.name,
  about: api.about,
  routes: [
    ...(api.name === usersApi.name ? signIn : []),
    ...Object.values(api.routes).filter((route) => isPublic(route) && !route.hidden),
  ],
}))

/** All that a caller may be refused on a route: code → status. */
export function refusalsOf(route: Route): [code: string, status: number][] {
  const common = Object.entries(commonRefusals).filter(([code]) => applies(code, route))
  return [...Object.entries(route.refusals ?? {}), ...common].sort((a, b) => a[1] - b[1])
}

function applies(code: string, route: Route): boolean {
  switch (code) {
    case 'invalid-request':
      return Boolean(route.params ?? route.query ?? route.body)
    case 'not-signed-in':
      return route.access !== 'anyone'
    case 'not-allowed':
      return route.access === 'staff'
    case 'not-found':
      return route.params !== undefined
    case 'too-large':
    case 'unsupported-media-type':
      return route.body !== undefined
    case 'idempotency-key-missing':
    case 'idempotency-key-reused':
    case 'idempotency-in-flight':
      return route.idempotencyKey === true
    case 'too-many-requests':
    case 'unavailable':
    case 'deadline-exceeded':
      return true
    default:
      return false
  }
}

/** What a refusal means. A new code without a sentence here is shown by its name alone. */
export const meanings: Record<string, string> = {
  'wrong-password': 'The password is not the one of this account.',
  'too-many-addresses': 'The address book is full.',
  'invalid-cursor': 'This cursor is not from this list; begin again without it.',
  'slug-taken': 'Another one has this slug.',
  'sku-taken': 'Another variant has this SKU.',
  'invalid-variants': 'The variants do not fit the options, or repeat each other.',
  'category-unknown': 'There is no category with this slug.',
  'version-conflict': 'Somebody has changed it since you read it; read it again.',
  'invalid-picture': 'This is no picture that we can read, or it is too large.',
  'too-many-pictures': 'This product has as many pictures as it may.',
  'too-deep': 'The category tree has two levels.',
  'category-not-empty': 'Move its products and subcategories first.',
  'not-enough-stock': 'There are fewer than that.',
  'location-unknown': 'There is no such location.',
  'invalid-quantity': 'This kind of movement cannot have this quantity.',
  'cart-ordered': 'This cart has become an order; begin a new one.',
  'payment-declined': 'No money was taken. Try again with a new order id.',
  'out-of-stock': 'Too few are left. Nothing was reserved and no money was taken.',
  'price-changed': 'The total is not the one that you expected; read the cart again.',
  'order-canceled': 'The order was canceled.',
  'order-id-taken': 'Another order has this id; choose a new one.',
  'cart-incomplete': 'Something is missing from the cart: lines, e-mail, address or shipping.',
  'cart-not-found': 'There is no such cart.',
  'cannot-ship-there': 'We do not ship to this country.',
  'provider-unknown': 'There is no such payment provider.',
  'too-many-reservations': 'You have too many unpaid orders; finish or cancel one.',
  'too-late-to-cancel': 'It has been shipped.',
  'not-paid': 'The order is not paid.',
  'nothing-to-ship': 'All of it has been shipped.',
  'too-many-units': 'That is more than is left to ship.',
  'refund-too-large': 'That is more than was paid and not yet refunded.',
  'invalid-refund': 'Say lines or an amount, in the currency of the order.',
  'cannot-resend': 'This message cannot be sent again.',
  'invalid-request': 'The request is not what this route takes; errors says where.',
  'not-signed-in': 'Sign in first, or the token is no longer valid.',
  'not-allowed': 'You are signed in, but may not do this.',
  'not-found': 'There is no such thing, or it is not yours.',
  'too-large': 'The body is larger than this route takes.',
  'unsupported-media-type': 'Send the body as application/json.',
  'idempotency-key-missing': 'Send an Idempotency-Key header.',
  'idempotency-key-reused': 'This key was used for a different request.',
  'idempotency-in-flight': 'The first request with this key has not finished; ask again.',
  'too-many-requests': 'Too often; Retry-After says when to come back.',
  unavailable: 'Busy or down just now; try again after Retry-After seconds.',
  'deadline-exceeded': 'It took too long. Ask again before you assume that nothing happened.',
}

/** JSON, bytes or nothing. */
export function mediaOf(schema: Route['body']): 'json' | 'bytes' | 'nothing' {
  if (schema === undefined || isNothing(schema)) return 'nothing'
  return isBytes(schema) ? 'bytes' : 'json'
}
export function statusesOf(route: Route): number[] {
  return [route.status ?? 200, ...(route.otherStatuses ?? [])]
}
export function isOptional(owner: object | undefined, field: string): boolean {
  const { required = [] } = (owner ?? {}) as { required?: string[] }
  return !required.includes(field)
}
export function fieldsOf(schema: object | undefined): [name: string, schema: Schema][] {
  return Object.entries((schema as Schema | undefined)?.properties ?? {})
}
