// Opens the databases of the services for reading only.
import { openDatabase, type Sql } from '@souk/postgres'

/** A check of a large shop may take this long; the five seconds of the services would end it. */
const statementMinutes = 10

/**
 * Opens the databases by service; without a connection string a service is left out. Each has one connection, which cannot
 * change anything. Close them after use.
 */
export async function openDatabases(databases: Readonly<Record<string, string | undefined>>) {
  const closers: (() => Promise<unknown>)[] = []
  const opened = new Map<string, Sql>()
  const close = async () => void (await Promise.all(closers.map((one) => one())))
  try {
    for (const [service, url] of Object.entries(databases)) {
      if (!url) continue
      const database = openDatabase({ url, name: 'verify', connections: 1 })
      closers.push(() => database.close())
      const connection = await database.connect()
      closers.unshift(() => connection.close())
      await connection.sql`
        select set_config('statement_timeout', ${`${statementMinutes}min`}, false),
          set_config('transaction_timeout', '0', false),
          set_config('lock_timeout', '10s', false),
          set_config('default_transaction_read_only', 'on', false)`
      opened.set(service, connection.sql)
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    has: (service: string) => opened.has(service),
    sql: (service: string) => opened.get(service) as Sql, // Checks ask only for services that `has` knows.
    close,
  }
}
