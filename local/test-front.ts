// `npm run test:front`: the tests of the shop front in browsers. Starts one shop for all of them; those whose browser is missing are
// skipped, with the command that installs it.
import { findChromium, findFirefox, installCommand } from '../tests/front/browser.ts'
import { startShop } from '../tests/front/started-shop.ts'

/** The environment of the tests, and what ends the shop that they use. */
export async function prepareFront(): Promise<{ environment: Record<string, string>; stop(): Promise<void> }> {
  const [chromium, firefox] = [findChromium(), findFirefox()]
  const environment = {
    ...(chromium ? { SOUK_CHROMIUM: chromium } : { SOUK_CHROMIUM_SKIPPED: reasonWithout('Chromium') }),
    ...(firefox ? { SOUK_FIREFOX: firefox } : { SOUK_FIREFOX_SKIPPED: reasonWithout('Firefox') }),
  }
  if (!chromium && !firefox) return { environment, stop: async () => {} }
  console.log('Starting a shop with its demo goods …')
  const shop = await startShop()
  return { environment: { ...environment, SOUK_FRONT_URL: shop.url }, stop: shop.stop }
}

function reasonWithout(browser: string): string {
  console.log(`There is no ${browser} here, so its tests are skipped. Install it: ${installCommand}`)
  return `no ${browser} (${installCommand})`
}
