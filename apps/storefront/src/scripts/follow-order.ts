// Follows an order whose payment is not decided, and shows its page again when that has changed. Where no live stream comes, it looks
// every few seconds.
const place = document.querySelector<HTMLElement>('[data-follow]')
const everyMs = 4_000

async function look(): Promise<void> {
  const response = await fetch(location.href, { cache: 'no-store' })
  if (!response.ok) return
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const now = page.querySelector<HTMLElement>('[data-status]')
  if (now && now.dataset.status !== place?.dataset.status) location.reload()
}

function lookRegularly(): void {
  // One that fails is followed by the next.
  setInterval(() => look().catch(() => {}), everyMs)
}

if (place) {
  const events = new EventSource(place.dataset.follow as string) // It has one, by its selector.
  events.onmessage = ({ data }) => {
    const { status } = JSON.parse(data) as { status?: string }
    if (status && ['paid', 'canceled', 'awaiting-customer'].includes(status) && status !== place.dataset.status) location.reload()
  }
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED) return // It connects again by itself.
    lookRegularly()
  }
}
