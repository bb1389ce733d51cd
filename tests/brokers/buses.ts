// The message brokers that the tests in this folder run on: those that SOUK_TEST_BROKERS names (`npm run test:brokers` sets it), started
// for the test from what is installed here.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokers } from '../../local/brokers/all-brokers.ts'
import type { BrokerServer } from '../../local/brokers/broker.ts'
import { embedded } from '../../local/test-brokers.ts'

export interface TestBus {
  readonly name: string
  /** Starts the broker. Undefined: the embedded one, which a shop brings along. */
  start(): Promise<BrokerServer | undefined>
}

const wanted = (process.env.SOUK_TEST_BROKERS ?? '').split(',').filter(Boolean)

/** The brokers that are servers of their own. */
export const serverBuses = brokers
  .filter(({ name }) => wanted.includes(name))
  .map((broker) => ({
    name: broker.name,
    start: () => broker.start({ folder: mkdtempSync(join(tmpdir(), `souk-${broker.name}-`)) }),
  }))

/** All of them; the embedded one has the name of its database. */
export const buses: TestBus[] = [
  ...(wanted.includes(embedded) ? [{ name: embedded, start: async () => undefined }] : []),
  ...serverBuses,
]
