// What the users service promises: accounts, sessions, profiles and address books.
import { type Static, Type } from 'typebox'
import { Address, AddressWith, byId, Email, Id, Page, paging, Time } from './basics.ts'
import { Bytes, defineApi, message, Nothing, OneOf, Patch, type RouteDefinition, Shape } from './define.ts'
import { EmailFilter, Line, Opaque, Secret } from './text.ts'

export const Role = OneOf(['customer', 'staff'])
export type Role = Static<typeof Role>

export const Me = Shape({
  id: Id,
  email: Email,
  emailVerified: Type.Boolean(),
  name: Type.String(),
  role: Role,
  createdAt: Time,
})
export const SavedAddress = Shape({ id: Id, ...Address.properties, isDefault: Type.Boolean() })
export const SavedAddressInput = AddressWith({ isDefault: Type.Optional(Type.Boolean()) })
export const Session = Shape({
  id: Id,
  createdAt: Time,
  expiresAt: Time,
  ipAddress: Type.Optional(Type.String()),
  userAgent: Type.Optional(Type.String()),
  current: Type.Boolean(),
})
/** The user that a session belongs to: what the gateway puts into its service tokens. */
export const Identity = Shape({ userId: Id, role: Role, sessionId: Id, email: Email, emailVerified: Type.Boolean() })
export type Identity = Static<typeof Identity>

const password = Secret({ minLength: 1, maxLength: 1_000 })
const place = Opaque({ maxLength: 1_000, description: 'A path of the shop, or a URL of a trusted origin.' })
/** The open routes of better-auth that change something, with their bodies; its other routes are closed. */
export const authBodies = {
  'sign-up/email': Shape({
    name: Line({ minLength: 1, maxLength: 120 }),
    email: Email,
    password,
    callbackURL: Type.Optional(place),
  }),
  'sign-in/email': Shape({
    email: Email,
    password,
    newPassword: Type.Optional(
      Secret({
        minLength: 1,
        maxLength: 1_000,
        description: 'Replaces the password before the sign-in. Needed after password-change-required.',
      }),
    ),
    rememberMe: Type.Optional(Type.Boolean()),
    callbackURL: Type.Optional(place),
  }),
  'sign-out': Shape({}),
  'send-verification-email': Shape({ email: Email, callbackURL: Type.Optional(place) }),
  'verify-email': Shape({ token: Opaque({ minLength: 1, maxLength: 1_000 }) }),
  'request-password-reset': Shape({ email: Email, redirectTo: Type.Optional(place) }),
  'reset-password': Shape({ newPassword: password, token: Opaque({ minLength: 1, maxLength: 200 }) }),
  'change-password': Shape({ currentPassword: password, newPassword: password }),
}
const passwordRules = {
  'password-too-short': 422,
  'password-too-long': 422,
  'password-too-personal': 422,
  'password-too-common': 422,
}
const foreignPage = { 'invalid-callback-url': 403 }
const done = Shape({ status: Type.Boolean() })
const cookie = { 'Set-Cookie': 'The session cookie, for browsers.' }
const account = Shape({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  emailVerified: Type.Boolean(),
  role: Role,
  image: Type.Union([Type.String(), Type.Null()]),
  createdAt: Time,
  updatedAt: Time,
})
type AuthRoute = Pick<RouteDefinition, 'summary' | 'about' | 'access' | 'reply' | 'refusals' | 'replyHeaders'>
/** What each of these routes answers and refuses. They are forwarded as bytes, so this is not enforced for replies. */
export const authRoutes: { readonly [P in keyof typeof authBodies]: AuthRoute } = {
  'sign-up/email': {
    summary: 'Make an account',
    about: 'A mail with a link proves the address. The answer is the same for an address that has an account.',
    access: 'anyone',
    reply: Shape({
      token: Type.Null(),
      user: Shape({ name: Type.String(), email: Type.String(), emailVerified: Type.Boolean() }),
    }),
    refusals: { ...foreignPage, ...passwordRules },
  },
  'sign-in/email': {
    summary: 'Sign in with e-mail address and password',
    about:
      'Sets the session cookie for browsers. API clients take the token from the set-auth-token response header and send it as Authorization: Bearer.',
    access: 'anyone',
    reply: Shape({
      redirect: Type.Boolean(),
      token: Type.Null(),
      url: Type.Optional(Type.String()),
      user: account,
    }),
    refusals: {
      'invalid-email-or-password': 401,
      'email-not-verified': 403,
      'password-reset-required': 403,
      'password-change-required': 403,
      'password-unchanged': 422,
      ...foreignPage,
      ...passwordRules,
    },
    replyHeaders: { ...cookie, 'Set-Auth-Token': 'The session token, for API clients that keep no cookies.' },
  },
  'sign-out': {
    summary: 'Sign out',
    access: 'anyone',
    reply: Shape({ success: Type.Boolean() }),
    replyHeaders: cookie,
  },
  'send-verification-email': {
    summary: 'Send the mail again that proves an e-mail address',
    access: 'anyone',
    reply: done,
    refusals: { ...foreignPage, 'email-mismatch': 400, 'email-already-verified': 400 },
  },
  'verify-email': {
    summary: 'Prove an e-mail address with the token of that mail',
    access: 'anyone',
    reply: done,
    refusals: { 'invalid-token': 400 },
  },
  'request-password-reset': {
    summary: 'Ask for a mail with which to set a new password',
    access: 'anyone',
    reply: Shape({ status: Type.Boolean(), message: Type.String() }),
    refusals: { 'invalid-redirect-url': 403 },
  },
  'reset-password': {
    summary: 'Set a new password with the token of that mail',
    access: 'anyone',
    reply: done,
    refusals: { 'invalid-token': 400, ...passwordRules },
  },
  'change-password': {
    summary: 'Change my password',
    about: 'All other sessions of the account end.',
    access: 'customer',
    reply: Shape({ token: Type.Null(), user: account }),
    refusals: { 'wrong-password': 403, ...passwordRules },
    replyHeaders: { ...cookie, 'Set-Auth-Token': 'The token of the session that goes on.' },
  },
}
export type AuthBodies = { [P in keyof typeof authBodies]: Static<(typeof authBodies)[P]> }
export const authReads = ['get-session', 'ok'] as const
/** What the links in mails are for. Each opens a page of this name; nothing happens before its button is pressed. */
export const linkActions = ['verify-email', 'reset-password', 'change-email'] as const
export type LinkAction = (typeof linkActions)[number]

