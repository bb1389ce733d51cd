// What the provider has done and the shop did not know, in sentences for the person at the terminal.
import type { FoundMoney } from '../../services/payments/payment/import-payments.ts'

const shownAtMost = 50

/** Prints what was found. Returns how many operations need a person. */
export function showMoney(found: readonly FoundMoney[], say: (sentence: string) => void): number {
  for (const one of found.slice(0, shownAtMost)) say(sentenceOn(one))
  if (found.length > shownAtMost) say(`… and ${found.length - shownAtMost} more.`)
  return found.filter(({ outcome }) => outcome === 'order-lost' || outcome === 'for-a-person').length
}

function sentenceOn({ outcome, kind, amount, currency, orderId, reference, at }: FoundMoney): string {
  const what = `${kind} of ${amount} ${currency} (minor units) for order ${orderId}, ${reference}, at ${at.toISOString()}`
  if (outcome === 'imported') return `Imported: ${what}`
  if (outcome === 'given-back') return `Given back, because its order is lost: ${what}`
  if (outcome === 'order-lost') return `Its order is lost: ${what}`
  return `A person must look at it in the provider's pages: ${what}`
}
