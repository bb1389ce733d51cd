// For tests of messages: a database with the tables of messages, as a service has them.
import { migrate } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { openDatabase } from './database.ts'
import { messagingMigrations } from './migrations.ts'

/** A new database, opened as the inventory service would; `drop` closes and drops it. */
export async function openTestDatabase() {
  const url = await createDatabase()
  const database = openDatabase({ url, service: 'inventory' })
  await migrate(database, [messagingMigrations])
  return {
    url,
    database,
    async drop() {
      await database.close()
      await dropDatabase(url)
    },
  }
}
