// A payment company for development and tests: cards by token, idempotency keys, its own durable journal, webhooks, and
// switches to misbehave. It is another company, so it never sees our database; we meet only at the Provider interface.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatorSwitches } from '@souk/contracts/payments'
import {
  type AuthorizationRequest,
  type Provider,
  type ProviderEvent,
  type ProviderEventKind,
  ProviderOutcomeUnknown,
  type ProviderPayment,
  ProviderRefusal,
} from '../provider.ts'
import { type Account, Accounts, type Fact, type Happening, keyIn, paymentOf, referenceOf } from './accounts.ts'
import { makeManners, Silence } from './behaviors.ts'
import { eventIdOf, eventsIn, kindOf, recall } from './events.ts'
import { openJournal } from './journal.ts'
import { entryOf } from './journal-entries.ts'
import type { Log } from './log.ts'
import { answerOfCustomer, checkRepetition, opening, step } from './rules.ts'
import { startPostman } from './send-webhooks.ts'
import { cardOf } from './test-tokens.ts'
import { isSigned } from './webhook-signature.ts'

export interface Simulator extends Provider {
  readonly switches: SimulatorSwitches
  switch(changes: Partial<SimulatorSwitches>): void
  /** What the bank's page shows; undefined when there is no such payment, or nothing to answer. */
  page(reference: string): BankPage | undefined
  /** The customer's answer; a second one changes nothing. Returns where the customer goes next. */
  answer(reference: string, approved: boolean): Promise<string | undefined>
  /** Opens a chargeback, as a bank would some weeks later. */
  dispute(reference: string): Promise<void>
  close(): Promise<void>
}
export interface BankPage {
  amount: number
  currency: string
  isAnswered: boolean
  returnUrl: string
}
export interface SimulatorOptions {
  folder: string
  secret: string
  webhookUrl: string
  /** The shop's own address: customers are sent back to it and nowhere else. */
  publicUrl: string
  log: Log
}

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { publicUrl, log } = options
  const journal = await openJournal<Fact>(options.folder)
  const accounts = new Accounts()
  const untold = await recall(journal, accounts)
  const told: string[] = []
  const postman = startPostman({
    url: options.webhookUrl,
    secret: options.secret,
    log,
    onTold: (id) => {
      if (told.push(id) >= 100) noteTold()
    },
  })
  const { switches, answering, isFirstVisit } = makeManners()
  const underWay = new Map<string, Promise<ProviderPayment>>()
  for (const [id, { kind, key }] of untold) {
    const account = accounts.find(key)
    if (account) void tell(id, kind, key)
  }

  return {
    authorize: (asked) => answering(() => once(asked.operationId, () => open(asked))),
    capture: ({ operationId, reference, amount }) => answering(() => does('capture', reference, operationId, amount)),
    void: ({ operationId, reference }) => answering(() => does('void', reference, operationId)),
    refund: ({ operationId, reference, amount }) => answering(() => does('refund', reference, operationId, amount)),
    find: (lookup) =>
      answering(async () => {
        const key = 'reference' in lookup ? keyIn(lookup.reference) : lookup.operationId
        const account = accounts.find(key ?? '')
        return account && seen(account)
      }),
    verifyWebhook(body, headers, now) {
      if (!isSigned(options.secret, body, headers['souk-signature'], now)) return undefined
      return eventsIn(Buffer.from(body).toString())
    },
    async *journal(since) {
      for await (const fact of journal.read()) {
        const entry = entryOf(fact, accounts)
        if (entry && entry.at >= since) yield entry
      }
    },
    switches,
    switch: (changes) => void Object.assign(switches, changes),
    page(reference) {
      const account = accounts.find(keyIn(reference) ?? '')
      const returnUrl = account?.more?.returnUrl
      if (!account || !returnUrl) return undefined
      const { amount, currency, state } = account
      return { amount, currency, returnUrl, isAnswered: state !== 'action-required' }
    },
    async answer(reference, approved) {
      const key = keyIn(reference) ?? ''
      const account = accounts.find(key)
      if (!account) return undefined
      await once(key, async () => {
        return account.state === 'action-required' ? answered(account, key, approved) : seen(account)
      })
      return account.more?.returnUrl
    },
    async dispute(reference) {
      const key = keyIn(reference) ?? ''
      const account = accounts.find(key)
      if (account) await tell(`evt_${key}_disputed`, 'payment.disputed', key)
    },
    async close() {
      await postman.close()
      noteTold()
      await journal.close()
    },
  }

  function seen(account: Account): ProviderPayment {
    return paymentOf(account, (reference) => `${publicUrl}/simulator/${reference}`)
  }

  /** One thing after the other for one payment. */
  async function once(key: string, work: () => Promise<ProviderPayment>): Promise<ProviderPayment> {
    const before = underWay.get(key)
    const now = (before ?? Promise.resolve()).then(work, work)
    underWay.set(key, now)
    try {
      return await now
    } finally {
      if (underWay.get(key) === now) underWay.delete(key)
    }
  }

  /** Opens a payment; the same key again gets what came of it the first time. */
  async function open(asked: AuthorizationRequest): Promise<ProviderPayment> {
    const key = asked.operationId
    const known = accounts.find(key)
    if (known) {
      const before = seen(known)
      checkRepetition(known, before.orderId, asked)
      return before
    }
    const card = cardOf(asked.token)
    if (!card) throw new ProviderRefusal('token-unknown', 'The bank does not know this card.')
    if (card.action && !isOurs(asked.returnUrl))
      throw new ProviderRefusal('return-url-refused', 'Customers return to the shop and nowhere else.')
    const isFirst = isFirstVisit(key)
    if (isFirst && card.errorFirst) throw new ProviderOutcomeUnknown('500 Internal Server Error')
    if (isFirst && card.silence === 'before') throw new Silence()
    if (card.delayMs) await sleep(card.delayMs)
    const fact = opening(asked, card, Date.now())
    const payment = await happens(fact, key)
    if (isFirst && card.silence === 'after') throw new Silence()
    return payment
  }

  async function does(kind: StepKind, reference: string, key: string, amount?: number): Promise<ProviderPayment> {
    const payment = keyIn(reference) ?? ''
    return once(payment, async () => {
      const account = accounts.find(payment)
      if (!account) throw new ProviderRefusal('not-found', 'The bank does not know this payment.')
      const before = seen(account)
      if (before.operations.some((one) => one.id === key)) return before
      const fact = step(account, kind, payment, key, amount ?? account.amount, Date.now())
      return happens(fact, payment)
    })
  }

  async function answered(account: Account, key: string, isApproved: boolean): Promise<ProviderPayment> {
    return happens(answerOfCustomer(account, key, isApproved, Date.now()), key)
  }

  /** Written down, then played, then told: nobody hears of what a power cut could undo. */
  async function happens(fact: Happening, key: string): Promise<ProviderPayment> {
    await journal.append(fact)
    accounts.play(fact)
    const payment = seen(accounts.find(key) as Account)
    const kind = kindOf(fact)
    if (kind) {
      const telling = tell(eventIdOf(fact), kind, key)
      if (switches.webhooks === 'before-reply') await telling
    }
    return payment
  }

  function tell(id: string, kind: ProviderEventKind, key: string): Promise<void> {
    const event: ProviderEvent = { id, reference: referenceOf(key), kind }
    return postman.send({ id, body: JSON.stringify(event) }, switches)
  }

  function noteTold(): void {
    if (told.length === 0) return
    journal
      .append({ fact: 'told', events: told.splice(0) })
      .catch((error) => log.error({ err: error }, 'The simulator cannot write its journal.'))
  }

  function isOurs(url: string): boolean {
    return URL.canParse(url) && new URL(url).origin === new URL(publicUrl).origin
  }
}

type StepKind = 'capture' | 'void' | 'refund'
