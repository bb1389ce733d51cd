// POST /v1/withdrawals. Anybody declares the withdrawal from an order, without an account. What matches an order and comes before
// anything was sent cancels it; what does not match is recorded for staff. The answer is the same in both cases, because it must not
// tell strangers which orders there are; the mail says it to whoever has the mailbox.
import { randomUUIDv7 } from 'node:crypto'
import { ordersApi, type Withdrawal, WithdrawalReceived } from '@souk/contracts/orders'
import { changedNothing, clientNetwork, handleOnce, type OnceTransaction, refuse } from '@souk/service'
import { mergeLines } from '../cart/price-cart.ts'
import { advanceLocked } from '../checkout/advance-order.ts'
import { releaseStock } from '../checkout/checkout-calls.ts'
import type { Signal } from '../checkout/checkout-saga.ts'
import type { OrdersContext } from '../context.ts'
import { bucketOf, countAttempt, hourlyAndDaily, refuseToWait } from '../order/count-attempts.ts'
import { findByPair } from '../order/find-order.ts'
import { isOpen, type Order, orderNumber } from '../order/order.ts'
import { lockOrder } from '../order/orders-table.ts'
import { type Assessment, assess, type Declaration, entryOf, fingerprintOf } from './declaration.ts'
import { findReceipt, insertWithdrawal } from './withdrawals-table.ts'

const route = ordersApi.routes.withdraw
/** Declarations of one network, an hour and a day. */
const ofNetwork = [10, 30] as const
const unknownOrder: Assessment = { isLate: false, excluded: [], isCancelable: false }

export const withdraw = handleOnce(
  route,
  async ({ body }, context: OrdersContext, transaction, orderId: string | undefined) => {
    const { sql, send } = transaction
    const declared = { ...body, lines: body.lines && mergeLines(body.lines) }
    const fingerprint = fingerprintOf(declared)
    const order = orderId && (await lockOrder(sql, orderId, context.settings.accessKeySecret))
    const known = await findReceipt(fingerprint, sql) // Behind the lock, so it finds what was declared at the same time.
    if (known) return changedNothing(200, known)

    const at = context.now()
    const id = randomUUIDv7()
    const meaning = order ? assess(order, declared.lines, at) : unknownOrder
    const status = order ? await settle(order, declared, meaning, context, transaction) : ('unmatched' as const)
    const about = { ...declared, id, orderId: order ? order.id : undefined, status, isLate: meaning.isLate }
    const excluded = meaning.excluded.map(({ sku }) => sku)
    const receipt = await insertWithdrawal({ ...about, excluded, fingerprint, at: at.toISOString() }, sql)
    if (receipt) send(received(declared, order || undefined, meaning, { ...receipt, status }))
    const answer = receipt ?? (await findReceipt(fingerprint, sql))
    return answer ?? refuse(route, 'unavailable', 'The same declaration is being stored. Try again.')
  },
  {
    /** Counts before the transaction, which a refusal would undo. After too many wrong pairs staff looks for the order. */
    gather: async ({ body, ip }, context: OrdersContext) => {
      const network = bucketOf('withdraw from', clientNetwork(ip), context)
      refuseToWait(await countAttempt(hourlyAndDaily(network, ...ofNetwork), context))
      const found = await findByPair(body, ip, context)
      return 'id' in found ? found.id : undefined
    },
  },
)

/** Notes the declaration in the timeline, and cancels the order when nothing else is to be done. */
async function settle(
  order: Order,
  { lines }: Declaration,
  meaning: Assessment,
  context: OrdersContext,
  transaction: OnceTransaction,
): Promise<'announced' | 'canceled'> {
  const about = { at: context.now().toISOString(), metrics: context.metrics }
  const entry = { type: 'withdrawal-received', message: entryOf(order, lines, meaning) } as const
  const note: Signal = { type: 'withdrawal-noted', entry }
  const cancel: Signal = { type: 'cancel-requested', by: 'customer', refundId: randomUUIDv7() }
  // An order has room for a note once its checkout has ended.
  const signals = !meaning.isCancelable ? [note] : isOpen(order) ? [cancel, note] : [note, cancel]
  let current = order
  for (const signal of signals) current = (await advanceLocked(current, signal, transaction, about)) ?? current
  const canceled = current
  if (canceled.status !== 'canceled') return 'announced'
  if (!canceled.paidAt && isOpen(order)) transaction.beforeAnswer(() => releaseStock(canceled, context))
  return 'canceled'
}

function received(
  { name, number, email, statement, lines, language }: Declaration,
  order: Order | undefined,
  { excluded, isLate }: Assessment,
  { id, receivedAt, status }: { id: string; receivedAt: string; status: Withdrawal['status'] },
) {
  const titles = new Map(order?.lines.map(({ sku, title }) => [sku, title]))
  return WithdrawalReceived({
    withdrawalId: id,
    orderId: order?.id,
    customerId: order?.customerId ?? undefined,
    language: language ?? order?.language ?? undefined,
    number: order ? orderNumber(order) : number,
    ...{ name, email, statement, excluded, status, receivedAt },
    lines: lines?.map(({ sku, quantity }) => ({ sku, title: titles.get(sku), quantity })),
    late: isLate,
  })
}
