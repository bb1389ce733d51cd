// Lists of goods with a script: more goods below those that are shown, and the same place again on the way back from a product.
interface Place {
  /** How many pages were shown. */
  until?: number
  y?: number
}
const place = (): Place => history.state ?? {}
const remember = (change: Place) => history.replaceState({ ...place(), ...change }, '')

const goods = document.querySelector<HTMLElement>('[data-goods]')
const pages = document.querySelector<HTMLElement>('[data-pages]')
const filters = document.querySelector<HTMLFormElement>('[data-filters]')

// Empty fields make no difference to the list, and none to its address.
filters?.addEventListener('formdata', ({ formData }) => {
  for (const name of ['min', 'max']) if (formData.get(name) === '') formData.delete(name)
})
if (goods && pages) showMore(goods, pages)

function showMore(goods: HTMLElement, pages: HTMLElement): void {
  const first = Number(goods.dataset.page)
  const next = () => pages.querySelector<HTMLAnchorElement>('[rel=next]')
  const name = () => {
    const link = next()
    if (link) link.textContent = link.dataset.more ?? link.textContent
  }

  /** Adds the goods of the next page. False when there is none, or no answer. */
  async function add(): Promise<boolean> {
    const link = next()
    if (link) link.ariaBusy = 'true'
    const answer = link && (await fetch(link.href).catch(() => undefined))
    if (!answer?.ok) return false
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const more = [...page.querySelectorAll('[data-goods] > *')]
    goods.append(...more)
    pages.replaceChildren(...(page.querySelector('[data-pages]')?.childNodes ?? []))
    pages.querySelector('[rel=prev]')?.remove()
    name()
    return true
  }
  pages.addEventListener('click', async (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('[rel=next]')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const before = goods.children.length
    if (link.ariaBusy === 'true') return
    if (!(await add())) return location.assign(link.href)
    remember({ until: (place().until ?? first) + 1 })
    goods.children[before]?.querySelector<HTMLElement>('a:not([aria-hidden])')?.focus({ preventScroll: true })
    const said = document.querySelector<HTMLElement>('[data-now-shown]')
    if (said) said.textContent = (said.dataset.nowShown ?? '').replace('{count}', String(goods.children.length))
  })
  async function restore(): Promise<void> {
    const { until = first, y } = place()
    if (until <= first) return
    history.scrollRestoration = 'manual'
    for (let page = first; page < until; page++) if (!(await add())) break
    if (y !== undefined) scrollTo({ top: y, behavior: 'instant' })
  }
  name()
  addEventListener('pagehide', () => remember({ y: scrollY }))
  restore()
}
