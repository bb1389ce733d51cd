// Follows an order whose payment is not decided, and shows its page again when that has changed. Where no live stream comes, it looks
// every few seconds.
const place = document.querySelector<HTMLElement>('[data-follow]')
const everyMs = 4_000
const settleMs = 300

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
  let timer: ReturnType<typeof setTimeout> | undefined
  // The stream begins with all that has happened; the last of it counts.
  events.onmessage = ({ data }) => {
    const { status } = JSON.parse(data) as { status?: string }
    if (!status) return
    clearTimeout(timer)
    timer = setTimeout(() => status !== place.dataset.status && location.reload(), settleMs)
  }
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED) return // It connects again by itself.
    lookRegularly()
  }
}
