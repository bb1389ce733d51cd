// A line of the cart. The stepper is there only when a script makes it work.
import type { LineView } from '../../shop/cart-view.ts'
import { type CartWords, named } from './words.ts'

interface Props {
  line: LineView
  words: CartWords
  error: string | undefined
  onChange: ((text: string) => void) | undefined
}

export function CartLine({ line, words, error, onChange }: Props) {
  const { sku, name, variant, href, picture, unitPrice, perMeasure, total, notes } = line
  return (
    <li class="cart-line">
      <span class="cart-picture">
        {picture && <img src={picture} alt="" width="160" height="200" decoding="async" />}
      </span>
      <div class="cart-what">
        <h2>{href ? <a href={href}>{name}</a> : name}</h2>
        {variant && <p class="cart-variant">{variant}</p>}
        {unitPrice && (
          <p class="note">
            <span class="money">{unitPrice}</span> {words.each}
            {perMeasure && <span class="money"> · {perMeasure}</span>}
          </p>
        )}
      </div>
      {notes.length > 0 && (
        <div class="cart-notes" id={`notes:${sku}`}>
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      )}
      {error && (
        <p class="cart-error" id={`error:${sku}`}>
          {error}
        </p>
      )}
      <Quantity line={line} words={words} error={error} onChange={onChange} />
      <p class="cart-total money">{total}</p>
    </li>
  )
}

/** The number and its buttons. */
function Quantity({ line, words, error, onChange }: Props) {
  const { sku, name, quantity, notes, isSellable } = line
  const id = `quantity:${sku}`
  const step = (by: number) => onChange?.(String(Math.max(1, Math.min(999, quantity + by))))
  const described = [notes.length > 0 && `notes:${sku}`, error && `error:${sku}`].filter(Boolean).join(' ') || undefined
  return (
    <div class="cart-change">
      <input type="hidden" name={`was:${sku}`} value={quantity} />
      <input type="hidden" name={`price:${sku}`} value={line.unitAmount} />
      {onChange && isSellable && (
        <button
          type="button"
          class="cart-step"
          aria-label={named(words.fewer, name)}
          disabled={quantity <= 1}
          onClick={() => step(-1)}
        >
          −
        </button>
      )}
      <input
        id={id}
        name={id}
        class="cart-quantity"
        inputMode="numeric"
        autoComplete="off"
        maxLength={4}
        size={3}
        value={quantity}
        aria-label={named(words.quantityOf, name)}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described}
        onChange={onChange && ((event) => onChange(event.currentTarget.value))}
      />
      {onChange && isSellable && (
        <button
          type="button"
          class="cart-step"
          aria-label={named(words.more, name)}
          disabled={quantity >= 999}
          onClick={() => step(1)}
        >
          +
        </button>
      )}
      {!onChange && (
        <button type="submit" class="cart-link" name="do" value="update">
          {words.update}
        </button>
      )}
      <button type="submit" class="cart-link" name="do" value={`remove:${sku}`} aria-label={named(words.remove, name)}>
        {words.removeShort}
      </button>
    </div>
  )
}