/** Where better-auth's routes begin. */
export const authBasePath = '/v1/auth'
const auth = {
  path: `${authBasePath}/*`,
  access: 'anyone',
  reply: Bytes,
  hidden: true,
  session: 'manages',
  // Only a few passwords are hashed at the same time, and the first request waits until better-auth has been loaded.
  deadlineSeconds: 10,
  // x-session-token is the bearer token of the client: between services, Authorization says which service calls.
  headers: ['cookie', 'x-session-token', 'origin', 'referer', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'],
} as const

/** The routes on which passwords, codes and addresses could be guessed. */
const guessable = [
  'sign-in',
  'sign-up',
  'forget-password',
  'request-password-reset',
  'reset-password',
  'send-',
  'two-factor',
  'verify',
] as const

export const usersApi = defineApi('users', 'Accounts, sessions, profiles and address books.', {
  // better-auth's own routes (sign-up, sign-in, sign-out, verification, reset ...), passed through as bytes.
  authRead: { ...auth, rest: authReads, method: 'GET', summary: 'Sign-in and account routes (GET)' },
  authWrite: {
    ...auth,
    rest: Object.keys(authBodies),
    method: 'POST',
    body: Bytes,
    summary: 'Sign-in and account routes (POST)',
    rateLimit: { class: 'credentials', paths: guessable },
  },
  linkPage: {
    method: 'GET',
    path: '/account/:action',
    access: 'anyone',
    hidden: true,
    securityPolicy: 'page',
    summary: 'The page that a link in a mail opens',
    about:
      'Changes nothing, whoever opens it: mail scanners follow links. The query holds token and callbackURL, and whatever mail programs append.',
    params: Shape({ action: OneOf(linkActions) }),
    reply: Bytes,
  },
  useLink: {
    method: 'POST',
    path: '/account/:action',
    access: 'anyone',
    hidden: true,
    securityPolicy: 'page',
    summary: 'The button of that page: uses the link',
    about:
      'Takes the fields of the form and answers with a page: 200, 400 for a link that no longer works, 422 for a password that is not good enough.',
    params: Shape({ action: OneOf(linkActions) }),
    body: Bytes,
    bodyLimit: 8 * 1024,
    reply: Bytes,
    otherStatuses: [400, 422],
    deadlineSeconds: 10,
  },

  readMe: { method: 'GET', path: '/v1/me', access: 'customer', summary: 'Read my profile', reply: Me },
  changeMe: {
    method: 'PATCH',
    path: '/v1/me',
    access: 'customer',
    summary: 'Change my profile',
    body: Patch(Shape({ name: Line({ minLength: 1, maxLength: 120 }) }), []),
    reply: Me,
  },
  changeEmail: {
    method: 'POST',
    path: '/v1/me/email',
    access: 'customer',
    summary: 'Change my e-mail address',
    status: 202,
    about:
      'Asks for the password once more. A link is mailed to the new address; the address changes when the button on its page is pressed. A newer request or a new password makes older links useless. The old address is told at once, and both are told after the change, which ends all other sessions. The answer is the same for an address that has an account.',
    body: Shape({ email: Email, password: Secret({ minLength: 1, maxLength: 256 }) }),
    reply: Shape({ email: Email, expiresAt: Time }),
    refusals: { 'wrong-password': 403, 'email-unchanged': 422 },
    deadlineSeconds: 10,
  },
  deleteMe: {
    method: 'DELETE',
    path: '/v1/me',
    access: 'customer',
    session: 'ends',
    summary: 'Delete my account',
    about: 'Asks for the password once more. Ends all sessions; orders stay, without the account.',
    body: Shape({ password: Secret({ minLength: 1, maxLength: 256 }) }),
    reply: Nothing,
    status: 204,
    refusals: { 'wrong-password': 403 },
  },
  listAddresses: {
    method: 'GET',
    path: '/v1/me/addresses',
    access: 'customer',
    summary: 'List my addresses',
    reply: Shape({ items: Type.Array(SavedAddress) }),
  },
  addAddress: {
    method: 'POST',
    path: '/v1/me/addresses',
    access: 'customer',
    idempotencyKey: 'optional',
    summary: 'Add an address',
    status: 201,
    about: 'At most 50. The first one becomes the default.',
    body: SavedAddressInput,
    reply: SavedAddress,
    refusals: { 'too-many-addresses': 422 },
  },
  changeAddress: {
    method: 'PATCH',
    path: '/v1/me/addresses/:id',
    access: 'customer',
    summary: 'Change an address',
    about: 'City, region and postal code can be unset where the country does not need them.',
    params: byId,
    body: Patch(Shape({ ...Address.properties, isDefault: Type.Boolean() }), [
      'company',
      'line2',
      'city',
      'region',
      'postalCode',
      'phone',
    ]),
    reply: SavedAddress,
  },
  deleteAddress: {
    method: 'DELETE',
    path: '/v1/me/addresses/:id',
    access: 'customer',
    summary: 'Delete an address',
    params: byId,
    reply: Nothing,
    status: 204,
  },
  listSessions: {
    method: 'GET',
    path: '/v1/me/sessions',
    access: 'customer',
    summary: 'List where I am signed in',
    reply: Shape({ items: Type.Array(Session) }),
  },
  endSession: {
    method: 'DELETE',
    path: '/v1/me/sessions/:id',
    access: 'customer',
    session: 'ends',
    summary: 'Sign out one session',
    params: byId,
    reply: Nothing,
    status: 204,
  },
  endAllSessions: {
    method: 'DELETE',
    path: '/v1/me/sessions',
    access: 'customer',
    session: 'ends',
    summary: 'Sign out everywhere',
    about: 'This session too. Its tokens are refused within five seconds, everywhere.',
    reply: Nothing,
    status: 204,
  },
  listCustomers: {
    method: 'GET',
    path: '/v1/customers',
    access: 'staff',
    summary: 'List customers',
    query: Shape({ ...paging, q: Type.Optional(EmailFilter({ maxLength: 100 })) }),
    reply: Page(Me),
    refusals: { 'invalid-cursor': 400 },
  },

  exchangeSession: {
    method: 'POST',
    path: '/internal/sessions/exchange',
    access: { services: ['gateway'] },
    summary: 'Exchange a session token for the identity that it belongs to',
    about: 'Refused with not-signed-in when the session has ended or expired.',
    body: Shape({ token: Type.String({ minLength: 1, maxLength: 512 }) }),
    reply: Identity,
  },
})

const person = { userId: Id, email: Email, name: Type.String() }
export const UserRegistered = message('users.user-registered', 'userId', 'An account was created.', person)
export const UserUpdated = message('users.user-updated', 'userId', 'A profile or an e-mail address changed.', {
  ...person,
  emailVerified: Type.Boolean(),
})
export const UserDeleted = message('users.user-deleted', 'userId', 'An account was deleted.', { userId: Id })
export const SessionRevoked = message('users.session-revoked', 'userId', 'A session ended before it expired.', {
  userId: Id,
  sessionId: Id,
})
export const EmailProved = message(
  'users.email-proved',
  'userId',
  'The owner of an account has proved the e-mail address, by a link, or signed in to an account with a proved one.',
  { userId: Id, email: Email },
)
export const VerificationRequested = message(
  'users.verification-requested',
  'userId',
  'An e-mail address must be verified.',
  {
    ...person,
    url: Type.String(),
  },
)
export const PasswordResetRequested = message(
  'users.password-reset-requested',
  'userId',
  'A user asked for a new password.',
  {
    ...person,
    url: Type.String(),
    expiresAt: Time,
  },
)
export const SignUpRepeated = message(
  'users.sign-up-repeated',
  'userId',
  'Somebody tried to make an account with an address that has one.',
  {
    ...person,
    url: Type.String(),
    expiresAt: Time,
  },
)
const emailChange = { ...person, newEmail: Email }
export const EmailChangeRequested = message(
  'users.email-change-requested',
  'userId',
  'A user asked to change the e-mail address. The link is for the new address.',
  { ...emailChange, url: Type.String(), expiresAt: Time },
)
export const EmailChanged = message(
  'users.email-changed',
  'userId',
  'The e-mail address of an account was changed. `email` is the old address.',
  emailChange,
)
