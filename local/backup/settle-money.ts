// After a restore: what the payment provider has done and the restored databases do not know. Runs while the shop is closed.
import { join } from 'node:path'
import { openDatabase } from '@souk/messaging'
import { makeLog } from '@souk/service'
import { type FoundMoney, importPayments, type OrdersToAsk } from '../../services/payments/payment/import-payments.ts'
import { startSimulator } from '../../services/payments/providers/simulator/simulator.ts'
import type { Machine } from '../machine.ts'

/** Calls and clocks differ, and operations were under way. */
const marginMs = 3_600_000

/** Imports what can be imported. `consistentAt`: the restored instant. Throws when the journal cannot be read. */
export async function settleMoney(
  { databases, env, dataFolder }: Pick<Machine, 'databases' | 'env' | 'dataFolder'>,
  { consistentAt, givesBackLost }: { consistentAt: string; givesBackLost: boolean },
): Promise<FoundMoney[]> {
  const log = makeLog({ level: 'error' })
  const [payments, orders] = ['payments', 'orders'].map((name) =>
    openDatabase({ url: databases[name] as string, service: name, connections: 2, sharedConnections: 1 }),
  ) as [ReturnType<typeof openDatabase>, ReturnType<typeof openDatabase>]
  // Nobody listens to its webhooks now; what they would tell is in the reports.
  const simulator = await startSimulator({
    folder: env.PAYMENTS_SIMULATOR_FOLDER ?? join(dataFolder, 'simulator'),
    // Its webhooks reach nobody, so no signature counts.
    secret: env.PAYMENTS_SIMULATOR_SECRET ?? 'none',
    webhookUrl: 'http://127.0.0.1:9',
    publicUrl: 'http://localhost',
    log,
  })
  simulator.switch({ webhooks: 'lost' })
  try {
    return await importPayments({
      database: payments,
      name: 'simulator',
      provider: simulator,
      since: new Date(Date.parse(consistentAt) - marginMs),
      now: new Date(),
      orders: ordersIn(orders),
      givesBackLost,
    })
  } finally {
    await simulator.close()
    await payments.close()
    await orders.close()
  }
}

function ordersIn({ sql }: ReturnType<typeof openDatabase>): OrdersToAsk {
  return {
    async known(orderIds) {
      const rows = await sql<{ id: string }>`select id from orders where id = any(${orderIds}::uuid[])`
      return new Set(rows.map((row) => row.id))
    },
    refunds: async (orderId) => sql<{ id: string; amount: number }>`
      select id, amount
      from refund
      where order_id = ${orderId} and status <> 'failed' and amount > 0
      order by created_at`,
  }
}
