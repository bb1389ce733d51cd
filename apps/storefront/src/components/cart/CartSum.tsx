// The sum of the cart with its parts, and the way to the checkout, which stays in sight on a phone.
import type { CartView } from '../../shop/cart-view.ts'
import type { CartWords } from './words.ts'

export function CartSum({ view, words, isBusy }: { view: CartView; words: CartWords; isBusy: boolean }) {
  return (
    <section class="cart-sum" aria-busy={isBusy}>
      <dl class="cart-rows">
        {view.rows.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class="money">{value}</dd>
          </div>
        ))}
      </dl>
      {view.notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      <div class="cart-go">
        <p class="cart-all">
          <span>{words.total}</span>{' '}
          <strong class="money" aria-live="polite">
            {view.total}
          </strong>
        </p>
        <button type="submit" class="button main" name="do" value="checkout">
          {words.toCheckout}
        </button>
      </div>
    </section>
  )
}
