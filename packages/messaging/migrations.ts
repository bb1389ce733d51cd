// The migrations of the message tables (outbox, inbox, dead letters), which every service's database has.
import { join } from 'node:path'
import type { MigrationFolder } from '@souk/postgres'

export const messagingMigrations: MigrationFolder = {
  component: 'messaging',
  folder: join(import.meta.dirname, 'migrations'),
}

/** Message tables whose rows are never changed: what was published, and what was handled. Old days are dropped by their owner. */
export const insertOnlyMessageTables: readonly string[] = ['outbox_sent', 'inbox']
