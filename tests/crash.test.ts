// The process is killed for real (SIGKILL) at each named point of the saga, of the payments, of the relay and of the commits.
import { describe } from 'node:test'
import { bank, type CrashRows, card, crashSuite, refused, soldOut } from './crash-suite.ts'

/** Two rows are tested side by side. */
const rows: Record<string, CrashRows> = {
  'the saga and the payment': [
    ['orders.order-stored', card],
    ['inventory.reserved', card],
    ['orders.stock-reserved', card],
    ['orders.payment-answered', card],
    ['orders.before-paid', card],
    ['orders.paid', card],
    ['orders.before-action-required', bank],
    ['orders.before-payment-declined', refused],
    ['orders.before-stock-refused', soldOut],
    ['payments.operation-stored', card],
    ['payments.operation-stored:4', bank],
    ['payments.provider-called', card],
    ['payments.before-commit:4', bank],
    ['payments.state-applied', card],
    ['payments.after-commit:5', bank],
  ],
  'the relay, the reactions and the commits': [
    ['relay.before-publish', card],
    ['relay.after-publish', card],
    ['relay.after-delete', card],
    ['inventory.after-reaction', card],
    ['notifications.after-reaction', card],
    ['orders.after-reaction', bank],
    ['orders.before-commit', card],
    ['orders.before-commit:3', card],
    ['orders.after-commit:2', card],
    ['payments.before-commit', card],
    ['payments.before-commit:2', card],
    ['payments.after-commit:2', card],
    ['inventory.before-commit', card],
    ['inventory.after-commit', card],
    ['notifications.before-commit', card],
    ['notifications.after-commit', card],
  ],
}

describe('killed', { concurrency: 2 }, () => {
  for (const [where, points] of Object.entries(rows)) crashSuite(`in ${where}`, points)
})
