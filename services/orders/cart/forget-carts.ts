// Deletes carts that nobody has changed for a month. An order keeps everything that was bought.
import type { OrdersContext } from '../context.ts'
import { deleteOldCarts } from './carts-table.ts'

const keptDays = 30

export function forgetCarts({ sql, now }: OrdersContext): Promise<void> {
  return deleteOldCarts(keptDays, now(), sql)
}
