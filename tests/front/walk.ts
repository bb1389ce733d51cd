// What a person does in the shop front, in steps that tests and the tools that look at pages share. Words come from the texts of the site,
// so that a journey runs in each language.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Language } from '@souk/contracts/storefront'
import type { Page } from 'playwright-core'
import { type TextName, type Texts, textsIn } from '../../apps/storefront/src/texts/texts.ts'

export interface Person {
  readonly email: string
  readonly name: string
  readonly line1: string
  readonly postalCode: string
  readonly city: string
}
export const aPerson = (): Person => ({
  email: `ann-${randomUUID().slice(0, 8)}@example.com`,
  name: 'Ann Tester',
  line1: 'Lange Straße 1',
  postalCode: '10115',
  city: 'Berlin',
})
export type Card = 'ok' | '3ds' | 'declined' | 'slow' | 'unclear'

export type Walk = ReturnType<typeof walkOf>

export function walkOf(page: Page, url: string, language: Language = 'en') {
  const t: Texts = textsIn(language)
  const at = (path: string) => `${url}/${language}${path}`
  const button = (name: TextName) => page.getByRole('button', { name: t(name), exact: true })

  const visit = (path: string) => untilServed(() => page.goto(at(path)))
  async function addToCart(slug: string): Promise<void> {
    await visit(`/p/${slug}`)
    for (const group of await page.locator('form[data-buy] fieldset').all())
      await group.locator('label:not(.out) input').first().check({ force: true })
    await button('find.addToCart').click()
    await page.getByText(t('find.toCart'), { exact: true }).first().waitFor()
  }
  async function toContact(): Promise<void> {
    await visit('/cart')
    await button('buy.toCheckout').click()
    await page.waitForURL('**/checkout/contact**')
  }
  async function asGuest(): Promise<void> {
    await toContact()
    await page.getByRole('link', { name: t('buy.asGuest') }).click()
    await page.locator('#email').waitFor()
  }
  async function fillContact(person: Person): Promise<void> {
    await page.locator('#email').fill(person.email)
    await page.locator('#name').fill(person.name)
    await page.locator('#line1').fill(person.line1)
    await page.locator('#postalCode').fill(person.postalCode)
    await page.locator('#city').fill(person.city)
  }
  async function next(step: 'delivery' | 'payment' | 'review', name: TextName = 'buy.next'): Promise<void> {
    await button(name).last().click()
    await page.waitForURL(`**/checkout/${step}`)
  }
  async function choose(card: Card): Promise<void> {
    await page.locator(`input[name="card"][value="${card}"]`).check()
    await next('review', 'buy.toReview')
  }

  const password = 'three words in-a-row'
  let signedUp: Person | undefined
  async function signUp(): Promise<Person> {
    const person = aPerson()
    await visit('/account/sign-up')
    await page.locator('#name').fill(person.name)
    await page.locator('#email').fill(person.email)
    await page.locator('#password').fill(password)
    await button('account.signUp').click()
    await page.waitForURL('**/check-mail')
    signedUp = person
    return person
  }
  /** Opens the link of the mail in the mailbox and signs in. */
  async function verifyAndSignIn(): Promise<Person> {
    const person = signedUp ?? (await signUp())
    const text = await mailTo(url, person.email)
    await page.goto(text.match(/https?:\/\/\S+verify\S+/)?.[0] ?? '')
    await page.getByRole('button').last().click()
    await page
      .getByRole('link', { name: 'Continue' })
      .or(page.getByRole('link', { name: 'Weiter' }))
      .click()
    await page.waitForURL('**/account/sign-in**')
    await fillSignIn(person)
    await isInAccount(person)
    return person
  }
  async function fillSignIn({ email }: Person): Promise<void> {
    await page.locator('#email').fill(email)
    await page.locator('#password').fill(password)
    await button('account.signIn').click()
  }
  async function isInAccount({ name }: Person): Promise<void> {
    await page
      .getByRole('heading', { level: 1 })
      .filter({ hasText: name.split(' ')[0] })
      .waitFor()
  }
  async function signIn(person: Person): Promise<void> {
    await visit('/account/sign-in')
    await fillSignIn(person)
    await isInAccount(person)
  }

  return {
    page,
    visit,
    signUp,
    verifyAndSignIn,
    signIn,
    fillSignIn,
    t,
    at,
    button,
    addToCart,
    toContact,
    asGuest,
    fillContact,
    next,
    choose,
    /** From a product to the review, as a guest. */
    async toReview(slug: string, card: Card = 'ok', person: Person = aPerson()): Promise<Person> {
      await addToCart(slug)
      await asGuest()
      await fillContact(person)
      await next('delivery')
      await next('payment')
      await choose(card)
      return person
    },
    order: () => button('buy.order').click(),
    /** Waits for the page that says thank you. Returns the order's id. */
    async isThanked(): Promise<string> {
      await page.getByText(t('buy.thanks')).first().waitFor()
      return new URL(page.url()).pathname.split('/').at(-1) ?? ''
    },
  }
}

const mostTries = 20
/** Opens a page, and again as people do when they are told to: the gateway turns visitors away while the machine is too busy. */
export async function untilServed(open: () => Promise<{ status(): number } | null>): Promise<void> {
  for (let tries = 1; ; tries++) {
    const reply = await open()
    if (![502, 503].includes(reply?.status() ?? 0) || tries === mostTries) return
    await pause(1_000)
  }
}

/** The text of the first mail to somebody, once it is there. */
export async function mailTo(url: string, email: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const reply = await fetch(`${url}/mailbox.json?to=${encodeURIComponent(email)}`)
    const { items } = (await reply.json()) as { items: { text: string }[] }
    if (items[0]) return items[0].text
    await pause(200)
  }
  throw new Error(`No mail came to ${email}.`)
}
