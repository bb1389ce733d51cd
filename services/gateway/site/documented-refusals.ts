// The refusals that the API reference describes: which of them a route may answer with, and what each means.
import { commonRefusals, type Route } from '@souk/contracts'

/** All refusals that a caller may get on a route, by status. */
export function refusalsOf(route: Route): [code: string, status: number][] {
  const common = Object.entries(commonRefusals).filter(([code]) => applies(code, route))
  return [...Object.entries(route.refusals ?? {}), ...common].sort((a, b) => a[1] - b[1])
}

function applies(code: string, route: Route): boolean {
  switch (code) {
    case 'precondition-failed':
      return route.method === 'GET'
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
      return route.idempotencyKey !== undefined
    // What can be wrong with the head of any request, or with how it arrives.
    case 'invalid-request':
    case 'timed-out':
    case 'uri-too-long':
    case 'unsupported-content-encoding':
    case 'expectation-failed':
    case 'unknown-host':
    case 'headers-too-large':
    case 'too-many-connections':
    case 'too-many-requests':
    case 'unavailable':
    case 'deadline-exceeded':
      return true
    default:
      return false
  }
}

/** What a refusal means, by its code. A code that is not listed is shown without a sentence. */
export const meanings: Record<string, string> = {
  'invalid-callback-url': 'The page to go to afterwards is not of the shop or of a trusted site.',
  'invalid-redirect-url': 'The page of the link is not of the shop or of a trusted site.',
  'password-too-short': 'Choose a longer password.',
  'password-too-long': 'Choose a shorter password.',
  'password-too-personal': 'Choose a password without your e-mail address and the name of the shop.',
  'password-too-common': 'Attackers try this password first; choose another one.',
  'password-unchanged': 'The new password is the old one.',
  'password-reset-required': 'Choose a new password with the link that was mailed.',
  'password-change-required': 'Send a new password as newPassword, together with this one.',
  'invalid-email-or-password': 'No account has this e-mail address and password.',
  'email-not-verified': 'Prove the address first: press the button behind the link that was mailed.',
  'email-already-verified': 'The address is proved already.',
  'email-mismatch': 'You are signed in with another address.',
  'invalid-token': 'This link was used or has expired; ask for a new one.',
  'wrong-password': 'The password is not the password of this account.',
  'too-many-addresses': 'The address book is full.',
  'invalid-cursor': 'This cursor is not from this list; begin again without it.',
  'slug-taken': 'Another product or category has this slug.',
  'sku-taken': 'Another variant has this SKU.',
  'invalid-variants': 'The variants do not fit the options, or repeat each other.',
  'category-unknown': 'There is no category with this slug.',
  'version-conflict': 'Somebody has changed it since you read it; read it again.',
  'invalid-picture': 'This is not a picture that we can read, or it is too large.',
  'too-many-pictures': 'This product has the maximum number of pictures.',
  'too-deep': 'The category tree has two levels.',
  'category-not-empty': 'Move its products and subcategories first.',
  'not-enough-stock': 'There is not that much stock.',
  'location-unknown': 'There is no such location.',
  'invalid-quantity': 'This kind of movement cannot have this quantity.',
  'cart-ordered': 'This cart has become an order; begin a new one.',
  'cart-being-bought': 'An unpaid order exists for this cart; finish or cancel it first.',
  'cart-changed': 'The cart has another version than the one that you saw; read it again.',
  'cart-too-large': 'Both carts together have too many lines for one cart.',
  'sku-unknown': 'The shop has never heard of these SKUs; skus lists them.',
  'payment-declined': 'No money was taken. Try again with a new order id.',
  'too-many-declines': 'Several payments in a row were declined; Retry-After says when to try again.',
  'out-of-stock': 'Too few are left. Nothing was reserved and no money was taken.',
  'price-changed': 'The total differs from the expected one; read the cart again.',
  'order-canceled': 'The order was canceled.',
  'order-id-taken': 'Another order has this id; choose a new one.',
  'order-id-reused': 'This order id was used with another payment; choose a new one.',
  'return-url-not-allowed': 'The bank does not send customers back to this site.',
  'cart-incomplete': 'Something is missing from the cart: lines, e-mail, address or shipping.',
  'cart-not-found': 'There is no such cart.',
  'cannot-ship-there': 'We do not ship to this country.',
  'provider-unknown': 'There is no such payment provider.',
  'too-many-reservations':
    'An earlier version of the shop refused this order, because there were too many unpaid ones.',
  'too-late-to-cancel': 'It has been shipped.',
  'not-paid': 'The order is not paid.',
  'nothing-to-ship': 'No unit is left to send.',
  'nothing-to-cancel': 'No unit is left to send; sent units can be refunded.',
  'too-many-units': 'That is more than is left to send.',
  'order-refunded': 'All its money has gone back; say evenIfRefunded to send it nevertheless.',
  'refund-too-large': 'That is more than is left of what was paid; purpose and left say of what.',
  'invalid-refund': 'Say lines, shipping, or an amount, in the currency of the order.',
  'cannot-resend': 'This message cannot be sent again.',
  'invalid-request': 'The request is malformed or does not fit the schema of this route; errors says where.',
  'timed-out': 'The request did not arrive in time.',
  'precondition-failed': 'It is not, or no longer, the version that If-Match names.',
  'uri-too-long': 'The address has more than 8,192 characters.',
  'unsupported-content-encoding': 'Send the body uncompressed.',
  'expectation-failed': 'Only Expect: 100-continue can be met.',
  'unknown-host': 'While the development mailbox is open, only the shop’s own hosts are answered.',
  'headers-too-large': 'There are more than 100 headers or 16 KB of them.',
  'too-many-connections': 'Too many connections are open from this address, or in all.',
  'not-signed-in': 'Sign in first, or the token is no longer valid.',
  'not-allowed': 'You are signed in, but may not do this.',
  'not-found': 'There is no such thing, or it is not yours.',
  'too-large': 'The body is larger than this route takes.',
  'unsupported-media-type': 'Send the body as application/json.',
  'idempotency-key-missing': 'Send an Idempotency-Key header.',
  'idempotency-key-reused': 'This key was used for a different request.',
  'idempotency-in-flight': 'The first request with this key has not finished; ask again.',
  'too-many-requests': 'Too many requests; Retry-After says when to try again.',
  unavailable: 'The service is busy or down; try again after Retry-After seconds.',
  'deadline-exceeded': 'It took too long. The change may have happened: send the request again to find out.',
}
