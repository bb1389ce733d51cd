// The migrations of the message tables (outbox, inbox, dead letters), which every service's database has.
import { join } from 'node:path'
import type { MigrationFolder } from '@souk/postgres'

export const messagingMigrations: MigrationFolder = {
  component: 'messaging',
  folder: join(import.meta.dirname, 'migrations'),
}
