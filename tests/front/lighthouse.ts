// `npm run lighthouse`: Lighthouse over the main pages of the running shop, as on a phone. Prints the four scores and the layout shift (CLS)
// of each page, and what costs points; fails below the goals.
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'
import { chromium } from 'playwright-core'
import { findChromium, installCommand } from './browser.ts'
import { walkOf } from './walk.ts'

const url = process.env.SOUK_FRONT_URL ?? 'http://localhost:4000'
const goals = { score: 0.98, shift: 0.02 }
const kinds = ['performance', 'accessibility', 'best-practices', 'seo'] as const
/** What one is not to find by a search engine is left out of the index, which Lighthouse counts against it. */
const keptOut = new Set(['search', 'cart', 'checkout'])
const pages = {
  home: '/en',
  category: '/en/c/ceramics',
  search: '/en/search?q=lantern',
  product: '/en/p/thousand-star-lantern',
  cart: '/en/cart',
  checkout: '/en/checkout/contact?guest=yes',
}

const chromePath = findChromium()
if (!chromePath) {
  console.error(`There is no Chromium here. Install it: ${installCommand}`)
  process.exit(1)
}
const chromeFlags = ['--headless=new', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
const chrome = await launch({ chromePath, chromeFlags })
try {
  await putSomethingIntoTheCart(chrome.port)
  console.log('page       performance  accessibility  best practices  SEO    CLS')
  for (const [name, path] of Object.entries(pages)) {
    const only = keptOut.has(name) ? { skipAudits: ['is-crawlable'] } : {}
    const options = { port: chrome.port, disableStorageReset: true, onlyCategories: [...kinds], ...only }
    const report = (await lighthouse(url + path, options))?.lhr
    if (!report) throw new Error(`Lighthouse says nothing about ${name}.`)
    const scores = kinds.map((kind) => report.categories[kind]?.score ?? 0)
    const shift = report.audits['cumulative-layout-shift']?.numericValue ?? 0
    const cells = scores.map((score, index) => String(Math.round(score * 100)).padEnd([13, 15, 16, 7][index] ?? 0))
    console.log(`${name.padEnd(11)}${cells.join('')}${shift.toFixed(3)}`)
    const isMet = scores.every((score) => score >= goals.score) && shift <= goals.shift
    if (isMet) continue
    process.exitCode = 1
    for (const kind of kinds)
      for (const { id, weight } of report.categories[kind]?.auditRefs ?? []) {
        const audit = report.audits[id]
        if (weight > 0 && audit?.score !== null && (audit?.score ?? 1) < 0.9)
          console.log(`           ${kind}: ${audit?.title} ${audit?.displayValue ?? ''}`)
      }
  }
} finally {
  chrome.kill()
}

/** In the browser that Lighthouse uses, so that cart and checkout have something to show. */
async function putSomethingIntoTheCart(port: number): Promise<void> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  const [context] = browser.contexts()
  const page = await context?.newPage()
  if (page) await walkOf(page, url).addToCart('thousand-star-lantern')
  await browser.close()
}
