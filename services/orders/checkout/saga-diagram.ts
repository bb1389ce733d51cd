// Draws the saga from its table: what every signal does in every state. docs/saga.md shows the diagram, and a test compares.
import { type OrderStatus, orderStatuses } from '@souk/contracts/orders'
import type { Order } from '../order/order.ts'
import { nextStep, type Signal } from './checkout-saga.ts'

/** The saga as a Mermaid state diagram: state, signal / messages, next state. */
export function drawSaga(samples: (status: OrderStatus) => Order[], signals: readonly Signal[], at: string): string {
  const arrows = orderStatuses.flatMap((status) =>
    signals.flatMap((signal) =>
      samples(status).flatMap((sample) => {
        const step = nextStep(sample, signal, at)
        if (!step) return []
        const sent = step.send.map((message) => message.type.replace(/^[a-z]+\./, '')).join(', ')
        const pinned = 'isStockPinned' in signal && signal.isStockPinned ? ', stock pinned' : ''
        return `  ${name(status)} --> ${name(step.order.status)}: ${signal.type}${pinned}${sent ? ` / ${sent}` : ''}`
      }),
    ),
  )
  const states = orderStatuses.map((status) => `  state "${status}" as ${name(status)}`)
  const ends = [`  [*] --> ${name('checking-out')}`, `  ${name('shipped')} --> [*]`, `  ${name('canceled')} --> [*]`]
  return ['stateDiagram-v2', ...states, ends[0], ...new Set(arrows), ...ends.slice(1)].join('\n')
}

function name(status: OrderStatus): string {
  return status.replaceAll('-', '_')
}
