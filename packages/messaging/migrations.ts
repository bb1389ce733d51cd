// Where the tables of messages are declared: every service's database has them.
import { join } from 'node:path'
import type { MigrationFolder } from '@souk/postgres'

export const messagingMigrations: MigrationFolder = {
  component: 'messaging',
  folder: join(import.meta.dirname, 'migrations'),
}
