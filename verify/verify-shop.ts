// Checks the invariants of a whole shop and returns those that are broken. It only reads, and may run while the shop is open.
import { allServices } from '../services/all-services.ts'
import { invariants as stockInvariants } from '../services/inventory/invariants.ts'
import { invariants as notificationInvariants } from '../services/notifications/invariants.ts'
import { orderInvariants } from '../services/orders/invariants.ts'
import { invariants as paymentInvariants } from '../services/payments/invariants.ts'
import { invariants as catalogInvariants } from '../services/products/invariants.ts'
import { invariants as userInvariants } from '../services/users/invariants.ts'
import { bySql, type Check, type ShopToVerify, type Violations } from './check.ts'
import { oversellingCheck, priceListCheck } from './cross-service-catalog.ts'
import { orderChecks } from './cross-service-orders.ts'
import { forSaleCheck } from './for-sale-check.ts'
import { arrivalCheck, messageInvariants, originCheck, quietMessageInvariants } from './message-invariants.ts'
import { openDatabases } from './open-databases.ts'
import { orphanChecks } from './orphans.ts'
import { providerJournal } from './provider-journal.ts'

export interface VerifyOptions {
  /** Nothing is under way: then the youngest orders are checked, too, and no message may wait. */
  quiet?: boolean
  /** The file of the simulated provider's journal; without it, the journal is not compared. */
  journal?: string
  /** Called with the result of each check, whether the invariant holds or not. */
  onChecked?: (finding: Finding) => void
}
/** The result of a check. */
export interface Finding extends Violations {
  id: string
  /** What must hold. */
  statement: string
  /** Where it was checked: a service, or several. */
  where: string
}

const graceSeconds = 10
/** A provider that does not answer is asked again for two minutes (M7). */
const moneyGraceSeconds = 120

/** Returns the invariants that are broken; none is good. `databases`: the connection string of each service's own. */
export async function verifyShop(
  databases: Readonly<Record<string, string | undefined>>,
  options: VerifyOptions = {},
): Promise<Finding[]> {
  const opened = await openDatabases(Object.fromEntries(allServices.map(({ name }) => [name, databases[name]])))
  try {
    const shop: ShopToVerify = {
      sql: opened.sql,
      graceSeconds: options.quiet ? 0 : graceSeconds,
      moneyGraceSeconds: options.quiet ? 0 : moneyGraceSeconds,
      journal: options.journal,
    }
    const findings: Finding[] = []
    for (const check of checksFor(opened.has, options)) {
      const { id, statement, where } = check
      const finding = { id, statement, where, ...(await check.find(shop)) }
      options.onChecked?.(finding)
      if (finding.count > 0) findings.push(finding)
    }
    return findings
  } finally {
    await opened.close()
  }
}

function checksFor(has: (service: string) => boolean, { quiet, journal }: VerifyOptions): Check[] {
  const invariantsOf = {
    products: catalogInvariants,
    inventory: stockInvariants,
    payments: paymentInvariants,
    orders: orderInvariants,
    notifications: notificationInvariants,
    users: userInvariants,
  }
  const withMessages = allServices.map((service) => service.name).filter(has)
  const isWhole = allServices.every(({ name, migrations }) => !migrations || has(name))
  return [
    ...Object.entries(invariantsOf).flatMap(([where, list]) =>
      has(where) ? list.map((invariant) => bySql(where, invariant)) : [],
    ),
    ...(quiet && has('orders') ? [bySql('orders', nothingUnderWay)] : []),
    ...(isWhole
      ? [...orderChecks(), ...orphanChecks(), oversellingCheck, priceListCheck, forSaleCheck, originCheck(allServices)]
      : []),
    ...(journal && has('payments') ? [providerJournal] : []),
    ...withMessages.flatMap(messageInvariants),
    ...(quiet ? withMessages.flatMap(quietMessageInvariants) : []),
    arrivalCheck(allServices, has),
  ]
}

const nothingUnderWay = {
  id: 'O5',
  statement: 'No checkout is under way.',
  sql: `select format('order %s is %s', id, status) as detail from orders where status in ('checking-out', 'capturing')`,
}
