// Guests and customers of a shop that is being rolled out. They repeat nothing: every answer that is not the expected one, and every
// connection that breaks, is a failure.
import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { address } from '../customer.ts'

export interface Failure {
  at: number
  until: number
  what: string
}
export interface Load {
  readonly failures: Failure[]
  readonly requests: number
  /** The orders that were answered as paid. */
  readonly paid: string[]
  stop(): Promise<void>
}

const buyers = 4
const browsers = 4
/** Between two purchases, and between two pages. */
const [buyingPauseMs, browsingPauseMs] = [250, 60]

/** `bearer`: the session of a customer, as whom every other buyer buys. */
export function startLoad(url: string, sku: string, bearer: string): Load {
  const failures: Failure[] = []
  const paid: string[] = []
  let requests = 0
  let isStopping = false
  const dispatcher = new Agent({ connections: 16, keepAliveTimeout: 4_000 })

  /** Returns the body, or undefined after a failure. */
  async function ask(method: string, path: string, { body, as }: { body?: unknown; as?: string } = {}) {
    const at = Date.now()
    requests += 1
    const failed = (what: string) => void failures.push({ at, until: Date.now(), what: `${method} ${path}: ${what}` })
    try {
      const response = await request(url + path, {
        method: method as 'GET',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(15_000),
        dispatcher,
      })
      const text = await response.body.text()
      if (response.statusCode === 200 || response.statusCode === 201) return JSON.parse(text)
      return failed(`${response.statusCode} ${text.slice(0, 300)}`)
    } catch (error) {
      return failed(`${error} ${(error as Error).cause ?? ''}`)
    }
  }

  async function buy(as: string | undefined): Promise<void> {
    const cart = await ask('PUT', `/v1/carts/${randomUUIDv7()}`, {
      as,
      body: {
        email: 'roll@example.com',
        lines: [{ sku, quantity: 1 }],
        shippingAddress: address,
        shippingMethod: 'standard',
      },
    })
    if (!cart) return
    const orderId = randomUUIDv7()
    const payment = { provider: 'simulator', token: 'tok_ok' }
    const body = { cartId: cart.id, expectedTotal: cart.totals?.total, payment }
    const order = await ask('PUT', `/v1/orders/${orderId}`, { as, body })
    if (order && order.status !== 'paid')
      failures.push({ at: Date.now(), until: Date.now(), what: `an order is ${order.status}` })
    if (order) paid.push(orderId)
    if (order && as) await ask('GET', `/v1/orders/${orderId}`, { as })
  }

  const pages = [
    () => ask('GET', '/v1/products?limit=5'),
    () => ask('GET', `/v1/products/good-${sku.toLowerCase()}`),
    () => ask('GET', `/v1/products?q=${Math.random().toString(36).slice(2, 6)}`),
    () => ask('GET', '/v1/categories'),
    () => ask('GET', '/v1/me', { as: bearer }),
  ]
  async function shop(index: number): Promise<void> {
    for (let turn = index; !isStopping; turn++) {
      if (index < buyers) await buy(index % 2 === 0 ? undefined : bearer)
      else await pages[turn % pages.length]?.()
      await pause(index < buyers ? buyingPauseMs : browsingPauseMs)
    }
  }
  const people = Array.from({ length: buyers + browsers }, (_, index) => shop(index))
  return {
    failures,
    paid,
    get requests() {
      return requests
    },
    /** May be called again. */
    async stop() {
      if (isStopping) return
      isStopping = true
      await Promise.all(people)
      await dispatcher.close()
    },
  }
}
