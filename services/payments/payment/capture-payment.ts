// Two things that orders ask for after a customer came back from the bank's page: how the payment stands, and to take what
// was authorized, once the stock is sure.
import { paymentsApi } from '@souk/contracts/payments'
import { crashpoint } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { isOpen, newOperation, secondsUnderWay, viewOf } from './payment.ts'
import { readPayment } from './payment-table.ts'
import { settleOperations } from './resolve-operations.ts'

const { capture, refresh } = paymentsApi.routes

export const refreshPayment = handle(refresh, async ({ params }, context: PaymentsContext) => {
  const payment = await readPayment(context.sql, params.orderId)
  if (!payment) refuse(refresh, 'not-found', 'This order has no payment.')
  const isSettled = !payment.operations.some(isOpen) && payment.status !== 'action-required'
  return viewOf(isSettled ? payment : await settleOperations(context, payment))
})

export const capturePayment = handle(capture, async ({ params }, context: PaymentsContext) => {
  const { sql } = context
  const payment = await readPayment(sql, params.orderId)
  if (!payment) refuse(capture, 'not-found', 'This order has no payment.')
  if (payment.status === 'processing' || payment.status === 'action-required')
    refuse(capture, 'not-authorized-yet', 'The customer has not approved this payment yet.')
  if (payment.status !== 'authorized' || payment.cancelRequested) return viewOf(payment)

  // Two calls at once: the unique index lets one of them ask for the money, and the other finds that operation.
  const operation = newOperation('capture', payment.amount, context.now(), { checkInSeconds: secondsUnderWay })
  await context.commit(
    sql`
      update payment
      set version = version + 1
      where order_id = ${payment.orderId}
        and version = ${payment.version}
      returning order_id`,
    {
      also: [
        sql`
      insert into payment_operation (id, order_id, kind, amount, next_check_at, created_at, updated_at)
      select ${operation.id}::uuid, order_id, ${operation.kind}, ${operation.amount}::bigint,
        ${operation.nextCheckAt}::timestamptz, ${operation.createdAt}::timestamptz, ${operation.createdAt}::timestamptz
      from changed
      on conflict do nothing`,
      ],
    },
  )
  crashpoint('payments.operation-stored')
  const current = await readPayment(sql, params.orderId)
  if (!current) throw new Error(`Payment ${params.orderId} is gone.`)
  return viewOf(await settleOperations(context, current))
})
