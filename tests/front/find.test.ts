// People look for goods in a browser: what they see first on a phone, suggestions by keyboard, more goods and the way back to them, and a
// focus that no bar hides.
import assert from 'node:assert/strict'
import { languages } from '@souk/contracts/storefront'
import { eventually } from '@souk/service/fixture'
import type { Page } from 'playwright-core'
import { comes, journey, phone } from './front.ts'

/** Where an element ends, in the window as it opened. */
const endOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox()
  assert.ok(box, `There is no ${selector} on ${page.url()}.`)
  return box.y + box.height
}

for (const language of languages) {
  journey(`a phone shows what matters first without scrolling (${language})`, async (t) => {
    const walk = await comes(t, phone, language)
    const { page } = walk
    const { height } = phone.viewport

    await page.goto(walk.at(''))
    assert.ok((await endOf(page, 'header')) <= 64)
    assert.ok((await endOf(page, '.hero .button')) < height && (await endOf(page, '#families')) < height)

    for (const slug of ['ceramics', 'spices-and-tea', 'lamps-and-home']) {
      await page.goto(walk.at(`/c/${slug}`))
      const cards = page.locator('.goods > li')
      for (const index of [0, 1]) {
        const box = await cards.nth(index).locator('.price').boundingBox()
        assert.ok(box && box.y + box.height <= height, `${slug}: the price of card ${index} ends at ${box?.y}`)
      }
    }

    for (const slug of ['rosewater', 'thousand-star-lantern', 'night-watch-slippers']) {
      await page.goto(walk.at(`/p/${slug}`))
      const bar = await page.locator('form.buy .row').boundingBox()
      assert.ok(bar && bar.height <= 72, `${slug}: the bar is ${bar?.height} px high`)
      for (const one of ['h1', '.price', '.tax', '.stock', '.date'])
        assert.ok((await endOf(page, one)) <= bar.y, `${slug}: ${one} is below the bar`)
    }
  })
}

journey('the header leaves room for the search at every width', async (t) => {
  const walk = await comes(t, {}, 'de')
  await walk.page.goto(walk.at(''))
  for (const width of [320, 360, 390, 600, 768, 1023, 1024, 1199, 1200, 1280, 1600]) {
    await walk.page.setViewportSize({ width, height: 800 })
    const search = await walk.page.locator('header input[type=search]').boundingBox()
    assert.ok(search && search.width >= 130, `${width} px: the search is ${search?.width} px wide`)
    const beside = width >= 1200 ? 'header nav.wide li:last-child a' : 'header .name'
    const left = await walk.page.locator(beside).boundingBox()
    assert.ok(left && left.x + left.width + 8 <= search.x, `${width} px: the search touches what is beside it`)
  }
})

journey('suggestions are gone through by keys, and never in the way of the search', async (t) => {
  const walk = await comes(t, {}, 'de')
  const { page } = walk
  await page.goto(walk.at(''))
  const field = page.locator('header input[type=search]')
  const active = () => field.getAttribute('aria-activedescendant')
  await field.pressSequentially('later')
  const options = page.locator('#suggestions:visible [role=option]')
  await options.first().waitFor()
  const count = await options.count()
  assert.ok(count >= 2 && count <= 10)
  await field.press('ArrowDown')
  assert.equal(await active(), 'suggestion-0')
  await field.press('ArrowUp')
  await field.press('ArrowUp')
  assert.equal(await active(), `suggestion-${count - 1}`)
  await field.press('Escape')
  assert.equal(await field.getAttribute('aria-expanded'), 'false')
  assert.equal(await field.inputValue(), 'later')
  await field.press('ArrowDown')
  const href = await options.nth(0).getAttribute('data-href')
  await field.press('Enter')
  await page.waitForURL(`**${href}`)
  await page.locator('header input[type=search]').fill('laterne')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/de/search?q=laterne')
})

journey(
  'more goods come below the others with the focus on the first, and the way back leads to the same place',
  async (t) => {
    const walk = await comes(t, phone)
    const { page } = walk
    await page.goto(walk.at('/search?min=1'))
    const cards = page.locator('[data-goods] > li')
    assert.equal(await cards.count(), 24)
    await page.locator('[data-pages] [rel=next]').click()
    await cards.nth(24).waitFor()
    await page.locator('[data-goods] > li:nth-child(25) a.words:focus').waitFor()
    assert.match(await page.locator('[data-now-shown]').innerText(), /^48 /)
    await cards.nth(40).scrollIntoViewIfNeeded()
    const place = await page.evaluate('scrollY')
    await cards.nth(40).locator('a.words').click()
    await page.waitForURL('**/p/**')
    await page.goBack()
    await cards.nth(47).waitFor()
    await page.waitForFunction(`Math.abs(scrollY - ${place}) < 2`)
  },
)

/** The element with the focus when it is out of sight or below the bar with the button. */
const hiddenFocus = `(() => {
  const [focused, bar] = [document.activeElement, document.querySelector('form.buy .row')]
  if (bar.contains(focused)) return null
  const [own, its] = [focused.getBoundingClientRect(), bar.getBoundingClientRect()]
  const isOut = own.bottom <= 0 || own.top >= innerHeight
  return isOut || (own.top >= its.top && own.top < its.bottom) ? focused.outerHTML.slice(0, 200) : null
})()`

journey('nothing that has the focus is hidden by the bar with the button', async (t) => {
  const walk = await comes(t, { viewport: { width: 390, height: 664 } }, 'de')
  const { page } = walk
  await page.goto(walk.at('/p/rosewater'))
  for (let presses = 0; presses < 45; presses++) {
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(hiddenFocus), null)
  }
})

journey('paper shows the goods and their facts, dark on light, without menus and buttons', async (t) => {
  const walk = await comes(t, { viewport: { width: 800, height: 1100 }, colorScheme: 'dark' })
  const { page } = walk
  await page.goto(walk.at('/p/rosewater'))
  await page.emulateMedia({ media: 'print' })
  for (const one of [
    'header input[type=search]',
    'header .cart',
    'footer',
    '.crumbs',
    'form.buy .button.main',
    '.related',
  ])
    assert.ok(await page.locator(one).first().isHidden(), one)
  await page.getByText('Rosa damascena').waitFor()
  assert.equal(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'), 'rgb(251, 247, 240)')
})

journey('thumbnails lead to the pictures and tell which one is shown', async (t) => {
  const walk = await comes(t)
  const { page } = walk
  const marked = page.locator('[data-thumbs] [aria-current=true]')
  // A shop that has just been made paints its other pictures while it is open.
  await eventually(
    'there are three pictures',
    async () => {
      await page.goto(walk.at('/p/rosewater'))
      return (await page.locator('[data-thumbs] a').count()) > 2
    },
    120,
  )
  assert.equal(await marked.getAttribute('href'), '#picture-1')
  await page.locator('[data-thumbs] a').nth(2).click()
  await page.locator('[data-thumbs] li:nth-child(3) [aria-current=true]').waitFor()
  assert.equal(await marked.count(), 1)
})
