// A call to a provider ends in an answer, a refusal or an unknown outcome. An unknown outcome is never treated as an answer or a
// refusal.
import { beginInside } from '@souk/service/run/telemetry'
import pTimeout from 'p-timeout'
import type { PaymentsContext } from '../context.ts'
import { ProviderOutcomeUnknown, ProviderRefusal } from '../providers/provider.ts'

export type Outcome<T> =
  | { kind: 'answer'; answer: T }
  | { kind: 'refusal'; refusal: { code: string; message: string } }
  | { kind: 'unknown' }

/**
 * Waits for a call to a provider, at most the setting `providerTimeoutMs`. Every failure but a refusal is an unknown outcome; it is
 * logged with `about`.
 */
export async function callProvider<T>(
  context: PaymentsContext,
  about: { orderId?: string; operationId?: string; eventId?: string },
  call: Promise<T>,
): Promise<Outcome<T>> {
  const milliseconds = context.settings.providerTimeoutMs
  const fallback = (): never => {
    throw new ProviderOutcomeUnknown(`No answer within ${milliseconds} ms.`)
  }
  const span = beginInside('client', 'ask payment provider')
  try {
    const answer = await pTimeout(call, { milliseconds, fallback })
    span?.end()
    return { kind: 'answer', answer }
  } catch (error) {
    span?.end(error instanceof ProviderRefusal ? 'refused' : 'unknown-outcome')
    if (error instanceof ProviderRefusal)
      return { kind: 'refusal', refusal: { code: error.code, message: error.message } }
    context.log.warn({ ...about, error: String(error) }, 'A call to a payment provider has no known outcome.')
    return { kind: 'unknown' }
  }
}
