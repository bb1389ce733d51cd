// What has just happened to the cart, announced. A line that was taken out can be brought back.
import type { Said } from '../../shop/cart-view.ts'
import type { CartWords } from './words.ts'

interface Props {
  said: readonly Said[]
  /** What went wrong in the browser. */
  alert: string
  action: string
  words: CartWords
  onUndo: ((fields: Record<string, string>) => void) | undefined
}

export function CartSaid({ said, alert, action, words, onUndo }: Props) {
  return (
    <div class="cart-said" role="status">
      {alert && <p class="cart-message alert">{alert}</p>}
      {said.map(({ kind, text, undo }) => {
        const fields = undo && { do: 'undo', sku: undo.sku, quantity: String(undo.quantity), at: String(undo.at) }
        const bringBack = (event: Event) => {
          if (!onUndo || !fields) return
          event.preventDefault()
          onUndo(fields)
        }
        return (
          <div class={`cart-message ${kind}`} key={text}>
            <p>{text}</p>
            {fields && (
              <form method="post" action={action} onSubmit={bringBack}>
                {Object.entries(fields).map(([name, value]) => (
                  <input type="hidden" name={name} value={value} key={name} />
                ))}
                <button type="submit" class="cart-link">
                  {words.undo}
                </button>
              </form>
            )}
          </div>
        )
      })}
    </div>
  )
}
