// A customer of the shop: does over HTTP what a browser would, and reads the mail that comes.
import { randomUUIDv7 } from 'node:crypto'
import type { Order } from '@souk/contracts/orders'

export interface Reply<B = Record<string, unknown>> {
  status: number
  headers: Headers
  body: B
}
export interface Refusal {
  code: string
  detail?: string
}
export type Checkout = Reply<Order & Refusal & { missing?: unknown }>

export interface Wish {
  lines: { sku: string; quantity: number }[]
  email?: string
  token?: string
  orderId?: string
  /** Sent with both requests: who is signed in. */
  bearer?: string
  country?: string
}
export interface Cart {
  id: string
  lines: { sku: string; unitPrice: { amount: number; currency: string } }[]
  totals: { total: { amount: number; currency: string } }
  problems: { code: string }[]
}
export interface Mail {
  id: string
  to: string
  subject: string
  text: string
}
export type Customer = ReturnType<typeof customerOf>

export const address = {
  name: 'Ann Tester',
  line1: 'Long Street 1',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
}

export function customerOf(url: string) {
  async function ask<B = Record<string, unknown>>(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string>; bearer?: string } = {},
  ): Promise<Reply<B>> {
    const { body, bearer } = options
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...options.headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: (isJson && text ? JSON.parse(text) : {}) as B }
  }

  async function fillCart(wish: Wish, cartId: string = randomUUIDv7()): Promise<Cart> {
    const { status, body } = await ask<Cart>('PUT', `/v1/carts/${cartId}`, {
      bearer: wish.bearer,
      body: {
        email: wish.email ?? 'ann@example.com',
        lines: wish.lines,
        shippingAddress: { ...address, region: 'NY', country: wish.country ?? 'DE' },
        shippingMethod: 'standard',
      },
    })
    if (status !== 200) throw new Error(`The cart was refused: ${status} ${JSON.stringify(body)}`)
    return body
  }

  function checkOut(cart: Cart, wish: Pick<Wish, 'token' | 'orderId' | 'bearer'> = {}): Promise<Checkout> {
    return ask('PUT', `/v1/orders/${wish.orderId ?? randomUUIDv7()}`, {
      bearer: wish.bearer,
      body: {
        cartId: cart.id,
        expectedTotal: cart.totals.total,
        payment: { provider: 'simulator', token: wish.token ?? 'tok_ok' },
      },
    }) as Promise<Checkout>
  }

  return {
    url,
    ask,
    fillCart,
    checkOut,
    /** The whole purchase of a guest, or of the customer who is signed in. */
    async buy(wish: Wish): Promise<Checkout> {
      return checkOut(await fillCart(wish), wish)
    },
    /** What the customer says on the page of the simulated bank. Returns where the browser is sent. */
    async answerBank(pageUrl: string, answer: 'approve' | 'decline'): Promise<string | null> {
      const response = await fetch(pageUrl, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(pageUrl).origin },
        body: `answer=${answer}`,
      })
      if (response.status !== 303) throw new Error(`The bank answered ${response.status}: ${await response.text()}`)
      return response.headers.get('location')
    },
    async mails(to: string): Promise<Mail[]> {
      const { status, body } = await ask<{ items: Mail[] }>('GET', `/mailbox.json?to=${encodeURIComponent(to)}`)
      return status === 200 ? body.items : []
    },
    /** Makes an account and signs in. Returns the session's token. */
    async signUp(email: string, password = 'long-enough-for-a-test'): Promise<string> {
      const body = { name: 'Ann Tester', email, password }
      const made = await ask('POST', '/v1/auth/sign-up/email', { body })
      if (made.status !== 200) throw new Error(`No account: ${made.status} ${JSON.stringify(made.body)}`)
      return this.signIn(email, password)
    },
    async signIn(email: string, password: string): Promise<string> {
      const { status, headers, body } = await ask('POST', '/v1/auth/sign-in/email', { body: { email, password } })
      const token = headers.get('set-auth-token')
      if (!token) throw new Error(`Not signed in: ${status} ${JSON.stringify(body)}`)
      return token
    },
  }
}
