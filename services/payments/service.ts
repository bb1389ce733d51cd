// Everything the payments service does, on one page. It asks providers for money, stores their reports, and keeps the ledger.
import { join } from 'node:path'
import { pathOf } from '@souk/contracts'
import { CancelPayment, paymentsApi, RefundPayment } from '@souk/contracts/payments'
import { defineService, on, securityEventsTotal } from '@souk/service'
import { checkInvariants, invariantsOfPayments } from './check-invariants.ts'
import { calls, type Resources, type StartContext, settings } from './context.ts'
import { paymentFigures, paymentMetrics } from './metrics.ts'
import { cancelPayment } from './payment/cancel-payment.ts'
import { capturePayment } from './payment/capture-payment.ts'
import { listPayments, readOnePayment } from './payment/list-payments.ts'
import { readBalances, readLedger } from './payment/read-ledger.ts'
import { reconcile } from './payment/reconcile.ts'
import { reconcileByItself, reconciliationFigures } from './payment/reconcile-by-itself.ts'
import { refreshPayment } from './payment/refresh-payment.ts'
import { refundPayment } from './payment/refund-payment.ts'
import { resolveOperations } from './payment/resolve-due-operations.ts'
import { takePayment } from './payment/take-payment.ts'
import { startSimulator } from './providers/simulator/simulator.ts'
import { answerBankPage, readSimulator, showBankPage, switchSimulator } from './providers/simulator/simulator-pages.ts'
import { deleteOldWebhooks, processWebhooks } from './webhooks/process-webhooks.ts'
import { receiveWebhook } from './webhooks/receive-webhook.ts'

export const payments = defineService<typeof paymentsApi, typeof settings, typeof calls, Resources>({
  name: 'payments',
  api: paymentsApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  insertOnly: ['ledger_transfer'],
  plansByIndex: true,
  open: openProviders,
  routes: {
    pay: takePayment,
    capture: capturePayment,
    refresh: refreshPayment,
    webhook: receiveWebhook,

    list: listPayments,
    read: readOnePayment,
    ledger: readLedger,
    balances: readBalances,
    reconcile,

    readSimulator,
    switchSimulator,
    simulatorPage: showBankPage,
    simulatorAnswer: answerBankPage,
  },
  reacts: [on([CancelPayment], cancelPayment), on([RefundPayment], refundPayment)],
  metrics: [...paymentMetrics, securityEventsTotal],
  figures: [paymentFigures, reconciliationFigures, invariantsOfPayments],
  schedules: [checkInvariants, reconcileByItself, resolveOperations, processWebhooks, deleteOldWebhooks],
})

async function openProviders({
  settings,
  shared,
  log,
}: StartContext): Promise<{ resources: Resources; close?: () => Promise<void> }> {
  const isOn = settings.simulator === 'on' || (settings.simulator === 'auto' && !shared.isProduction)
  if (!isOn) return { resources: { providers: {} } }
  const simulator = await startSimulator({
    folder: settings.simulatorFolder,
    isShared: settings.simulatorShared === 'on',
    secret: settings.simulatorSecret,
    webhookUrl:
      settings.simulatorWebhookUrl ?? shared.publicUrl + pathOf(paymentsApi.routes.webhook, { provider: 'simulator' }),
    publicUrl: shared.publicUrl,
    returnOrigins: shared.returnOrigins,
    log,
  })
  return { resources: { providers: { simulator }, simulator }, close: () => simulator.close() }
}
