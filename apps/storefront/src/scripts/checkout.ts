// What the checkout does better with a script: it keeps what is typed in this tab, in whatever language, asks for the fields of another
// country without a reload, takes an order once, sends nothing while offline, and lets go of an error when its field is mended. Forms of
// addresses in the account ask for the fields of a country, too.
const prefix = 'souk-typed:'
const key = prefix + location.pathname.replace(/^\/[^/]+/, '')
const forms = 'form[data-keep], form[data-once], form[data-address]'

/** What was typed on this page before a reload or a sign-in, over what the server knows. */
function restore(form: HTMLFormElement): void {
  for (const name of Object.keys(sessionStorage))
    if (name.startsWith(prefix) && name !== key) sessionStorage.removeItem(name)
  fill(form, JSON.parse(sessionStorage.getItem(key) ?? '{}'))
}

function fill(form: HTMLFormElement, typed: Readonly<Record<string, string>>): void {
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select')) {
    const value = typed[field.name]
    if (value === undefined || field.type === 'hidden') continue
    if (field instanceof HTMLInputElement && field.type === 'radio') field.checked = field.value === value
    else if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = value === 'on'
    else field.value = value
  }
}

function keep(form: HTMLFormElement): void {
  sessionStorage.setItem(key, JSON.stringify(typedIn(form)))
}

function typedIn(form: HTMLFormElement): Record<string, string> {
  const typed: Record<string, string> = {}
  for (const box of form.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')) typed[box.name] = ''
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') typed[name] = value
  return typed
}

/** The fields of an address depend on its country. What was typed until they come stays, and of two answers that of the present country counts. */
async function askForCountry(form: HTMLFormElement, select: HTMLSelectElement): Promise<void> {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value)
  body.set('do', 'country')
  const response = await fetch(form.getAttribute('action') as string, { method: 'POST', body }) // Every form has one.
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const next = page.querySelector(forms)
  const typed = typedIn(form)
  if (!next || typed[select.name] !== body.get(select.name)) return
  const focused = form.contains(document.activeElement) ? document.activeElement?.id : undefined
  form.replaceChildren(...next.childNodes)
  fill(form, typed)
  enhance(form)
  if (focused) document.getElementById(focused)?.focus()
}

function isChanged(select: HTMLSelectElement): boolean {
  return ![...select.options].some((option) => option.selected && option.defaultSelected)
}

/** What the script does by itself needs no button. */
function enhance(form: HTMLFormElement): void {
  for (const button of form.querySelectorAll<HTMLElement>('[data-apply-country]')) button.hidden = true
}

function say(form: HTMLFormElement, sentence: string): void {
  let place = form.querySelector<HTMLElement>('[data-said]')
  if (!place) {
    place = document.createElement('p')
    place.dataset.said = ''
    place.setAttribute('role', 'alert')
    form.append(place)
  }
  place.textContent = sentence
}

for (const form of document.querySelectorAll<HTMLFormElement>(forms)) {
  const isKept = form.hasAttribute('data-keep')
  enhance(form)
  if (isKept) {
    restore(form)
    form.addEventListener('input', () => keep(form))
    const select = [...form.querySelectorAll<HTMLSelectElement>('[data-country]')].find(isChanged)
    // The page has the fields of another country than was typed. Without an answer they stay.
    if (select)
      askForCountry(form, select)
        .then(() => restore(form))
        .catch(() => undefined)
  }
  // While typing, not when the field is left: what moves then would slip away from under the finger that presses the button.
  form.addEventListener('input', ({ target }) => {
    const field = target as HTMLInputElement | HTMLSelectElement
    if (field.getAttribute('aria-invalid') && field.value.trim() !== '') {
      field.removeAttribute('aria-invalid')
      document.getElementById(`${field.id}-error`)?.remove()
    }
  })
  form.addEventListener('change', ({ target: field }) => {
    if (field instanceof HTMLSelectElement && field.hasAttribute('data-country'))
      askForCountry(form, field).catch(() => {
        // Without an answer the fields stay as they are, and the button that asks without a script is there again.
        for (const button of form.querySelectorAll<HTMLElement>('[data-apply-country]')) button.hidden = false
      })
  })
  form.addEventListener('submit', (event) => {
    if (!navigator.onLine) {
      event.preventDefault()
      say(form, form.dataset.offline ?? '')
    } else if (form.hasAttribute('data-once')) {
      if (form.dataset.once === 'sent') event.preventDefault()
      form.dataset.once = 'sent'
      form.querySelector('button.main')?.setAttribute('aria-busy', 'true')
    }
  })
}
// A page that comes back by the back button can be sent again; the shop finds the first order.
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-once]')) form.dataset.once = ''
})
