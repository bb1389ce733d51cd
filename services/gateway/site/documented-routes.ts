// The routes that the API reference describes: all public routes that are not hidden, and the sign-in routes, whose bodies the
// users contract lists. OpenAPI and the reference page are both written from this list, so they cannot disagree.
import { type Api, apis, Bytes, isBytes, isNothing, isPublic, type Route } from '@souk/contracts'
import { authBasePath, authBodies, usersApi } from '@souk/contracts/users'

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
  'verify-email': 'Prove an e-mail address with the token of that mail',
  'request-password-reset': 'Ask for a mail with which to set a new password',
  'reset-password': 'Set a new password with the token of that mail',
  'change-password': 'Change my password',
}
const signInAbouts: Partial<Record<keyof typeof authBodies, string>> = {
  'sign-up/email': 'A mail with a link proves the address. The answer is the same for an address that has an account.',
  'sign-in/email':
    'Sets the session cookie for browsers. API clients take the token from the set-auth-token response header and send it as Authorization: Bearer. 403 password-change-required: send the sign-in again, with newPassword. 403 password-reset-required: the password works no more, and a mail with a link to choose a new one is on its way. The session that the request came with ends.',
  'request-password-reset':
    'The answer is the same for an address without an account. Links that were sent before stop working.',
  'reset-password': 'All sessions of the account end, and its e-mail address counts as proved.',
  'change-password': 'All other sessions of the account end.',
}

/** Sign-in routes are forwarded as bytes; here each is described as if it had a contract of its own. */
const signIn: Route[] = Object.entries(authBodies).map(([path, body]) => ({
  method: 'POST',
  path: `${authBasePath}/${path}`,
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
/** Whether null unsets a field (`Patch`). */
export function mayBeNull({ type }: Schema): boolean {
  return Array.isArray(type) && type.includes('null')
}
/** The schema of a field without the null that unsets it. */
export function withoutNull(schema: Schema): Schema {
  return mayBeNull(schema) ? { ...schema, type: (schema.type as string[])[0] } : schema
}
export function fieldsOf(schema: object | undefined): [name: string, schema: Schema][] {
  return Object.entries((schema as Schema | undefined)?.properties ?? {})
}

export interface DocumentedHeader {
  name: string
  isNeeded: boolean
  note: string
  example: string
}
const idempotencyNote =
  'Any text that you choose, at most 255 characters; send the same one when you repeat the request.'
const headerNotes: Record<string, Omit<DocumentedHeader, 'name' | 'isNeeded'>> = {
  'if-match': {
    note: 'The ETag that you read. The request is refused with version-conflict when it is not the current one.',
    example: '"3"',
  },
  'if-none-match': {
    note: 'The ETag that you read: a read is answered 304 when nothing has changed. With * a change is made only when there is nothing yet.',
    example: '"3"',
  },
  'order-key': { note: 'The accessKey of the order, for guests.', example: 'k7XwT0cWq3vJ9m2sB4nLpA' },
}

/** The request headers that a caller may or must send, besides those of HTTP itself. */
export function headersOf(route: Route): DocumentedHeader[] {
  const key = { name: 'idempotency-key', note: idempotencyNote, example: '7d1f1a52-2c3e-4b5b-9d0a-1d6c0e8f7a10' }
  return [
    ...(route.idempotencyKey ? [{ ...key, isNeeded: route.idempotencyKey === true }] : []),
    ...(route.headers ?? []).map((name) => ({
      ...(headerNotes[name] ?? { note: '', example: '' }),
      name,
      isNeeded: false,
    })),
  ]
}
