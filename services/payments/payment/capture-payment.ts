// POST /internal/payments/:orderId/capture. Takes the money that the customer has approved, once orders has the stock.
import { paymentsApi } from '@souk/contracts/payments'
import { crashpoint } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { firstCheckSeconds, newOperation, replyOf } from './payment.ts'
import { addOperation, readPayment } from './payment-table.ts'
import { resolvePayment } from './resolve-payment.ts'

const route = paymentsApi.routes.capture

export const capturePayment = handle(route, async ({ params }, context: PaymentsContext) => {
  const payment = await readPayment(context.sql, params.orderId)
  if (!payment) refuse(route, 'not-found', 'This order has no payment.')
  if (payment.status === 'processing' || payment.status === 'action-required')
    refuse(route, 'not-authorized-yet', 'The customer has not approved this payment yet.')
  if (payment.status !== 'authorized' || payment.cancelRequested) return replyOf(payment)

  // When two calls come at once, one adds its operation, and both resolve that one.
  const operation = newOperation('capture', payment.amount, context.now(), { checkInSeconds: firstCheckSeconds })
  await addOperation(context, payment, operation)
  crashpoint('payments.operation-stored')
  const current = await readPayment(context.sql, params.orderId)
  if (!current) throw new Error(`Payment ${params.orderId} is gone.`)
  return replyOf(await resolvePayment(context, current))
})
