// A product with a script: a choice, a country and a full cart show without a reload. The page of the new address is fetched, and its column
// takes the place of the present one, so that nothing is worked out twice. When that fails, the form is sent as without a script.
import { showCartCount } from './visitor.ts'

const column = () => document.querySelector<HTMLElement>('[data-choice]')
const parser = new DOMParser()

/** Puts the column of a fetched page in place, with the focus where it was, and announces what the page says. */
function show(html: string, focus?: string): boolean {
  const [old, fresh] = [column(), parser.parseFromString(html, 'text/html').querySelector('[data-choice]')]
  if (!old || !fresh) return false
  old.replaceChildren(...fresh.childNodes)
  const said = ['[data-say]', '.error:not([hidden])', '.stock'].map((one) => old.querySelector(one)).find(Boolean)
  const place = document.querySelector('[data-announce]')
  if (place) place.textContent = said?.textContent?.trim() ?? ''
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true })
  showCartCount()
  return true
}

/** What is being added to the cart. A choice that is made meanwhile is asked for afterwards, so that its answer is shown last. */
let adding: Promise<void> = Promise.resolve()
/** The choice that is asked for. Another choice and adding to the cart outdate its answer, which would undo what they show. */
let asking = new AbortController()

async function get(address: URL, focus: string): Promise<void> {
  asking.abort()
  asking = new AbortController()
  const { signal } = asking
  await adding
  const html = await textOf(address, signal)
  await untilReleased()
  if (signal.aborted) return
  const quantity = () => column()?.querySelector<HTMLInputElement>('[name=quantity]')
  const typed = quantity()?.value
  const focused = column()?.contains(document.activeElement) ? document.activeElement?.id : undefined
  if (!html || !show(html, focused || focus)) return location.assign(address)
  const field = quantity()
  if (field && typed !== undefined) field.value = typed
}

/** The text of a page; nothing when there was no answer, or no good one. */
async function textOf(address: URL, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await fetch(address, { signal })
    return answer.ok ? await answer.text() : undefined
  } catch {
    return undefined // The caller opens the address, where the browser says what is wrong.
  }
}

/** Waits while a button is held down: one that is replaced under the finger is not clicked. */
async function untilReleased(): Promise<void> {
  if (!column()?.querySelector('button:active')) return
  await new Promise<void>((done) => {
    // The click comes after the release.
    for (const release of ['pointerup', 'pointercancel', 'keyup'])
      addEventListener(release, () => setTimeout(done), { once: true })
  })
}

/** The address of the page with these fields, without what was done before. */
function addressWith(fields: Record<string, string>): URL {
  const address = new URL(location.href)
  for (const done of ['added', 'left', 'asked']) address.searchParams.delete(done)
  for (const [name, value] of Object.entries(fields)) address.searchParams.set(name, value)
  address.hash = ''
  return address
}

function chosenSku(form: HTMLFormElement): string | undefined {
  const mixes: { sku: string; values: number[] }[] = JSON.parse(form.dataset.mixes ?? '[]')
  const chosen = [...form.querySelectorAll('fieldset')].map((group) =>
    [...group.querySelectorAll<HTMLInputElement>('input[type=radio]')].findIndex((one) => one.checked),
  )
  return mixes.find(({ values }) => values.every((value, index) => value === chosen[index]))?.sku
}

document.addEventListener('change', ({ target }) => {
  const field = target as HTMLInputElement
  const form = field.form
  if (form?.matches('[data-buy]') && field.type === 'radio') {
    const sku = chosenSku(form)
    if (!sku) return // More is to be chosen, or nobody makes it so: the button tells.
    const address = addressWith({ sku })
    history.replaceState(history.state, '', address)
    get(address, field.id)
  }
})

document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement
  if (form.matches('[data-country]')) {
    event.preventDefault()
    const country = String(new FormData(form).get('country'))
    const address = addressWith({ country })
    history.replaceState(history.state, '', address)
    get(address, 'country')
  }
  if (!form.matches('[data-buy]')) return
  event.preventDefault()
  if (form.ariaBusy === 'true') return
  asking.abort()
  adding = add(form, event.submitter)
})

async function add(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  form.ariaBusy = 'true'
  const fields = new URLSearchParams([...new FormData(form, button)].map(([name, value]) => [name, String(value)]))
  try {
    const answer = await fetch(form.action, { method: 'POST', body: fields })
    if (!show(await answer.text())) return location.assign(answer.url)
    const fault = column()?.querySelector<HTMLElement>('[aria-invalid], fieldset[aria-describedby] input')
    ;(fault ?? column()?.querySelector<HTMLElement>('button[value=add]'))?.focus({ preventScroll: Boolean(!fault) })
    document.dispatchEvent(new CustomEvent('souk:cart'))
  } catch {
    // The request had no answer, so nobody knows whether it arrived: the visitor decides.
    const place = document.querySelector('[data-announce]')
    if (place) place.textContent = form.dataset.noAnswer ?? ''
    form.querySelector('[data-no-answer-text]')?.removeAttribute('hidden')
  } finally {
    form.ariaBusy = null
  }
}

for (const gallery of document.querySelectorAll<HTMLElement>('[data-gallery]')) openGallery(gallery)

function openGallery(gallery: HTMLElement): void {
  const strip = gallery.querySelector<HTMLElement>('ul') as HTMLElement // Each gallery has one.
  const thumbs = [...gallery.querySelectorAll('[data-thumbs] a')]
  const mark = () => {
    const shown = Math.round((strip.scrollLeft / strip.scrollWidth) * thumbs.length)
    for (const [index, thumb] of thumbs.entries()) thumb.ariaCurrent = index === shown ? 'true' : null
  }
  strip.addEventListener('scroll', mark, { passive: true })
  mark()
  gallery.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const target = link.hash && document.getElementById(link.hash.slice(1))
    if (target) strip.scrollTo({ left: target.offsetLeft - strip.offsetLeft, behavior: 'smooth' })
    else zoom(link)
  })

  function zoom(link: HTMLAnchorElement): void {
    const dialog = document.createElement('dialog')
    dialog.className = 'zoom'
    dialog.setAttribute('aria-label', link.getAttribute('aria-label') ?? '')
    const close = Object.assign(document.createElement('button'), { type: 'button', className: 'button' })
    close.textContent = gallery.dataset.close ?? ''
    const picture = Object.assign(document.createElement('img'), {
      src: link.href,
      alt: link.querySelector('img')?.alt,
    })
    dialog.append(close, picture)
    dialog.addEventListener('click', () => dialog.close())
    dialog.addEventListener('close', () => {
      dialog.remove()
      link.focus()
    })
    document.body.append(dialog)
    dialog.showModal()
  }
}
