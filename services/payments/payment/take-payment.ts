// PUT /internal/payments/:orderId. Takes the money of an order in two commits: first the operation, then the provider's
// answer. A repeated request returns the first payment.
import type { BodyOf } from '@souk/contracts'
import { paymentsApi } from '@souk/contracts/payments'
import { crashpoint } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import { type PaymentsContext, providerOf } from '../context.ts'
import { authorizePayment } from './authorize-payment.ts'
import { newPayment, replyOf, tombstoneCurrency } from './payment.ts'
import { insertPayment, readPayment } from './payment-table.ts'
import { resolvePayment } from './resolve-payment.ts'

const route = paymentsApi.routes.pay

export const takePayment = handle(route, async ({ params, body }, context: PaymentsContext) => {
  const provider = providerOf(context, body.payment.provider)
  if (!provider) refuse(route, 'provider-unknown', `This shop does not take payments by ${body.payment.provider}.`)

  const orderId = params.orderId.toLowerCase()
  const request = { token: body.payment.token, returnUrl: body.returnUrl, email: body.email }
  const { payment, operation } = newPayment(orderId, body.payment.provider, body.amount, request, context.now())
  const isFirst = await insertPayment(context, payment, operation)
  crashpoint('payments.operation-stored')
  if (!isFirst) return continueFirst(context, orderId, body.amount)
  return replyOf(await authorizePayment(context, provider, payment, operation))
})

/** For a double click or a caller that got no answer: the order's first payment, resolved if it has no outcome yet. */
async function continueFirst(context: PaymentsContext, orderId: string, amount: BodyOf<typeof route>['amount']) {
  const first = await readPayment(context.sql, orderId)
  if (!first) throw new Error(`Payment ${orderId} is gone.`)
  if (first.currency === tombstoneCurrency) return { ...replyOf(first), amount }
  if (first.amount !== amount.amount || first.currency !== amount.currency)
    refuse(route, 'amount-differs', 'This order already has a payment, of another amount.')
  return replyOf(first.status === 'processing' ? await resolvePayment(context, first) : first)
}
