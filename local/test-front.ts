// `npm run test:front`: the tests of the shop front in a browser. Starts one shop for all of them; without a browser they are skipped.
import { findChromium, installCommand } from '../tests/front/browser.ts'
import { startShop } from '../tests/front/started-shop.ts'

/** The environment of the tests, and what ends the shop that they use. */
export async function prepareFront(): Promise<{ environment: Record<string, string>; stop(): Promise<void> }> {
  const chromium = findChromium()
  if (!chromium) {
    console.log(`There is no Chromium here, so these tests are skipped. Install it: ${installCommand}`)
    return { environment: { SOUK_FRONT_SKIPPED: `no Chromium (${installCommand})` }, stop: async () => {} }
  }
  console.log('Starting a shop with its demo goods …')
  const shop = await startShop()
  return { environment: { SOUK_CHROMIUM: chromium, SOUK_FRONT_URL: shop.url }, stop: shop.stop }
}
