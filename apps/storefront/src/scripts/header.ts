// The header with a script: suggestions below the search field (the combobox pattern of ARIA), the switch for the colors, and menus that close
// when the visitor goes on elsewhere.
const form = document.querySelector<HTMLFormElement>('[data-suggest]')
if (form) suggest(form)
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-theme-switch]')) switchTheme(button)

interface Suggestions {
  items: { slug: string; title: string }[]
  categories?: { slug: string; title: string }[]
}
const mostShown = 10
const waitMs = 120

function suggest(form: HTMLFormElement): void {
  const field = form.querySelector('input') as HTMLInputElement // The form has one.
  const { language = 'en', suggest: label = '', counts = '[]' } = form.dataset
  const words: string[] = JSON.parse(counts)
  const list = Object.assign(document.createElement('ul'), { id: 'suggestions', role: 'listbox', hidden: true })
  list.setAttribute('aria-label', label)
  const status = Object.assign(document.createElement('p'), { className: 'visually-hidden', role: 'status' })
  form.append(list, status)
  const attributes = {
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-controls': list.id,
    'aria-expanded': 'false',
  }
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value)
  let active = -1
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = ''

  const links = () => [...list.querySelectorAll<HTMLElement>('[role=option]')]
  function show(isOpen: boolean) {
    list.hidden = !isOpen
    field.setAttribute('aria-expanded', String(isOpen))
    if (!isOpen) activate(-1)
  }
  function activate(index: number) {
    active = index
    for (const [at, option] of links().entries()) option.setAttribute('aria-selected', String(at === index))
    if (index >= 0) field.setAttribute('aria-activedescendant', `suggestion-${index}`)
    else field.removeAttribute('aria-activedescendant')
    links()[index]?.scrollIntoView({ block: 'nearest' })
  }
  async function ask() {
    const q = field.value.trim().slice(0, 100)
    asked = q
    if (q.length < 2) return show(false)
    const answer = await fetch(`${form.dataset.suggestPath}?${new URLSearchParams({ q, language })}`).catch(
      () => undefined,
    )
    // Suggestions are an addition: without an answer, the field searches as it does without a script.
    if (!answer?.ok) return
    const { items, categories = [] }: Suggestions = await answer.json()
    if (asked !== q) return
    const found = [
      ...categories.map((one) => ({ title: one.title, href: `/${language}/c/${one.slug}` })),
      ...items.map((one) => ({ title: one.title, href: `/${language}/p/${one.slug}` })),
    ].slice(0, mostShown)
    list.replaceChildren(...found.map(({ title, href }, index) => optionOf(title, href, q, index)))
    status.textContent = words[found.length] ?? ''
    show(found.length > 0 && document.activeElement === field)
  }
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, waitMs)
  })
  listenToKeys(field, { isOpen: () => !list.hidden, active: () => active, links, show, activate })
  list.addEventListener('mousedown', (event) => event.preventDefault()) // The field keeps the focus until the click.
  list.addEventListener('click', ({ target }) => {
    const href = (target as Element).closest<HTMLElement>('[data-href]')?.dataset.href
    if (href) location.href = href
  })
  field.addEventListener('blur', () => show(false))
}

interface Box {
  isOpen(): boolean
  active(): number
  links(): HTMLElement[]
  show(isOpen: boolean): void
  activate(index: number): void
}

/** Arrows go through the suggestions and the field, Enter opens one, Escape closes them. */
function listenToKeys(field: HTMLInputElement, box: Box): void {
  field.addEventListener('keydown', (event) => {
    const { key } = event
    const active = box.active()
    if (key === 'Escape' && box.isOpen()) {
      event.preventDefault()
      return box.show(false)
    }
    const count = box.links().length
    if ((key === 'ArrowDown' || key === 'ArrowUp') && count > 0) {
      event.preventDefault()
      box.show(true)
      // One place more than there are: the field itself.
      const step = key === 'ArrowDown' ? 1 : -1
      return box.activate(((active + 1 + step + count + 1) % (count + 1)) - 1)
    }
    if (key === 'Enter' && active >= 0 && box.isOpen()) {
      event.preventDefault()
      location.href = box.links()[active]?.dataset.href ?? location.href
    }
  })
}

/** An option with all but the matched part in bold: what is new to the reader. */
function optionOf(title: string, href: string, q: string, index: number): HTMLLIElement {
  const option = Object.assign(document.createElement('li'), { id: `suggestion-${index}`, role: 'option' })
  option.dataset.href = href
  option.setAttribute('aria-selected', 'false')
  const at = title.toLowerCase().indexOf(q.toLowerCase())
  const bold = (text: string) => Object.assign(document.createElement('b'), { textContent: text })
  if (at < 0) option.append(bold(title))
  else option.append(bold(title.slice(0, at)), title.slice(at, at + q.length), bold(title.slice(at + q.length)))
  return option
}

function switchTheme(button: HTMLButtonElement): void {
  const root = document.documentElement
  const isDark = () =>
    (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
  const words = button.querySelector('[data-theme-words]')
  const say = () => {
    const said = (isDark() ? button.dataset.light : button.dataset.dark) ?? ''
    if (words) words.textContent = said
    else button.setAttribute('aria-label', said)
  }
  button.hidden = false
  say()
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark'
    root.dataset.theme = theme
    // biome-ignore lint/suspicious/noDocumentCookie: the store for cookies is not in every browser, and this one holds no secret.
    document.cookie = `souk_theme=${theme}; path=/; max-age=31536000; samesite=lax`
    say()
  })
}

function closeOthers(target: EventTarget | null): void {
  for (const open of document.querySelectorAll<HTMLDetailsElement>('details[open]:is(.menu, [name=filter])'))
    if (!open.contains(target as Node)) open.open = false
}
addEventListener('click', ({ target }) => closeOthers(target))
addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return
  const open = (document.activeElement as HTMLElement | null)?.closest('details[open]:is(.menu, [name=filter])')
  if (!open) return
  ;(open as HTMLDetailsElement).open = false
  open.querySelector('summary')?.focus()
})
