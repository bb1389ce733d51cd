// POST /internal/payments/:orderId/refresh. Orders asks how a payment stands, as after the customer came back from the bank's page.
import { paymentsApi } from '@souk/contracts/payments'
import { handle, refuse } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { isOpen, replyOf } from './payment.ts'
import { readPayment } from './payment-table.ts'
import { resolvePayment } from './resolve-payment.ts'

const route = paymentsApi.routes.refresh

export const refreshPayment = handle(route, async ({ params }, context: PaymentsContext) => {
  const payment = await readPayment(context.sql, params.orderId)
  if (!payment) refuse(route, 'not-found', 'This order has no payment.')
  const isSettled = !payment.operations.some(isOpen) && payment.status !== 'action-required'
  return replyOf(isSettled ? payment : await resolvePayment(context, payment))
})
