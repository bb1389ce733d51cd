// POST /v1/payments/reconciliations. Compares our operations and our ledger with the provider's own journal. It names what
// differs and repairs nothing: a difference is a reason to look, not to move money.
import type { ReplyOf } from '@souk/contracts'
import { type paymentsApi as Api, paymentsApi } from '@souk/contracts/payments'
import type { Sql } from '@souk/postgres'
import { handle } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import type { ProviderEntry } from '../providers/provider.ts'

const windowDays = 3
const batch = 1_000
const mostFindings = 1_000
/** Younger operations may still be open. */
const graceSeconds = 120

type Finding = ReplyOf<typeof Api.routes.reconcile>['findings'][number]

export const reconcile = handle(paymentsApi.routes.reconcile, async (_request, context: PaymentsContext) => {
  const { checked, findings } = await findDifferences(context)
  return { checked, findings }
})

/**
 * Compares the last days of all providers with our books. Returns how many differences there are, and the first thousand of them.
 * Throws when a provider does not give out its journal.
 */
export async function findDifferences(
  context: PaymentsContext,
): Promise<{ checked: number; differences: number; findings: Finding[] }> {
  const since = new Date(context.now().getTime() - windowDays * 86_400_000)
  const findings: Finding[] = []
  let differences = 0
  let checked = 0
  const note = (found: readonly Finding[]) => {
    differences += found.length
    findings.push(...found.slice(0, mostFindings - findings.length))
  }
  for (const [name, provider] of Object.entries(context.resources.providers)) {
    const theirs = new Set<string>()
    let entries: ProviderEntry[] = []
    for await (const entry of provider.journal(since)) {
      theirs.add(entry.operationId)
      entries.push(entry)
      if (entries.length < batch) continue
      note(await compare(context, entries))
      checked += entries.length
      entries = []
    }
    note(await compare(context, entries))
    await missingThere(context.sql, name, since, theirs, note)
    checked += entries.length
  }
  if (differences > 0) context.log.error({ findings: differences }, 'Our books differ from the provider’s.')
  return { checked, differences, findings }
}

interface Ours {
  id: string
  status: string
  createdAt: string
  booked: number | null
  currency: string
}

/** The provider's entries against ours. */
async function compare({ sql, now }: PaymentsContext, entries: readonly ProviderEntry[]): Promise<Finding[]> {
  if (entries.length === 0) return []
  const rows = await sql<Ours>`
    select o.id, o.status, o.created_at, l.amount as booked, coalesce(l.currency, p.currency) as currency
    from payment_operation o
    join payment p on p.order_id = o.order_id
    left join ledger_transfer l on l.id = o.id
    where o.id = any(${entries.map((entry) => entry.operationId)}::uuid[])`
  const ours = new Map(rows.map((row) => [row.id, row]))
  const settledBefore = now().getTime() - graceSeconds * 1000
  return entries.flatMap((entry) => {
    const problem = differenceOf(entry, ours.get(entry.operationId), settledBefore)
    return problem ? [{ ...problem, orderId: entry.orderId, providerReference: entry.reference }] : []
  })
}

function differenceOf(
  entry: ProviderEntry,
  ours: Ours | undefined,
  settledBefore: number,
): Pick<Finding, 'kind' | 'detail'> | undefined {
  const what = `${entry.kind} ${entry.operationId}`
  const isMoney = entry.kind === 'capture' || entry.kind === 'refund'
  if (!ours) {
    const isHarmless = entry.status === 'failed' || entry.at.getTime() > settledBefore
    return isHarmless ? undefined : { kind: 'missing-here', detail: `The provider did ${what}; we know nothing of it.` }
  }
  const isOpen = ours.status === 'pending' || ours.status === 'unknown'
  if (isOpen && Date.parse(ours.createdAt) > settledBefore) return undefined
  if (ours.status !== entry.status)
    return { kind: 'status-differs', detail: `The provider says that ${what} ${entry.status}, we say ${ours.status}.` }
  if (!isMoney || entry.status === 'failed') return undefined
  if (ours.booked === null)
    return { kind: 'missing-here', detail: `The provider did ${what}; our ledger has no entry.` }
  if (ours.booked === entry.amount && ours.currency === entry.currency) return undefined
  const detail = `The provider moved ${entry.amount} ${entry.currency} for ${what}, our ledger ${ours.booked} ${ours.currency}.`
  return { kind: 'amount-differs', detail }
}

/** Money that we have booked and the provider has not. */
async function missingThere(
  sql: Sql,
  provider: string,
  since: Date,
  theirs: ReadonlySet<string>,
  note: (found: readonly Finding[]) => void,
): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await sql<{ id: string; orderId: string; kind: string; reference: string | null }>`
      select o.id, o.order_id, o.kind, p.provider_reference as reference
      from payment_operation o
      join payment p on p.order_id = o.order_id
      where p.provider = ${provider}
        and o.status = 'succeeded'
        and o.created_at >= ${since}
        and o.id > ${after}
      order by o.id
      limit ${batch}`
    const missing = rows.filter((row) => !theirs.has(row.id))
    note(
      missing.map(({ id, orderId, kind, reference }) => ({
        kind: 'missing-there',
        orderId,
        providerReference: reference ?? undefined,
        detail: `We say that ${kind} ${id} succeeded; the provider knows nothing of it.`,
      })),
    )
    const last = rows.at(-1)
    if (rows.length < batch || !last) return
    after = last.id
  }
}
