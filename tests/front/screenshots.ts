// `npm run screenshots -- FOLDER`: writes a picture of every page of the running shop, on a phone and on a desktop, light and dark, in
// English and German. Words after the folder choose pages by the beginning of their names.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { languages } from '@souk/contracts/storefront'
import { findChromium, installCommand, openBrowser } from './browser.ts'
import { accountPages, buyingPages, openPages } from './pages.ts'
import { walkOf } from './walk.ts'

const [folder, ...only] = process.argv.slice(2)
const url = process.env.SOUK_FRONT_URL ?? 'http://localhost:4000'
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const
const executable = findChromium()
if (!folder) fail('Usage: npm run screenshots -- FOLDER [PAGE …]')
if (!executable) fail(`There is no Chromium here. Install it: ${installCommand}`)
if (
  !(await fetch(`${url}/en`).then(
    (reply) => reply.ok,
    () => false,
  ))
)
  fail(`There is no shop at ${url}. Start it (npm start), or name it by SOUK_FRONT_URL.`)

const into = resolve(folder)
mkdirSync(into, { recursive: true })
const browser = await openBrowser(executable)
let written = 0
for (const language of languages) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const pages of [openPages, buyingPages, accountPages]) {
        if (only.length > 0 && !pages.some(isChosen)) continue
        const context = await browser.newContext({ viewport, colorScheme })
        const page = await context.newPage()
        page.setDefaultTimeout(15_000)
        for (const seen of pages) {
          if (pages === openPages && !isChosen(seen)) continue
          const file = `${seen.name}.${language}.${size}.${colorScheme}.png`
          try {
            await seen.open(walkOf(page, url, language))
            await page.waitForLoadState('networkidle')
            if (isChosen(seen)) await page.screenshot({ path: join(into, file), fullPage: true })
            written++
          } catch (error) {
            console.error(`${file}: ${String(error).split('\n', 2).join(' ')} (at ${page.url()})`)
            process.exitCode = 1
            if (pages !== openPages) break
          }
        }
        await context.close()
      }
    }
  }
}
await browser.close()
console.log(`${written} pictures are in ${into}.`)

function isChosen({ name }: { name: string }): boolean {
  return only.length === 0 || only.some((beginning) => name.startsWith(beginning))
}
function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
