// The offer of pushes about an order: shown where they can work, gone for good after a "no" or a yes.
const answered = 'souk_push'
const offer = document.querySelector<HTMLElement>('[data-push-offer]')

function mayOffer(): boolean {
  if (!('serviceWorker' in navigator && 'PushManager' in window)) return false
  return Notification.permission !== 'denied' && localStorage.getItem(answered) !== 'no'
}

/** Subscribes this browser. One that subscribed with a former key of the shop does so anew. */
async function subscribe(keyPath: string): Promise<PushSubscription> {
  const { publicKey } = (await (await fetch(keyPath)).json()) as { publicKey: string }
  await navigator.serviceWorker.register('/sw.js')
  const { pushManager } = await navigator.serviceWorker.ready
  const options = { userVisibleOnly: true, applicationServerKey: publicKey }
  try {
    return await pushManager.subscribe(options)
  } catch (error) {
    const former = await pushManager.getSubscription()
    if (!former) throw error
    await former.unsubscribe()
    return pushManager.subscribe(options)
  }
}

async function accept(path: string, keyPath: string): Promise<void> {
  const { endpoint, keys } = (await subscribe(keyPath)).toJSON()
  const fields = { endpoint: endpoint ?? '', p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' }
  const response = await fetch(path, { method: 'POST', body: new URLSearchParams(fields) })
  if (!response.ok) throw new Error(`The shop answered ${response.status}.`)
}

function show(offer: HTMLElement): void {
  const { dataset } = offer
  const part = (name: string) => offer.querySelector<HTMLElement>(name)
  const say = (sentence: string) => {
    const place = part('[data-push-said]')
    if (place) place.textContent = sentence
  }
  part('[data-push-no]')?.addEventListener('click', () => {
    localStorage.setItem(answered, 'no')
    offer.hidden = true
  })
  part('[data-push-yes]')?.addEventListener('click', async () => {
    try {
      await accept(dataset.pushOffer ?? '', dataset.pushKey ?? '')
      say(offer.querySelector('template')?.content.textContent ?? '')
      part('.answers')?.remove()
    } catch {
      // Whatever it was (the browser was told no, no connection, no push service): mails come all the same.
      say(dataset.failed ?? '')
    }
  })
}

if (offer && mayOffer()) {
  show(offer)
  offer.hidden = false
}
