// Listens for what other processes append to the bus, and connects again when the connection is lost.
import type { Connection, Database } from '@souk/postgres'
import { appendsChannel } from './bus-log.ts'
import type { Log } from './transport.ts'

const reconnectMs = { lost: 500, failed: 2_000 }

export interface BusListener {
  /**
   * Names the connection, which ends with the process: by it, others see whether a reader is alive. Undefined while there is no
   * connection, and notifications are missed.
   */
  session(): string | undefined
  close(): Promise<void>
}

/** Calls `listener` after each append, with the name of the process that made it, and when notifications may have been missed. */
export function listenForAppends(database: Database, listener: (from?: string) => void, log: Log): BusListener {
  let stopping = false
  let session: string | undefined
  let connection: Connection | undefined
  async function connect(): Promise<void> {
    try {
      connection = await database.connect()
      connection.onEnd(() => {
        session = undefined
        if (stopping) return
        listener() // From now on, readers poll more often.
        setTimeout(connect, reconnectMs.lost)
      })
      await connection.listen(appendsChannel, listener)
      const [own] = await connection.sql<{ session: string }>`
        select pid || ' ' || backend_start as session from pg_stat_activity where pid = pg_backend_pid()`
      session = own?.session
      listener()
    } catch (error) {
      if (stopping) return
      log.warn({ error: String(error) }, 'The bus receives no notifications; it polls four times a second instead.')
      setTimeout(connect, reconnectMs.failed)
    }
  }
  const connected = connect()
  return {
    session: () => session,
    async close() {
      stopping = true
      await connected
      await connection?.close()
    },
  }
}
