// RabbitMQ servers for the tests in this folder, in throw-away folders.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@souk/messaging'
import { type RabbitOptions, type RabbitServer, rabbitmq } from '../../local/brokers/rabbitmq.ts'
import { serverBuses } from './buses.ts'

/** Whether `npm run test:brokers` shall try RabbitMQ. */
export const isRabbitChosen = serverBuses.some(({ name }) => name === rabbitmq.name)

/** Logs nothing. */
export const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

export const newFolder = () => mkdtempSync(join(tmpdir(), 'souk-rabbitmq-'))

export function startRabbit(options: Omit<RabbitOptions, 'folder'> = {}): Promise<RabbitServer> {
  return rabbitmq.start({ ...options, folder: newFolder() })
}
