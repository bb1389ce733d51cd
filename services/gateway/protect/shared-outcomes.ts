// Gateways tell each other by Redis how payments ended, so that declined payments count at all of them. What is told while a gateway
// is not connected is lost for it: it goes on with what it has seen itself.
import { randomUUID } from 'node:crypto'
import type { Log } from '@souk/messaging'
import type { OtherGateways, PaymentOutcome } from './decline-limit.ts'
import type { SharedState } from './shared-state.ts'

const channel = 'souk:payment-outcomes'

export function makeSharedOutcomes(state: SharedState, log: Log): OtherGateways {
  const ourselves = randomUUID()

  return {
    tell(outcome) {
      void state.ask(() => state.redis.publish(channel, JSON.stringify({ from: ourselves, ...outcome })))
    },
    onTold(listener) {
      state.listen(channel, (text) => {
        const told = read(text)
        if (!told) log.warn({ service: 'gateway', channel }, 'Redis brought something that is no outcome of a payment.')
        else if (told.from !== ourselves) listener(told)
      })
    },
  }
}

/** Undefined for what no gateway has written. */
function read(text: string): (PaymentOutcome & { from: string }) | undefined {
  let told: Partial<PaymentOutcome> & { from?: string }
  try {
    told = JSON.parse(text)
  } catch {
    return undefined
  }
  const { orderId, payer, outcome } = told ?? {}
  const isWhole = typeof orderId === 'string' && typeof payer?.network === 'string'
  const isUser = payer?.user === undefined || typeof payer.user === 'string'
  return isWhole && isUser && (outcome === 'paid' || outcome === 'declined')
    ? (told as PaymentOutcome & { from: string })
    : undefined
}
