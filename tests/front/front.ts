// What the browser tests share: the shop that the runner has started, one browser per file, a window per person, and the staff's view by
// the API.
import assert from 'node:assert/strict'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Language } from '@souk/contracts/storefront'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { openBrowser } from './browser.ts'
import { staffPassword } from './started-shop.ts'
import { type Walk, walkOf } from './walk.ts'

export const url = process.env.SOUK_FRONT_URL ?? 'http://localhost:4000'
const skip = process.env.SOUK_FRONT_SKIPPED ?? false
const limitMs = 90_000
let browser: Browser
let staffToken: string | undefined

if (!skip) {
  before(async () => {
    browser = await openBrowser(process.env.SOUK_CHROMIUM ?? '/usr/bin/chromium')
  })
  after(() => browser?.close())
}

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

/** A test in a browser; skipped with the reason where there is none. */
export function journey(name: string, work: (t: TestContext) => Promise<void>): void {
  test(name, { skip, timeout: limitMs }, work)
}

/** A new person with a window of their own, which closes with the test. */
export async function comes(
  t: TestContext,
  options: BrowserContextOptions = {},
  language: Language = 'en',
): Promise<Walk> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  t.after(async () => {
    if (!t.passed) t.diagnostic(`The page was ${page.url()}: ${(await page.innerText('body')).slice(0, 1_000)}`)
    await context.close()
  })
  page.setDefaultTimeout(20_000)
  return walkOf(page, url, language)
}

interface Answer {
  status: number
  body: Record<string, unknown> & { items: Record<string, unknown>[] }
}
/** Asks the API as the shop's staff. */
export async function asStaff(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  staffToken ??= await signInStaff()
  const reply = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${staffToken}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  return { status: reply.status, body: (await reply.json()) as Answer['body'] }
}

async function signInStaff(): Promise<string> {
  const reply = await fetch(`${url}/v1/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'staff@souk.example', password: staffPassword }),
  })
  const token = reply.headers.get('set-auth-token')
  if (!token) throw new Error(`Staff cannot sign in: ${reply.status} ${await reply.text()}`)
  return token
}

export interface Good {
  readonly id: string
  readonly slug: string
  readonly sku: string
  readonly title: string
}
/** Puts a good on sale that no other test buys. */
export async function sell({ title = 'Plain bowl', cents = 2_000, quantity = 10 } = {}): Promise<Good> {
  const id = randomUUIDv7()
  const sku = `T-${id.slice(-10).toUpperCase()}`
  const slug = `test-${id.slice(-10)}`
  const prices = [{ amount: cents, currency: 'EUR' }]
  const product = { id, slug, title, status: 'published', variants: [{ sku, prices, weightGrams: 500 }] }
  const made = await asStaff('POST', '/v1/products/batch', { products: [product] })
  assert.ok(made.status < 300, JSON.stringify(made.body))
  const movement = { sku, quantity, location: 'main', kind: 'received', reason: 'Delivery' }
  const moved = await asStaff(
    'POST',
    '/v1/stock/movements',
    { movements: [movement] },
    { 'idempotency-key': randomUUID() },
  )
  assert.ok(moved.status < 300, JSON.stringify(moved.body))
  await pause(1_500) // Orders and pages hear of it by messages.
  return { id, slug, sku, title }
}

/** The orders of somebody, as the staff see them. */
export async function ordersOf(email: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await asStaff('GET', `/v1/orders?email=${encodeURIComponent(email)}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body.items
}
