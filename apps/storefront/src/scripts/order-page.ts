// The order page with a script: exchanges the key in the address of a mail's link for a cookie, and shows what happens to the order
// while the page is open. Owners get a live stream; guests, whose key no script can read, ask again from time to time.
const parts = ['[data-order-state]', '[data-order-timeline]', '[data-order-actions]']
const openForm = document.querySelector<HTMLFormElement>('[data-order-key]')
const key = new URLSearchParams(location.hash.slice(1)).get('key')

if (key) {
  history.replaceState(null, '', location.pathname + location.search)
  const field = openForm?.elements.namedItem('key')
  if (openForm && field instanceof HTMLInputElement) {
    field.value = key
    openForm.submit()
  }
}

let looks = 0
async function refresh(): Promise<void> {
  if (document.hidden) return
  const look = ++looks
  const response = await fetch(location.href, { cache: 'no-store' })
  if (!response.ok) return
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
  if (look !== looks) return // A later look has begun, which knows more.
  for (const part of parts) {
    const [old, now] = [document.querySelector(part), fresh.querySelector(part)]
    // What is the same stays as it is, so that it is not read out again and keeps the focus.
    if (old && now && old.innerHTML !== now.innerHTML) old.replaceWith(now)
  }
}

/** Errors of the network are no news: the next turn tries again. */
const tryRefresh = () => void refresh().catch(() => undefined)

function askAgain(): void {
  const isUndecided = document.querySelector('[data-undecided]') !== null
  const again = () => {
    tryRefresh()
    askAgain()
  }
  setTimeout(again, isUndecided ? 2_500 : 20_000)
}

const state = document.querySelector<HTMLElement>('[data-order-state]')
const events = document.querySelector<HTMLElement>('[data-order-events]')?.dataset.orderEvents
if (state && events) {
  const stream = new EventSource(events)
  let soon: ReturnType<typeof setTimeout> | undefined
  stream.addEventListener('message', () => {
    // After each connection come the entries so far: one look for all of them.
    clearTimeout(soon)
    soon = setTimeout(tryRefresh, 150)
  })
  stream.addEventListener('error', () => {
    if (stream.readyState === EventSource.CLOSED) askAgain()
  })
} else if (state) askAgain()
addEventListener('pageshow', ({ persisted }) => persisted && tryRefresh())
