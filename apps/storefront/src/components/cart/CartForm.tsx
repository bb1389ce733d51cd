// The cart as a form. It is rendered on the server and works by itself; in the browser it changes quantities at once, sends what was
// changed one request after the other, and follows the other tabs.
import type { CartView, LineView } from '../../shop/cart-view.ts'
import { CartLine } from './CartLine.tsx'
import { CartSaid } from './CartSaid.tsx'
import { CartSum } from './CartSum.tsx'
import { useCart } from './use-cart.ts'
import type { CartWords } from './words.ts'

interface Props {
  view: CartView
  words: CartWords
  locale: string
  /** Where the form goes without script, and where the cart is read and changed by this one. */
  action: string
  data: string
  errors?: Readonly<Record<string, string>>
}

export function CartForm({ view: first, words, locale, action, data, errors: firstErrors = {} }: Props) {
  const cart = useCart(first, firstErrors, words, data)
  const { view, setView, errors, isLive, isBusy, alert, send, sendQuantities } = cart
  function change(line: LineView, text: string) {
    const quantity = Number(text)
    if (Number.isInteger(quantity) && quantity >= 0)
      setView((now) => ({
        ...now,
        lines: now.lines.map((one) => (one.sku === line.sku ? priced(one, quantity) : one)),
      }))
    cart.wish(line.sku, text)
  }
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: view.currency })
  const digits = money.resolvedOptions().maximumFractionDigits ?? 2
  const priced = (line: LineView, quantity: number): LineView => ({
    ...line,
    quantity,
    total: money.format((line.unitAmount * quantity) / 10 ** digits),
  })

  function submit(event: SubmitEvent) {
    const wish = (event.submitter as HTMLButtonElement | null)?.value ?? 'update'
    if (wish === 'checkout') return // The form itself goes there, with what is typed.
    event.preventDefault()
    if (wish.startsWith('remove:')) {
      sendQuantities()
      const sku = wish.slice('remove:'.length)
      setView((now) => ({ ...now, lines: now.lines.filter((line) => line.sku !== sku) }))
      send({ do: wish })
    } else sendQuantities()
  }

  return (
    <div class="cart-form">
      <CartSaid said={view.said} alert={alert} action={action} words={words} onUndo={isLive ? send : undefined} />
      {view.lines.length === 0 ? (
        <p class="cart-emptied" tabIndex={-1}>
          {words.empty}
        </p>
      ) : (
        <form method="post" action={action} noValidate onSubmit={isLive ? submit : undefined}>
          <button type="submit" class="visually-hidden" tabIndex={-1} name="do" value="update" aria-hidden="true">
            {words.update}
          </button>
          <div class="cart-columns">
            <ul class="plain cart-lines">
              {view.lines.map((line) => (
                <CartLine
                  key={line.sku}
                  line={line}
                  words={words}
                  error={errors[`quantity:${line.sku}`]}
                  onChange={isLive ? (text) => change(line, text) : undefined}
                />
              ))}
            </ul>
            <CartSum view={view} words={words} isBusy={isBusy} />
          </div>
        </form>
      )}
    </div>
  )
}
