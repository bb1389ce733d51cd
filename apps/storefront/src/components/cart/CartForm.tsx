// The cart as a form. It is rendered on the server and works by itself; in the browser it changes quantities at once, sends what was
// changed one request after the other, and follows the other tabs.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CartView, LineView } from '../../shop/cart-view.ts'
import { CartLine } from './CartLine.tsx'
import { CartSaid } from './CartSaid.tsx'
import { CartSum } from './CartSum.tsx'
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
const settleMs = 350

export function CartForm({ view: first, words, locale, action, data, errors: firstErrors = {} }: Props) {
  const [view, setView] = useState(first)
  const [errors, setErrors] = useState(firstErrors)
  const [isLive, setLive] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [alert, setAlert] = useState('')
  const waiting = useRef(new Map<string, string>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const sending = useRef<Promise<void>>(Promise.resolve())
  const known = useRef(first)
  const others = useRef<BroadcastChannel>(undefined)

  function take(next: CartView) {
    known.current = next
    setView(next)
    dispatchEvent(new Event('souk:cart')) // The header shows the new count.
  }
  async function ask(body?: URLSearchParams) {
    setBusy(true)
    try {
      const response = await fetch(data, body ? { method: 'POST', body } : { cache: 'no-store' })
      const answer = (await response.json()) as { view?: CartView; errors?: Record<string, string> }
      setErrors(answer.errors ?? {})
      setAlert(response.ok || answer.errors || answer.view?.said.length ? '' : words.notSaved)
      if (!answer.view) setView(known.current)
      else if (waiting.current.size === 0) take(answer.view)
      else known.current = answer.view
      if (body) others.current?.postMessage('changed')
    } catch {
      // Nothing came back: say so, and show what the shop knows.
      setAlert(navigator.onLine ? words.notSaved : words.offline)
      setView(known.current)
    }
    setBusy(false)
  }
  /** One request at a time, so that the last wish wins. */
  function send(fields: Record<string, string>) {
    sending.current = sending.current.then(() => ask(new URLSearchParams(fields)))
  }
  function sendQuantities() {
    clearTimeout(timer.current)
    if (waiting.current.size === 0) return
    const fields: Record<string, string> = { do: 'update' }
    for (const [sku, quantity] of waiting.current) fields[`quantity:${sku}`] = quantity
    waiting.current.clear()
    send(fields)
  }
  function change(line: LineView, text: string) {
    waiting.current.set(line.sku, text)
    const quantity = Number(text)
    if (Number.isInteger(quantity) && quantity >= 0)
      setView((now) => ({
        ...now,
        lines: now.lines.map((one) => (one.sku === line.sku ? priced(one, quantity) : one)),
      }))
    clearTimeout(timer.current)
    timer.current = setTimeout(sendQuantities, settleMs)
  }
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: view.currency })
  const digits = money.resolvedOptions().maximumFractionDigits ?? 2
  const priced = (line: LineView, quantity: number): LineView => ({
    ...line,
    quantity,
    total: money.format((line.unitAmount * quantity) / 10 ** digits),
  })

  useEffect(() => {
    setLive(true)
    const refresh = () => {
      sending.current = sending.current.then(() => (waiting.current.size === 0 ? ask() : undefined))
    }
    const whenSeen = () => document.visibilityState === 'visible' && refresh()
    const whenBack = (event: PageTransitionEvent) => event.persisted && refresh()
    others.current = new BroadcastChannel('souk-cart')
    others.current.onmessage = refresh
    document.addEventListener('visibilitychange', whenSeen)
    addEventListener('pageshow', whenBack)
    return () => {
      others.current?.close()
      document.removeEventListener('visibilitychange', whenSeen)
      removeEventListener('pageshow', whenBack)
    }
  }, [])

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
