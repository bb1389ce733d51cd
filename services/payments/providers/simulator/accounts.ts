// What the simulated bank knows of each payment, kept small: a hundred thousand of them fit in some twenty megabytes. A fact is
// written to the journal first and then applied here; at a start, the whole journal is.
import type { OperationKind, ProviderOperation, ProviderPayment } from '../provider.ts'

/** A line of the journal. Journals on disk have these names, and `npm run verify` reads them. */
export type Fact =
  | {
      fact: 'opened'
      at: number
      key: string
      order: string
      amount: number
      currency: string
      state: ProviderPayment['state']
      /** What the first operation was: capture, or only an authorization. */
      kind: OperationKind
      captured: number
      decline?: { code: string; message: string }
      /** The capture that failed after the authorization. */
      captureFailed?: string
      returnUrl?: string
    }
  | {
      fact: 'answered'
      at: number
      payment: string
      state: 'authorized' | 'declined'
      decline?: { code: string; message: string }
    }
  | { fact: 'did'; at: number; payment: string; key: string; kind: OperationKind; amount: number; failed?: string }
  /** These events arrived at the shop, or were given up. */
  | { fact: 'told'; events: string[] }

/** A fact about one payment. */
export type PaymentFact = Exclude<Fact, { fact: 'told' }>

export interface Account {
  /** 16 characters, one per byte of the UUID: half the memory of the text. */
  key: string
  order: string
  amount: number
  currency: string
  state: ProviderPayment['state']
  kind: OperationKind
  /** What the first operation captured; another one may have captured since. */
  captured: number
  /** Only what few payments have. */
  extras: Extras | undefined
}
interface Extras {
  decline?: { code: string; message: string }
  captureFailed?: string
  returnUrl?: string
  isApproved?: boolean
  later: LaterOperation[]
}
interface LaterOperation {
  key: string
  kind: OperationKind
  amount: number
  failed?: string
}

const mostAccounts = 150_000

export class Accounts {
  readonly #byKey = new Map<string, Account>()

  /** By the key of the operation that opened it. */
  find(key: string): Account | undefined {
    return this.#byKey.get(packed(key))
  }
  get size(): number {
    return this.#byKey.size
  }

  apply(fact: PaymentFact): void {
    if (fact.fact === 'opened') {
      const { decline, captureFailed, returnUrl } = fact
      this.#byKey.set(packed(fact.key), {
        key: packed(fact.key),
        order: packed(fact.order),
        amount: fact.amount,
        currency: shared(fact.currency),
        state: fact.state,
        kind: fact.kind,
        captured: fact.captured,
        extras: decline || captureFailed || returnUrl ? { decline, captureFailed, returnUrl, later: [] } : undefined,
      })
      // A bank of our own for development: beyond this many it forgets the oldest.
      const [oldest] = this.#byKey.size > mostAccounts ? this.#byKey.keys() : []
      if (oldest !== undefined) this.#byKey.delete(oldest)
    } else if (fact.fact === 'answered') {
      const account = this.find(fact.payment)
      if (!account) return
      account.state = fact.state
      const isApproved = fact.state === 'authorized'
      account.extras = { later: [], ...account.extras, isApproved }
      if (fact.decline) account.extras.decline = fact.decline
    } else {
      const account = this.find(fact.payment)
      if (!account) return
      account.extras ??= { later: [] }
      const { key, kind, amount, failed } = fact
      account.extras.later.push({ key: packed(key), kind, amount, failed })
      if (!failed && kind === 'capture') account.state = 'captured'
      if (!failed && kind === 'void') account.state = 'voided'
    }
  }
}

/** What is left of the captured money: captures less refunds. */
export function balanceOf(account: Account): number {
  let balance = account.captured
  for (const one of account.extras?.later ?? []) {
    if (one.failed) continue
    if (one.kind === 'capture') balance += one.amount
    if (one.kind === 'refund') balance -= one.amount
  }
  return balance
}

export function referenceOf(key: string): string {
  return `sim_${key.replaceAll('-', '')}`
}
/** The key in a reference; undefined when the reference is not one of this bank's. */
export function keyIn(reference: string): string | undefined {
  const hex = /^sim_([0-9a-f]{32})$/.exec(reference)?.[1]
  return hex?.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}

export function reportOn(account: Account, pageUrl: (reference: string) => string): ProviderPayment {
  const { state, currency, extras } = account
  const key = unpacked(account.key)
  const reference = referenceOf(key)
  return {
    reference,
    orderId: unpacked(account.order),
    state,
    currency,
    nextAction: state === 'action-required' ? { type: 'redirect', url: pageUrl(reference) } : undefined,
    decline: state === 'declined' || extras?.captureFailed ? extras?.decline : undefined,
    operations: [
      firstOperation(account, key, reference),
      ...(extras?.later ?? []).map((one) => operationOf(one, reference)),
    ],
  }
}

function firstOperation(
  { state, kind, amount, captured, extras }: Account,
  id: string,
  reference: string,
): ProviderOperation {
  const about = { id, kind, amount: kind === 'capture' && captured > 0 ? captured : amount, reference }
  if (state === 'action-required') return { ...about, status: 'pending' }
  if (extras?.captureFailed) return { ...about, status: 'failed', reason: extras.captureFailed }
  if (state === 'declined') return { ...about, status: 'failed', reason: extras?.decline?.message }
  const wasNeverApproved = extras?.returnUrl !== undefined && !extras.isApproved
  return { ...about, status: wasNeverApproved ? 'failed' : 'succeeded' }
}
function operationOf({ key, kind, amount, failed }: LaterOperation, payment: string): ProviderOperation {
  const id = unpacked(key)
  const reference = `${payment}_${id.slice(-6)}`
  return failed
    ? { id, kind, amount, reference, status: 'failed', reason: failed }
    : { id, kind, amount, reference, status: 'succeeded' }
}

function packed(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('latin1')
}
/** The UUID in 16 characters. */
export function unpacked(bytes: string): string {
  const hex = Buffer.from(bytes, 'latin1').toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
const sharedStrings = new Map<string, string>()
/** The same string object for all payments in a currency. */
function shared(word: string): string {
  const known = sharedStrings.get(word)
  if (known !== undefined) return known
  sharedStrings.set(word, word)
  return word
}
