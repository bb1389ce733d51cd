// A payment company for development and tests: cards by token, idempotency keys, its own durable journal, webhooks, and switches that
// make it fail. It is another company, so it never sees our database; we meet only at the Provider interface.
import type { SimulatorSwitches } from '@souk/contracts/payments'
import type { Provider } from '../provider.ts'
import { Accounts, type Fact } from './accounts.ts'
import { Bank, type BankPage } from './bank.ts'
import { makeBehaviors } from './behaviors.ts'
import { eventsIn, replayJournal } from './events.ts'
import { type Journal, openJournal } from './journal.ts'
import { entryOf } from './journal-entries.ts'
import type { Log } from './log.ts'
import { startWebhookSender } from './webhook-sender.ts'
import { verifySignature } from './webhook-signature.ts'

export interface Simulator extends Provider {
  readonly switches: SimulatorSwitches
  switch(changes: Partial<SimulatorSwitches>): void
  /** What the bank's page shows; undefined when there is no such payment, or nothing to answer. */
  page(reference: string): Promise<BankPage | undefined>
  /** The customer's answer; a second one changes nothing. Returns where the customer goes next. */
  answer(reference: string, isApproved: boolean): Promise<string | undefined>
  /** Opens a chargeback, as a bank would some weeks later. */
  dispute(reference: string): Promise<void>
  close(): Promise<void>
}
export interface SimulatorOptions {
  folder: string
  secret: string
  webhookUrl: string
  publicUrl: string
  /** Customers are sent back to the shop or to one of these, and nowhere else. */
  returnOrigins?: readonly string[]
  /** Other processes have the same folder. */
  isShared?: boolean
  log: Log
}

export async function startSimulator({
  folder,
  secret,
  webhookUrl,
  publicUrl,
  returnOrigins = [],
  isShared = false,
  log,
}: SimulatorOptions): Promise<Simulator> {
  const accounts = new Accounts()
  const apply = (fact: Fact) => void (fact.fact !== 'told' && accounts.apply(fact))
  const journal = await openJournal<Fact>({ folder, isShared, apply })
  const undelivered = await replayJournal(journal, accounts)
  const behaviors = makeBehaviors()
  const { switches, withFaults } = behaviors
  const deliveries = makeDeliveryNotes(journal, log)
  const webhooks = startWebhookSender({ url: webhookUrl, secret, log, onDone: deliveries.add })
  const bank = new Bank({
    journal,
    accounts,
    behaviors,
    publicUrl,
    returnOrigins: [new URL(publicUrl).origin, ...returnOrigins],
    announce: (event) => webhooks.send(event, switches),
  })
  for (const event of undelivered) if (await bank.find(event)) void webhooks.send(event, switches)

  return {
    authorize: (request) => withFaults(() => bank.authorize(request)),
    capture: (request) => withFaults(() => bank.operate('capture', request)),
    void: ({ operationId, reference }) => withFaults(() => bank.operate('void', { operationId, reference })),
    refund: (request) => withFaults(() => bank.operate('refund', request)),
    find: (lookup) => withFaults(() => bank.find(lookup)),
    verifyWebhook(body, headers, now) {
      if (!verifySignature(secret, body, headers['souk-signature'], now)) return undefined
      return eventsIn(Buffer.from(body).toString())
    },
    async *journal(since) {
      await journal.catchUp()
      for await (const fact of journal.read()) {
        const entry = entryOf(fact, accounts)
        if (entry && entry.at >= since) yield entry
      }
    },
    switches,
    switch: (changes) => void Object.assign(switches, changes),
    page: (reference) => bank.page(reference),
    answer: (reference, isApproved) => bank.answer(reference, isApproved),
    async dispute(reference) {
      if (await bank.find({ reference }))
        await webhooks.send({ id: `evt_${reference}_disputed`, reference, kind: 'payment.disputed' }, switches)
    },
    async close() {
      await webhooks.close()
      deliveries.write()
      await journal.close()
    },
  }
}

const mostUnwritten = 100

/** Notes in the journal, many in one line, which events need not be sent again after a restart. */
function makeDeliveryNotes(journal: Journal<Fact>, log: Log) {
  const ids: string[] = []
  const write = () => {
    if (ids.length === 0) return
    const events = ids.splice(0)
    journal
      .append(() => ({ fact: 'told', events }))
      .catch((error) => log.error({ err: error }, 'The simulator cannot write its journal.'))
  }
  return {
    write,
    add(eventId: string) {
      if (ids.push(eventId) >= mostUnwritten) write()
    },
  }
}
