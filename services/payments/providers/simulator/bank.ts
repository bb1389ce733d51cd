// The payments of the simulated bank. What happens is written to the journal, then applied to the account, then announced, so
// that no fact is announced that a power cut could undo.
import { setTimeout as sleep } from 'node:timers/promises'
import { pathOf } from '@souk/contracts'
import { paymentsApi } from '@souk/contracts/payments'
import {
  type AuthorizationRequest,
  type OperationRequest,
  type PaymentLookup,
  type ProviderEvent,
  ProviderOutcomeUnknown,
  type ProviderPayment,
  ProviderRefusal,
} from '../provider.ts'
import { type Account, type Accounts, type Fact, keyIn, type PaymentFact, reportOn } from './accounts.ts'
import { type Behaviors, NoAnswer } from './behaviors.ts'
import { eventOf } from './events.ts'
import type { Journal } from './journal.ts'
import { answerFact, checkSameParameters, openedFact, operationFact } from './rules.ts'
import { findTestCard } from './test-tokens.ts'

const bankPage = paymentsApi.routes.simulatorPage

export interface BankOptions {
  journal: Journal<Fact>
  accounts: Accounts
  behaviors: Behaviors
  publicUrl: string
  /** Customers are sent back to these and nowhere else. */
  returnOrigins: readonly string[]
  /** A payment's reply waits until this resolves. */
  announce(event: ProviderEvent): Promise<void>
}
/** What the bank's page shows. */
export interface BankPage {
  amount: number
  currency: string
  isAnswered: boolean
  returnUrl: string
}

export class Bank {
  readonly #options: BankOptions
  readonly #accounts: Accounts
  /** The last piece of work on each payment, by the payment's key. */
  readonly #underWay = new Map<string, Promise<ProviderPayment>>()

  constructor(options: BankOptions) {
    this.#options = options
    this.#accounts = options.accounts
  }

  async find(lookup: PaymentLookup): Promise<ProviderPayment | undefined> {
    await this.#options.journal.catchUp()
    const account =
      'reference' in lookup ? this.#findAccount(lookup.reference) : this.#accounts.find(lookup.operationId)
    return account && this.#report(account)
  }

  /** Opens a payment; the same key again gets what came of it the first time. */
  authorize(request: AuthorizationRequest): Promise<ProviderPayment> {
    const key = request.operationId
    return this.#oneAtATime(key, async () => {
      const known = this.#accounts.find(key)
      if (known) return this.#sameAgain(known, request)
      const card = findTestCard(request.token)
      if (!card) throw new ProviderRefusal('token-unknown', 'The bank does not know this card.')
      if (card.action && !this.#mayReturnTo(request.returnUrl))
        throw new ProviderRefusal('return-url-refused', 'Customers return to the shop and nowhere else.')
      const isFirst = this.#options.behaviors.isFirstCall(key)
      if (isFirst && card.errorFirst) throw new ProviderOutcomeUnknown('500 Internal Server Error')
      if (isFirst && card.noAnswer === 'before') throw new NoAnswer()
      if (card.delayMs) await sleep(card.delayMs)
      // Another process of the shop may have opened it meanwhile.
      await this.#record(() => (this.#accounts.find(key) ? undefined : openedFact(request, card, Date.now())))
      if (isFirst && card.noAnswer === 'after') throw new NoAnswer()
      return this.#sameAgain(this.#accounts.find(key) as Account, request) // It was opened just now.
    })
  }

  /** Captures, voids or refunds. Without an amount it is that of the payment. */
  operate(
    kind: 'capture' | 'void' | 'refund',
    request: OperationRequest & { amount?: number },
  ): Promise<ProviderPayment> {
    const key = keyIn(request.reference) ?? ''
    return this.#oneAtATime(key, async () => {
      await this.#record(() => {
        const account = this.#accounts.find(key)
        if (!account) throw new ProviderRefusal('not-found', 'The bank does not know this payment.')
        if (this.#report(account).operations.some((one) => one.id === request.operationId)) return undefined
        const { operationId, amount = account.amount } = request
        return operationFact(account, kind, key, operationId, amount, Date.now())
      })
      return this.#report(this.#accounts.find(key) as Account) // Otherwise it was refused.
    })
  }

  /** Undefined when there is no such payment, or no customer is asked about it. */
  async page(reference: string): Promise<BankPage | undefined> {
    await this.#options.journal.catchUp()
    const account = this.#findAccount(reference)
    const returnUrl = account?.extras?.returnUrl
    if (!account || !returnUrl) return undefined
    const { amount, currency, state } = account
    return { amount, currency, returnUrl, isAnswered: state !== 'action-required' }
  }

  /** The customer's answer; a second one changes nothing. Returns where the customer goes next. */
  async answer(reference: string, isApproved: boolean): Promise<string | undefined> {
    const key = keyIn(reference) ?? ''
    if (!this.#accounts.find(key)) await this.#options.journal.catchUp()
    const account = this.#accounts.find(key)
    if (!account) return undefined
    await this.#oneAtATime(key, async () => {
      await this.#record(() =>
        account.state === 'action-required' ? answerFact(account, key, isApproved, Date.now()) : undefined,
      )
      return this.#report(account)
    })
    return account.extras?.returnUrl
  }

  /** Stores the fact that `decide` returns, if any, and tells the shop. */
  async #record(decide: () => PaymentFact | undefined): Promise<void> {
    let fact: PaymentFact | undefined
    await this.#options.journal.append(() => {
      fact = decide()
      return fact
    })
    const event = fact && eventOf(fact)
    if (event) await this.#options.announce(event)
  }

  /** Work on one payment waits for the work before it. */
  async #oneAtATime(key: string, work: () => Promise<ProviderPayment>): Promise<ProviderPayment> {
    const before = this.#underWay.get(key)
    const now = (before ?? Promise.resolve()).then(work, work)
    this.#underWay.set(key, now)
    try {
      return await now
    } finally {
      if (this.#underWay.get(key) === now) this.#underWay.delete(key)
    }
  }

  #findAccount(reference: string): Account | undefined {
    return this.#accounts.find(keyIn(reference) ?? '')
  }
  #sameAgain(account: Account, request: AuthorizationRequest): ProviderPayment {
    const report = this.#report(account)
    checkSameParameters(account, report.orderId, request)
    return report
  }
  #report(account: Account): ProviderPayment {
    return reportOn(account, (reference) => this.#options.publicUrl + pathOf(bankPage, { intentId: reference }))
  }
  #mayReturnTo(url: string): boolean {
    return URL.canParse(url) && this.#options.returnOrigins.includes(new URL(url).origin)
  }
}
