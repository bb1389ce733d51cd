// /simulator/:intentId is the simulated bank's own page, where a customer approves a payment; /v1/simulator has the switches with which
// staff make the bank fail.
import { paymentsApi } from '@souk/contracts/payments'
import { handle, refuse, reply } from '@souk/service'
import type { PaymentsContext } from '../../context.ts'
import { bankPage, bankPagePolicy } from './bank-page.ts'

const { simulatorPage, simulatorAnswer, readSimulator: readRoute, switchSimulator: switchRoute } = paymentsApi.routes
const noSuchPayment = 'There is no such payment at this bank.'
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
}

export const showBankPage = handle(simulatorPage, async ({ params }, { resources, shared }: PaymentsContext) => {
  const page = await resources.simulator?.page(params.intentId)
  if (!page) refuse(simulatorPage, 'not-found', noSuchPayment)
  const policy = { 'content-security-policy': bankPagePolicy(page) }
  return reply(200, Buffer.from(bankPage(page, shared.shopName)), { ...headers, ...policy })
})

export const answerBankPage = handle(simulatorAnswer, async ({ params, body }, { resources }: PaymentsContext) => {
  const answer = new URLSearchParams(Buffer.from(body).toString()).get('answer')
  if (!(await resources.simulator?.page(params.intentId))) refuse(simulatorAnswer, 'not-found', noSuchPayment)
  if (answer !== 'approve' && answer !== 'decline')
    refuse(simulatorAnswer, 'invalid-request', 'Answer with approve or decline.')
  const returnUrl = await resources.simulator?.answer(params.intentId, answer === 'approve')
  if (!returnUrl) refuse(simulatorAnswer, 'not-found', noSuchPayment)
  return reply(303, Buffer.alloc(0), { location: returnUrl, 'cache-control': 'no-store' })
})

export const readSimulator = handle(readRoute, async (_request, { resources }: PaymentsContext) => {
  return resources.simulator?.switches ?? refuse(readRoute, 'not-found', 'The payment simulator is switched off.')
})

export const switchSimulator = handle(switchRoute, async ({ body }, { resources, log }: PaymentsContext) => {
  const { simulator } = resources
  if (!simulator) refuse(switchRoute, 'not-found', 'The payment simulator is switched off.')
  simulator.switch(body)
  log.warn({ switches: simulator.switches }, 'The payment simulator behaves differently now.')
  return simulator.switches
})
