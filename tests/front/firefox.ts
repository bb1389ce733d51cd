// Firefox for tests, driven by WebDriver BiDi: playwright-core, which the other tests use, needs a Firefox of its own.
import type { TestContext } from 'node:test'
import type { Language } from '@souk/contracts/storefront'
import { type Browser, launch, type Page } from 'puppeteer-core'
import { type TextName, textsIn } from '../../apps/storefront/src/texts/texts.ts'
import { aPerson, type Card, type Person, untilServed } from './walk.ts'

const actionMs = 30_000
const startMs = 60_000

/** Opens Firefox with these preferences and a page in it, and closes it with the test. */
export async function opensFirefox(
  t: TestContext,
  preferences: Record<string, string | number | boolean> = {},
): Promise<{ browser: Browser; page: Page }> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: process.env.SOUK_FIREFOX ?? '/usr/bin/firefox-esr',
    // Lets a test reach the notifications that Firefox shows, which are no part of a page.
    args: ['--remote-allow-system-access'],
    extraPrefsFirefox: preferences,
    timeout: startMs,
    protocolTimeout: startMs,
  })
  t.after(() => browser.close())
  const page = await browser.newPage()
  page.setDefaultTimeout(actionMs)
  return { browser, page }
}

/** The steps of a guest, by the roles and names that everybody is told. */
export function guestIn(page: Page, url: string, language: Language = 'en') {
  const t = textsIn(language)
  const at = (path: string) => `${url}/${language}${path}`
  const press = (role: 'button' | 'link', name: TextName) =>
    page.locator(`::-p-aria([name="${t(name)}"][role="${role}"])`).click()
  const leadsTo = (path: RegExp) => page.waitForFunction(`${path}.test(location.pathname)`)

  return {
    press,
    reads: (sentence: string) => page.locator(`::-p-text(${sentence})`).wait(),
    async buys(slug: string, card: Card = 'ok', person: Person = aPerson()): Promise<Person & { orderId: string }> {
      await untilServed(() => page.goto(at(`/p/${slug}`)))
      await press('button', 'find.addToCart')
      await press('link', 'find.toCart')
      await press('button', 'buy.toCheckout')
      await press('link', 'buy.asGuest')
      for (const field of ['email', 'name', 'line1', 'postalCode', 'city'] as const)
        await page.locator(`#${field}`).fill(person[field])
      await press('button', 'buy.next')
      await leadsTo(/delivery$/)
      await press('button', 'buy.next')
      await leadsTo(/payment$/)
      await page.locator(`input[name="card"][value="${card}"]`).click()
      await press('button', 'buy.toReview')
      await leadsTo(/review$/)
      await press('button', 'buy.order')
      await leadsTo(/orders/)
      await page.locator(`::-p-text(${t('buy.thanks')})`).wait()
      return { ...person, orderId: new URL(page.url()).pathname.split('/').at(-1) ?? '' }
    },
  }
}

/** Clicks on the notification that Firefox shows, as a person does, who sees it at the edge of the screen. */
export async function clickNotification(browser: Browser): Promise<void> {
  // Firefox keeps it in a window of its own. Puppeteer has no word for such windows, but passes on the commands of the protocol.
  const { connection } = browser as unknown as { connection: BidiConnection }
  const { result } = await connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' })
  const shown = result.contexts?.find(({ url }) => url.endsWith('alerts/alert.xhtml'))
  if (!shown) throw new Error('Firefox shows no notification.')
  const expression = 'document.getElementById("alertBox").click()'
  await connection.send('script.evaluate', { expression, target: { context: shown.context }, awaitPromise: false })
}
interface BidiConnection {
  send(method: string, params: object): Promise<{ result: { contexts?: { context: string; url: string }[] } }>
}
