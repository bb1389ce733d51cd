// A purchase at the moment when the button is pressed: who buys, what was seen, and where it leads.
import type { Order } from '@souk/contracts/orders'
import type { Texts } from '../texts/texts.ts'
import type { Visitor } from './cart.ts'
import type { Links } from './links.ts'
import type { PaymentOption } from './payment-choices.ts'
import type { Tell } from './told.ts'

/** What the customer saw when the button was pressed. */
export interface Seen {
  readonly cartId: string
  readonly version: number
  readonly total: Order['totals']['total']
  readonly option: PaymentOption
}
export interface Placed {
  /** Where to go; undefined: the review is shown again, because nobody knows whether the order has arrived. */
  readonly to?: string
  readonly tells: readonly Tell[]
}
export interface Buyer extends Visitor {
  readonly links: Links
  readonly t: Texts
  /** The origin that this browser has opened the shop at, where that is certain. */
  readonly openedAt: string | undefined
}
