// What the browser tests share: the shop that the runner has started, its staff, one browser per file, and a window per person.
import { after, type TestContext, test } from 'node:test'
import type { Language } from '@souk/contracts/storefront'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser } from './browser.ts'
import { staffAt } from './staff.ts'
import { type Walk, walkOf } from './walk.ts'

export const url = process.env.SOUK_FRONT_URL ?? 'http://localhost:4000'
export const skip = process.env.SOUK_CHROMIUM_SKIPPED ?? false
/** Long, because on a busy machine all takes many times longer than on an idle one. */
export const limitMs = 300_000
const actionMs = 60_000
/** Each is opened when somebody comes with it. */
const browsers = new Map<boolean, Promise<Browser>>()

after(async () => {
  for (const browser of browsers.values()) await (await browser).close()
})

export const { ask: asStaff, sell, ordersOf, priceOf } = staffAt(url)
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

/** A test in a browser; skipped with the reason where there is none. */
export function journey(name: string, work: (t: TestContext) => Promise<void>): void {
  test(name, { skip, timeout: limitMs }, work)
}

/** A new person with a window of their own, which closes with the test. `largeLetters`: twice the usual size, set in the browser. */
export async function comes(
  t: TestContext,
  { largeLetters = false, ...options }: BrowserContextOptions & { largeLetters?: boolean } = {},
  language: Language = 'en',
  shopUrl = url,
): Promise<Walk> {
  const browser = await browserWith(largeLetters)
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  t.after(async () => {
    if (!t.passed) t.diagnostic(`The page was ${page.url()}: ${await textOf(page)}`)
    await context.close()
  })
  page.setDefaultTimeout(actionMs)
  return walkOf(page, shopUrl, language)
}

function browserWith(largeLetters: boolean): Promise<Browser> {
  const known = browsers.get(largeLetters)
  if (known) return known
  const letters = largeLetters ? ['--blink-settings=defaultFontSize=32'] : []
  const opening = openBrowser(process.env.SOUK_CHROMIUM ?? '/usr/bin/chromium', letters)
  browsers.set(largeLetters, opening)
  return opening
}

/** The beginning of a page's text, as far as it answers. */
function textOf(page: Page): Promise<string> {
  return page.innerText('body', { timeout: 5_000 }).then((text) => text.slice(0, 1_000), String)
}
