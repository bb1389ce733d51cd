// PUT /internal/payments/:orderId. Takes the money of an order, in two commits: what we are about to ask, then, after the
// provider was asked, what came of it. The same order again finds the first payment.
import { paymentsApi } from '@souk/contracts/payments'
import { batched, crashpoint } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import { type PaymentsContext, providerOf } from '../context.ts'
import { askForMoney } from './call-provider.ts'
import { type Known, newOperation, noCurrency, secondsUnderWay, viewOf } from './payment.ts'
import { type Begun, insertPayments, readPayment } from './payment-table.ts'
import { settleOperations } from './resolve-operations.ts'

const route = paymentsApi.routes.pay

/** Says whether the order had no payment yet. */
const begin = batched<Begun, { orderId: string }, PaymentsContext>({
  key: ({ payment }) => payment.orderId,
  keyOf: ({ orderId }) => orderId,
  write(begun, { sql, commit }) {
    const { given, statement, also } = insertPayments(sql, begun)
    return commit(statement, { given, also })
  },
})

export const takePayment = handle(route, async ({ params, body }, context: PaymentsContext) => {
  const provider = providerOf(context, body.payment.provider)
  if (!provider) refuse(route, 'provider-unknown', `This shop does not take payments by ${body.payment.provider}.`)

  const now = context.now()
  const orderId = params.orderId.toLowerCase()
  const operation = newOperation('capture', body.amount.amount, now, { checkInSeconds: secondsUnderWay })
  const payment: Known = {
    orderId,
    ...body.amount,
    provider: body.payment.provider,
    status: 'processing',
    captured: 0,
    refunded: 0,
    reference: null,
    nextAction: null,
    decline: null,
    cancelRequested: false,
    request: { token: body.payment.token, returnUrl: body.returnUrl, email: body.email },
    version: 0,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    operations: [operation],
  }
  const isFirst = await begin({ payment, operation }, context)
  crashpoint('payments.operation-stored')
  return isFirst ? viewOf(await askForMoney(context, provider, payment, operation)) : continueFirst()

  /** A double click, or a caller that was not answered: it gets the first payment, which is finished if it stood still. */
  async function continueFirst() {
    const first = await readPayment(context.sql, orderId)
    if (!first) throw new Error(`Payment ${orderId} is gone.`)
    if (first.currency === noCurrency) return { ...viewOf(first), amount: body.amount }
    if (first.amount !== body.amount.amount || first.currency !== body.amount.currency)
      refuse(route, 'amount-differs', 'This order already has a payment, of another amount.')
    return viewOf(first.status === 'processing' ? await settleOperations(context, first) : first)
  }
})
