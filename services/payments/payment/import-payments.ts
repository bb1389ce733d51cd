// After a restore to an earlier instant the provider knows of charges and refunds that this database has forgotten. This brings those
// in: the provider's report is applied to the payment, as it would have been then, and nothing is asked of the provider a second
// time. A charge whose order is lost is only named, or given back when that is wanted.
import type { Database, Transaction } from '@souk/messaging'
import type { Provider, ProviderEntry, ProviderOperation, ProviderPayment } from '../providers/provider.ts'
import { isOpen, newOperation, type Operation, type Payment, tombstoneCurrency } from './payment.ts'
import { nextPaymentState } from './payment-state.ts'
import { lockPayment, saveLockedPayment } from './payment-table.ts'

export interface ImportOptions {
  database: Database
  /** The name under which payments know the provider. */
  name: string
  provider: Provider
  since: Date
  now: Date
  orders: OrdersToAsk
  /** Gives back charges whose order is lost. */
  givesBackLost?: boolean
}
export interface OrdersToAsk {
  /** Those of these orders that there are. */
  known(orderIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Refunds of this order that orders waits for or knows to be done. */
  refunds(orderId: string): Promise<readonly { id: string; amount: number }[]>
}
/** What the provider has done and this database did not know. */
export interface FoundMoney {
  orderId: string
  reference: string
  operationId: string
  kind: ProviderEntry['kind']
  amount: number
  currency: string
  at: Date
  outcome: 'imported' | 'given-back' | 'order-lost' | 'for-a-person'
}

/** The mark of a payment that was imported to be given back, because its order was lost. `npm run verify` knows it. */
export const lostOrderReason = 'The order was lost; its payment was imported from the provider.'

const batch = 500

/** Returns every operation that was unknown or open here, oldest first. A second run finds nothing but what a person must decide. */
export async function importPayments(options: ImportOptions): Promise<FoundMoney[]> {
  const found: FoundMoney[] = []
  let entries: ProviderEntry[] = []
  for await (const entry of options.provider.journal(options.since)) {
    entries.push(entry)
    if (entries.length < batch) continue
    found.push(...(await importBatch(entries, options)))
    entries = []
  }
  return [...found, ...(await importBatch(entries, options))]
}

async function importBatch(entries: readonly ProviderEntry[], options: ImportOptions): Promise<FoundMoney[]> {
  const unknown = await unknownOf(entries, options)
  if (unknown.length === 0) return []
  const known = await options.orders.known([...new Set(unknown.map(({ orderId }) => orderId))])
  const outcomes = new Map<string, FoundMoney['outcome']>()
  for (const { reference, orderId } of unknown) {
    if (outcomes.has(reference)) continue
    const report = await options.provider.find({ reference })
    outcomes.set(reference, report ? await importReport(report, known.has(orderId), options) : 'for-a-person')
  }
  return unknown.map((entry) => {
    const { orderId, reference, operationId, kind, amount, currency, at } = entry
    const outcome = outcomes.get(reference) as FoundMoney['outcome'] // Set above, for each.
    return { orderId, reference, operationId, kind, amount, currency, at, outcome }
  })
}

/** What the provider has done and is not done here. */
async function unknownOf(entries: readonly ProviderEntry[], { database }: ImportOptions): Promise<ProviderEntry[]> {
  const done = entries.filter((entry) => entry.status === 'succeeded')
  const rows = await database.sql<{ id: string }>`
    select id
    from payment_operation
    where id = any(${done.map((entry) => entry.operationId)}::uuid[])
      and status = 'succeeded'`
  const ours = new Set(rows.map((row) => row.id))
  return done.filter((entry) => !ours.has(entry.operationId))
}

async function importReport(
  report: ProviderPayment,
  isKnown: boolean,
  options: ImportOptions,
): Promise<FoundMoney['outcome']> {
  if (!isKnown && !options.givesBackLost) return 'order-lost'
  const { database, name, now } = options
  const refunds = isKnown ? await options.orders.refunds(report.orderId) : []
  const isDone = await database.transaction(async (transaction) => {
    await insertMissing(transaction, report, name, { now, isLost: !isKnown })
    const payment = await lockPayment(transaction.sql, report.orderId)
    if (!payment || payment.currency === tombstoneCurrency) return false
    return applyToLocked(transaction, payment, report, { refunds, now, isSilent: !isKnown })
  })
  if (!isDone) return 'for-a-person'
  return isKnown ? 'imported' : giveBack(report, options)
}

/** A payment without operations, for a charge of which there is nothing here. */
async function insertMissing(
  { sql }: Transaction,
  { orderId, currency, operations: [first] }: ProviderPayment,
  provider: string,
  { now, isLost }: { now: Date; isLost: boolean },
): Promise<void> {
  await sql`
    insert into payment (order_id, amount, currency, provider, cancel_requested, created_at, updated_at)
    values (${orderId}, ${first?.amount ?? 0}, ${currency}, ${provider}, ${isLost}, ${now}, ${now})
    on conflict (order_id) do nothing`
}

/** False when the report is on another payment of this order: a person must look. `isSilent`: nobody would understand the messages. */
async function applyToLocked(
  transaction: Transaction,
  payment: Payment,
  report: ProviderPayment,
  options: { refunds: readonly { id: string; amount: number }[]; now: Date; isSilent: boolean },
): Promise<boolean> {
  const { now } = options
  const isAnother = payment.reference !== null && payment.reference !== report.reference
  const isSecond = payment.reference === null && payment.operations.length > 0 && !sharesOperation(payment, report)
  if (isAnother || isSecond) return false
  const operations = [...payment.operations, ...unknownOperations(payment, report, options)]
  const transition = nextPaymentState({ ...payment, operations }, report, now)
  if (!transition) return true
  const messages = options.isSilent ? [] : transition.messages
  await saveLockedPayment(transaction, payment, { ...transition, messages }, now)
  return true
}

function sharesOperation(payment: Payment, report: ProviderPayment): boolean {
  return report.operations.some((theirs) => payment.operations.some((ours) => ours.id === theirs.id))
}

/** The provider's operations that are missing here, open: the report says what became of them. */
function unknownOperations(
  payment: Payment,
  report: ProviderPayment,
  { refunds, now, isSilent }: { refunds: readonly { id: string; amount: number }[]; now: Date; isSilent: boolean },
): Operation[] {
  const used = new Set(payment.operations.map((one) => one.refundId))
  const nameOf = ({ kind, amount, id }: ProviderOperation) => {
    if (kind !== 'refund') return null
    const free = refunds.filter((one) => one.amount === amount && !used.has(one.id))
    const asked = free.find((one) => one.id === id) ?? free[0]
    used.add(asked?.id ?? id)
    return asked?.id ?? id
  }
  const reason = isSilent ? lostOrderReason : 'Imported from the provider after a restore.'
  return report.operations
    .filter((theirs) => theirs.status === 'succeeded' && !payment.operations.some((ours) => ours.id === theirs.id))
    .map((theirs) => ({
      ...newOperation(theirs.kind, theirs.amount, now, { checkInSeconds: 0, reason }),
      id: theirs.id,
      refundId: nameOf(theirs),
    }))
}

/** Asks for the reversal that the import has planned. Without an answer, the resolver asks again when the shop runs. */
async function giveBack(
  { orderId }: ProviderPayment,
  { database, provider, now }: ImportOptions,
): Promise<FoundMoney['outcome']> {
  const payment = await database.transaction(({ sql }) => lockPayment(sql, orderId))
  const reversal = payment?.operations.find((one) => isOpen(one) && (one.kind === 'refund' || one.kind === 'void'))
  if (!payment?.reference || !reversal) return 'given-back'
  const { id: operationId, amount } = reversal
  const request = { operationId, reference: payment.reference, amount }
  const report = await (reversal.kind === 'void' ? provider.void(request) : provider.refund(request))
  await database.transaction(async (transaction) => {
    const locked = await lockPayment(transaction.sql, orderId)
    if (locked) await applyToLocked(transaction, locked, report, { refunds: [], now, isSilent: true })
  })
  return 'given-back'
}
