// Every page of the shop front, and how a browser comes to it: for the tests and tools that look at all of them.
import { aPerson, type Walk } from './walk.ts'

export interface SeenPage {
  readonly name: string
  /** Goes there; pages that need a cart or an order find those of the pages before them. */
  readonly open: (walk: Walk) => Promise<unknown>
}
const at = (name: string, path: string): SeenPage => ({ name, open: (walk) => walk.visit(path) })

const informs = ['shipping', 'returns', 'terms', 'privacy', 'imprint', 'accessibility', 'contact']
/** Pages that need nothing. */
export const openPages: readonly SeenPage[] = [
  at('home', ''),
  at('category', '/c/ceramics'),
  at('category-filtered', '/c/textiles?max=50'),
  at('category-nothing', '/c/textiles?min=9000'),
  at('search', '/search?q=lantern'),
  at('search-corrected', '/search?q=lantren'),
  at('search-nothing', '/search?q=qqqqxxxx'),
  at('product', '/p/thousand-star-lantern'),
  at('product-food', '/p/rosewater'),
  at('product-options', '/p/night-watch-slippers'),
  at('cart-empty', '/cart'),
  at('track', '/track'),
  at('withdraw', '/withdraw'),
  at('sign-in', '/account/sign-in'),
  at('sign-up', '/account/sign-up'),
  at('forgot', '/account/forgot'),
  ...informs.map((slug) => at(`info-${slug}`, `/info/${slug}`)),
  at('not-found', '/nowhere'),
]

/** A purchase page by page, in this order. */
export const buyingPages: readonly SeenPage[] = [
  {
    name: 'product-added',
    async open(walk) {
      await walk.addToCart('thousand-star-lantern')
    },
  },
  {
    name: 'cart',
    async open(walk) {
      await walk.addToCart('rosewater')
      await walk.visit('/cart')
    },
  },
  { name: 'checkout-guest-first', open: (walk) => walk.toContact() },
  { name: 'checkout-contact', open: (walk) => walk.visit('/checkout/contact?guest=yes') },
  { name: 'checkout-contact-errors', open: ({ button }) => button('buy.next').last().click() },
  {
    name: 'checkout-delivery',
    async open(walk) {
      await walk.fillContact(aPerson())
      await walk.next('delivery')
    },
  },
  { name: 'checkout-payment', open: (walk) => walk.next('payment') },
  { name: 'checkout-review', open: (walk) => walk.choose('declined') },
  {
    name: 'checkout-declined',
    async open(walk) {
      await walk.order()
      await walk.page.getByText(walk.t('buy.declined')).waitFor()
    },
  },
  {
    name: 'bank',
    async open(walk) {
      await walk.visit('/checkout/payment')
      await walk.choose('3ds')
      await walk.order()
      await walk.page.getByText('Pretend Bank').waitFor()
    },
  },
  {
    name: 'order-unpaid',
    async open({ page }) {
      await page.getByRole('link', { name: /without an answer/ }).click()
      await page.waitForURL('**/orders/**')
    },
  },
  {
    name: 'order-paid',
    async open(walk) {
      await walk.page.getByRole('link', { name: walk.t('buy.toBankLink') }).click()
      await walk.page.getByRole('button', { name: 'Approve' }).click()
      await walk.isThanked()
    },
  },
  { name: 'order-later', open: ({ page }) => page.reload() },
  { name: 'order-cancel', open: ({ page }) => page.goto(page.url().replace(/\/?$/, '/cancel')) },
]

/** The account of somebody who has just signed up. */
export const accountPages: readonly SeenPage[] = [
  { name: 'check-mail', open: (walk) => walk.signUp() },
  { name: 'account', open: (walk) => walk.verifyAndSignIn() },
  at('account-orders', '/account/orders'),
  at('account-profile', '/account/profile'),
  at('account-addresses', '/account/addresses'),
  at('account-address-new', '/account/addresses/new'),
  at('account-sessions', '/account/sessions'),
  at('account-news', '/account/news'),
  at('account-delete', '/account/delete'),
]
