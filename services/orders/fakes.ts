// A fake inventory and a fake payments service for the tests of orders: as simple as their contracts allow, with switches for
// what can go wrong. Requests reach them in the same way as the real ones, validation included.
import type { BodyOf, ParamsOf } from '@souk/contracts'
import { inventoryApi, type Reservation, type StockLine } from '@souk/contracts/inventory'
import { type Payment, paymentsApi } from '@souk/contracts/payments'
import { defineService, handle, type Request, refuse } from '@souk/service'

export interface Fakes {
  /** Available units by SKU; 1000 of a SKU that is not listed. */
  stock: Map<string, number>
  reservations: Map<string, { lines: StockLine[]; status: 'pinned' | 'active' | 'deferred' | 'released' }>
  /** False: what is held unpaid is over its bounds, so it is given back. */
  mayHold: boolean
  /** Who holds, of each call of hold. */
  holders: BodyOf<typeof inventoryApi.routes.hold>['heldBy'][]
  payments: Map<string, Payment>
  /** Every call, as "reserve <order id>". */
  calls: string[]
  /** Runs before each reply; throw or wait here to make a call fail or hang. */
  disturb: (call: string, orderId: string) => Promise<void> | void
  /** How many calls of one kind an order has caused. */
  count(call: string, orderId: string): number
}

type OrderRequest = Request & { params: { orderId: string } }

export function makeFakeServices() {
  const fakes: Fakes = {
    stock: new Map(),
    reservations: new Map(),
    mayHold: true,
    holders: [],
    payments: new Map(),
    calls: [],
    disturb: () => undefined,
    count: (call, orderId) => fakes.calls.filter((one) => one === `${call} ${orderId}`).length,
  }
  return { fakes, services: [makeInventory(fakes), makePayments(fakes)] }
}

async function record(fakes: Fakes, call: string, { params }: { params: ParamsOf<typeof inventoryApi.routes.pin> }) {
  fakes.calls.push(`${call} ${params.orderId}`)
  await fakes.disturb(call, params.orderId)
}

function makeInventory(fakes: Fakes) {
  const { stockLevels, reserve, hold, pin, release } = inventoryApi.routes
  const { stock, reservations } = fakes
  const view = (orderId: string) => {
    const { lines, status } = reservations.get(orderId) ?? { lines: [], status: 'released' as const }
    return { orderId, status, lines: lines.map((line) => ({ ...line, location: 'main' })) }
  }
  const add = (lines: StockLine[], sign: 1 | -1) => {
    for (const { sku, quantity } of lines) stock.set(sku, (stock.get(sku) ?? 1000) + sign * quantity)
  }
  return defineService({
    name: 'inventory',
    api: { ...inventoryApi, routes: { stockLevels, reserve, hold, pin, release } },
    settings: {},
    calls: {},
    routes: {
      stockLevels: handle(stockLevels, async ({ query }) => {
        fakes.calls.push('stockLevels')
        await fakes.disturb('stockLevels', '')
        return { items: query.sku.map((sku) => ({ sku, available: stock.get(sku) ?? 1000 })) }
      }),
      reserve: handle(reserve, async (request) => {
        const { orderId } = request.params
        await record(fakes, 'reserve', request)
        const known = reservations.get(orderId)
        if (known?.status === 'released') refuse(reserve, 'reservation-over', 'This reservation is over.')
        if (known) return view(orderId)
        const missing = request.body.lines.filter((line) => (stock.get(line.sku) ?? 1000) < line.quantity)
        if (missing.length > 0) {
          refuse(reserve, 'out-of-stock', 'Some of it is out of stock.', { missing: missing.map((line) => line.sku) })
        }
        add(request.body.lines, -1)
        reservations.set(orderId, { lines: request.body.lines, status: 'pinned' })
        return view(orderId)
      }),
      ...holding(fakes, view, add),
      release: handle(release, async (request) => {
        await record(fakes, 'release', request)
        const known = reservations.get(request.params.orderId)
        if (known?.status === 'pinned' || known?.status === 'active') add(known.lines, 1)
        reservations.set(request.params.orderId, { lines: known?.lines ?? [], status: 'released' })
        return undefined
      }),
    },
  })
}

