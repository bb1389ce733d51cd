// The cart in the browser: changes are shown at once and sent one after the other, so that the last wish wins; other tabs are followed.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CartView } from '../../shop/cart-view.ts'
import type { CartWords } from './words.ts'

type Errors = Readonly<Record<string, string>>
const settleMs = 350

/** `data`: where the cart is read and changed. */
export function useCart(first: CartView, firstErrors: Errors, words: CartWords, data: string) {
  const [view, setView] = useState(first)
  const [errors, setErrors] = useState(firstErrors)
  const [isLive, setLive] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [alert, setAlert] = useState('')
  const waiting = useRef(new Map<string, string>())
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const sending = useRef<Promise<void>>(Promise.resolve())
  const known = useRef(first)
  const others = useRef<BroadcastChannel | undefined>(undefined)

  async function ask(body?: URLSearchParams) {
    setBusy(true)
    try {
      const response = await fetch(data, body ? { method: 'POST', body } : { cache: 'no-store' })
      const answer = (await response.json()) as { view?: CartView; errors?: Record<string, string> }
      setErrors(answer.errors ?? {})
      setAlert(response.ok || answer.errors || answer.view?.said.length ? '' : words.notSaved)
      known.current = answer.view ?? known.current
      if (!answer.view || waiting.current.size === 0) setView(known.current)
      dispatchEvent(new Event('souk:cart')) // The header shows the new count.
      if (body) others.current?.postMessage('changed')
    } catch {
      // Nothing came back: say so, and show what the shop knows.
      setAlert(navigator.onLine ? words.notSaved : words.offline)
      setView(known.current)
    }
    setBusy(false)
  }
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
  function wish(sku: string, quantity: string) {
    waiting.current.set(sku, quantity)
    clearTimeout(timer.current)
    timer.current = setTimeout(sendQuantities, settleMs)
  }

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

  return { view, setView, errors, isLive, isBusy, alert, send, sendQuantities, wish }
}
