// The routes that the API reference describes: all public routes that are not hidden, and the sign-in routes, whose bodies the
// users contract lists. OpenAPI and the reference page are both written from this list, so they cannot disagree.
import { type Api, apis, isBytes, isNothing, isPublic, type Route } from '@souk/contracts'
import { authBasePath, authBodies, authRoutes, usersApi } from '@souk/contracts/users'

export type Schema = Record<string, unknown>
export interface Chapter {
  name: string
  about: string
  routes: readonly Route[]
}

/** Sign-in routes are forwarded as bytes; here each is described as if it had a contract of its own. */
const signIn: Route[] = Object.entries(authBodies).map(([path, body]) => ({
  ...authRoutes[path as keyof typeof authRoutes],
  method: 'POST',
  path: `${authBasePath}/${path}`,
  body,
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
  'cart-id': {
    note: 'The id of the cart that the order was made of, for a guest whose checkout was never answered.',
    example: '01990a3e-7c1d-7b52-9f6e-2f7d1c0a4b11',
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
