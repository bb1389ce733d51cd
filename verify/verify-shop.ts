// Looks at a whole shop and says which of its promises are broken. It only reads, and may be run while the shop is open.

import { allServices } from '../services/all-services.ts'
import { invariants as stockInvariants } from '../services/inventory/invariants.ts'
import { invariants as letterInvariants } from '../services/notifications/invariants.ts'
import { invariants as moneyInvariants } from '../services/payments/invariants.ts'
import { invariants as accountInvariants } from '../services/users/invariants.ts'
import { bySql, type Check, type Finding, openForLooking, type ShopToLookAt } from './check.ts'
import { oversold, pricedAsSold } from './cross-service-catalog.ts'
import { orderByOrder, strangers } from './cross-service-orders.ts'
import { arrivals, messageInvariants, origins, quietMessageInvariants } from './message-invariants.ts'
import { orderInvariants } from './order-invariants.ts'
import { providersJournal } from './provider-journal.ts'

export type { Finding } from './check.ts'

export interface VerifyOptions {
  /** Nothing is under way: then also the youngest orders must be in order, and no message may wait. */
  quiet?: boolean
  /** Where the simulated provider keeps its journal; without it, that is not compared. */
  journal?: string
  /** Told of each promise as it was looked at, kept or broken. */
  onLooked?: (finding: Finding) => void
}

const graceSeconds = 10
/** A provider that does not answer is asked again for two minutes (M7). */
const moneyGraceSeconds = 120

/** The promises that are broken; none is good. `databases`: the connection string of each service's own. */
export async function verifyShop(
  databases: Readonly<Record<string, string | undefined>>,
  options: VerifyOptions = {},
): Promise<Finding[]> {
  const opened = await openForLooking(
    Object.fromEntries(allServices.flatMap(({ name }) => (databases[name] ? [[name, databases[name]]] : []))),
  )
  try {
    const shop: ShopToLookAt = {
      sql: opened.sql,
      graceSeconds: options.quiet ? 0 : graceSeconds,
      moneyGraceSeconds: options.quiet ? 0 : moneyGraceSeconds,
      journal: options.journal,
    }
    const findings: Finding[] = []
    for (const check of checksFor(opened.has, options)) {
      const { id, statement, where } = check
      const finding = { id, statement, where, ...(await check.find(shop)) }
      options.onLooked?.(finding)
      if (finding.count > 0) findings.push(finding)
    }
    return findings
  } finally {
    await opened.close()
  }
}

function checksFor(has: (service: string) => boolean, { quiet, journal }: VerifyOptions): Check[] {
  const owned = {
    inventory: stockInvariants,
    payments: moneyInvariants,
    orders: orderInvariants,
    notifications: letterInvariants,
    users: accountInvariants,
  }
  const withMessages = allServices.map((service) => service.name).filter(has)
  const isWhole = allServices.every(({ name, migrations }) => !migrations || has(name))
  return [
    ...Object.entries(owned).flatMap(([where, list]) => (has(where) ? list.map((one) => bySql(where, one)) : [])),
    ...(quiet && has('orders') ? [bySql('orders', nothingUnderWay)] : []),
    ...(isWhole ? [...orderByOrder(), ...strangers(), oversold, pricedAsSold, origins(allServices)] : []),
    ...(journal && has('payments') ? [providersJournal] : []),
    ...withMessages.flatMap(messageInvariants),
    ...(quiet ? withMessages.flatMap(quietMessageInvariants) : []),
    arrivals(allServices, has),
  ]
}

const nothingUnderWay = {
  id: 'O5',
  statement: 'No checkout is under way.',
  sql: `select format('order %s is %s', id, status) as detail from orders where status in ('checking-out', 'capturing')`,
}
