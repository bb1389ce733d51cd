// Deletes carts that nobody has changed for long. An order keeps everything that was bought.
import type { OrdersContext } from '../context.ts'
import { deleteCarts, deleteGuestCarts } from './forgotten-carts-table.ts'
import { forgetFormerPrices } from './former-prices.ts'

const keptDays = 30
/** Carts of guests who gave no e-mail address: nobody can be told about them. */
const keptDaysOfStrangers = 2
const dayMs = 86_400_000
const atOnce = 1_000

/**
 * Carts of strangers are looked for among those that have become two days old since the last time. Only the first time after a start
 * looks at all that are older.
 */
export async function forgetCarts({ sql, now, resources }: OrdersContext): Promise<void> {
  const before = (days: number) => new Date(now().getTime() - days * dayMs)
  await deleteCarts(before(keptDays), atOnce, sql)
  await forgetFormerPrices(before(keptDays), atOnce, sql)
  const until = before(keptDaysOfStrangers)
  const from = resources.forgottenCarts.until ?? before(keptDays)
  const deleted = await deleteGuestCarts(from, until, atOnce, sql)
  if (deleted < atOnce) resources.forgottenCarts.until = until
}
