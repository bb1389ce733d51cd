// The suite, for each transport.
import { createDatabase, dropDatabase } from './test-database.ts'
import { memoryTransport } from './transport-memory.ts'
import { postgresTransport } from './transport-postgres.ts'
import { transportSuite } from './transport-suite.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

transportSuite('memory', async () => {
  const transport = memoryTransport()
  return { isShared: false, open: async () => transport, end: async () => undefined }
})

transportSuite('postgres', async () => {
  const url = await createDatabase()
  return { isShared: true, open: () => postgresTransport({ url, log: quiet }), end: () => dropDatabase(url) }
})
