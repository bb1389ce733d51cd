// What the tests of the NATS transport share.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NatsOptions, nats } from '../../local/brokers/nats.ts'
import { serverBuses } from './buses.ts'

export const isNatsChosen = serverBuses.some(({ name }) => name === nats.name)
export const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
export const startNats = (options: Partial<NatsOptions> = {}) =>
  nats.start({ folder: mkdtempSync(join(tmpdir(), 'souk-nats-')), ...options })