/** The routes that an order calls while its payment is not agreed, and when it is. */
function holding(
  fakes: Fakes,
  view: (orderId: string) => Reservation,
  add: (lines: StockLine[], sign: 1 | -1) => void,
) {
  const { hold, pin } = inventoryApi.routes
  const { stock, reservations } = fakes
  return {
    hold: handle(hold, async (request) => {
      await record(fakes, 'hold', request)
      fakes.holders.push(request.body.heldBy)
      const known = reservations.get(request.params.orderId)
      if (!known || known.status === 'released') refuse(hold, 'reservation-over', 'This reservation is over.')
      if (known.status === 'pinned') {
        if (!fakes.mayHold) add(known.lines, 1)
        known.status = fakes.mayHold ? 'active' : 'deferred'
      }
      return view(request.params.orderId)
    }),
    pin: handle(pin, async (request) => {
      await record(fakes, 'pin', request)
      const known = reservations.get(request.params.orderId)
      if (!known) refuse(pin, 'not-found', 'There is no reservation of this order.')
      if (known.status === 'released') refuse(pin, 'reservation-over', 'This reservation is over.')
      if (known.status === 'deferred') {
        const missing = known.lines.filter((line) => (stock.get(line.sku) ?? 1000) < line.quantity)
        if (missing.length > 0) {
          refuse(pin, 'out-of-stock', 'Some of it is out of stock.', { missing: missing.map((line) => line.sku) })
        }
        add(known.lines, -1)
      }
      known.status = 'pinned'
      return view(request.params.orderId)
    }),
  }
}

function makePayments(fakes: Fakes) {
  const { pay, capture, refresh } = paymentsApi.routes
  const { payments } = fakes
  const found = (request: OrderRequest): Payment => {
    const payment = payments.get(request.params.orderId)
    if (!payment) throw new Error('There is no such payment.')
    return payment
  }
  return defineService({
    name: 'payments',
    api: { ...paymentsApi, routes: { pay, capture, refresh } },
    settings: {},
    calls: {},
    routes: {
      pay: handle(pay, async (request) => {
        const { orderId } = request.params
        const { amount, payment } = request.body
        await record(fakes, 'pay', request)
        if (payment.provider !== 'simulator') refuse(pay, 'provider-unknown', 'There is no such way to pay.')
        const made = payments.get(orderId) ?? newPayment(orderId, amount, payment.token)
        payments.set(orderId, made)
        return made
      }),
      capture: handle(capture, async (request) => {
        await record(fakes, 'capture', request)
        const payment = found(request as OrderRequest)
        payments.set(payment.orderId, { ...payment, status: 'captured', captured: payment.amount })
        return found(request as OrderRequest)
      }),
      refresh: handle(refresh, async (request) => {
        await record(fakes, 'refresh', request)
        return found(request as OrderRequest)
      }),
    },
  })
}

/** tok_ok, tok_declined, tok_3ds, tok_authorized, tok_processing. */
function newPayment(orderId: string, amount: Payment['amount'], token: string): Payment {
  const nothing = { ...amount, amount: 0 }
  const at = new Date().toISOString()
  const about = {
    orderId,
    amount,
    captured: nothing,
    refunded: nothing,
    provider: 'simulator',
    createdAt: at,
    updatedAt: at,
  }
  switch (token) {
    case 'tok_declined':
      return { ...about, status: 'declined', decline: { code: 'card-declined', message: 'The card was declined.' } }
    case 'tok_3ds':
      return {
        ...about,
        status: 'action-required',
        nextAction: { type: 'redirect', url: `http://bank.example/${orderId}` },
      }
    case 'tok_authorized':
      return { ...about, status: 'authorized' }
    case 'tok_processing':
      return { ...about, status: 'processing' }
    default:
      return { ...about, status: 'captured', captured: amount }
  }
}
