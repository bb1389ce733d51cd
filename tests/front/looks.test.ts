// Every page as people with other needs have it: axe in light and dark, in both languages; narrow, enlarged, and with names that are very
// long or written from right to left.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { languages } from '@souk/contracts/storefront'
import type { Page } from 'playwright-core'
import { comes, journey, sell } from './front.ts'
import { accountPages, buyingPages, openPages } from './pages.ts'
import { aPerson } from './walk.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const ways = { 'to find goods': openPages, 'to buy': buyingPages, 'of an account': accountPages }

/** 200 % of a window of 640 px has the layout of one of 320 px. */
const enlarged = {
  '320 px wide, or enlarged to 200 %': { largeLetters: false, widths: [320, 640] },
  'letters twice as large': { largeLetters: true, widths: [1280, 640] },
}

interface AxeFinding {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}
/** What axe finds serious or critical there, in a line each. */
async function seriousOn(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: AxeFinding[]
  }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary}`)
}
/** By how many pixels the page is wider than the window. */
const overflowOf = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth') as Promise<number>

for (const [what, pages] of Object.entries(ways)) {
  for (const language of languages) {
    journey(`axe finds nothing serious on the pages ${what}, light and dark (${language})`, async (t) => {
      const walk = await comes(t, { bypassCSP: true }, language)
      const found: string[] = []
      for (const { name, open } of pages) {
        await open(walk)
        await walk.page.waitForLoadState()
        for (const colorScheme of ['light', 'dark'] as const) {
          await walk.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          found.push(...(await seriousOn(walk.page)).map((one) => `${name}, ${colorScheme}: ${one}`))
        }
      }
      assert.deepEqual(found, [])
    })
  }
  for (const [how, { largeLetters, widths }] of Object.entries(enlarged)) {
    journey(`the pages ${what} never scroll sideways: ${how}`, async (t) => {
      const walk = await comes(t, { largeLetters }, 'de')
      const wide: string[] = []
      for (const { name, open } of pages) {
        for (const [index, width] of widths.entries()) {
          await walk.page.setViewportSize({ width, height: 640 })
          if (index === 0) await open(walk)
          const overflow = await overflowOf(walk.page)
          if (overflow > 0) wide.push(`${name}, ${width} px wide, by ${overflow} px`)
        }
      }
      assert.deepEqual(wide, [])
    })
  }
}

journey('very long names, and names from right to left, break no page of a purchase', async (t) => {
  const word = 'Donaudampfschifffahrtsgesellschaftskapitänsmütze'
  const good = await sell({ title: `${word.repeat(2)} מנורת נחושת`, categorySlug: 'ceramics' })
  const walk = await comes(t, { viewport: { width: 320, height: 640 } })
  const person = {
    ...aPerson(),
    name: `عبد الرحمن ${'Wolfeschlegelsteinhausen'.repeat(3)}`,
    city: 'Llanfairpwllgwyngyll'.repeat(4),
  }
  const straight = async () => assert.equal(await overflowOf(walk.page), 0, walk.page.url())
  await walk.visit('')
  await straight()
  for (const path of ['/c/ceramics?sort=newest', `/search?q=${encodeURIComponent(word.repeat(2))}`]) {
    await walk.visit(path)
    await walk.page.getByText(good.title).first().waitFor()
    await straight()
  }
  await walk.addToCart(good.slug)
  await straight()
  await walk.visit('/cart')
  await straight()
  await walk.asGuest()
  await walk.fillContact(person)
  await straight()
  await walk.next('delivery')
  await straight()
  await walk.next('payment')
  await walk.choose('ok')
  await straight()
  await walk.order()
  await walk.isThanked()
  await straight()
  await walk.page.getByText(person.name).first().waitFor()
})
