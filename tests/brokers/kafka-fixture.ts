// What the tests of the Kafka transport share.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaOptions, kafka } from '../../local/brokers/kafka.ts'

/** `npm run test:brokers` names the brokers to test; without it, a file was asked for by name. */
export const isKafkaChosen = (process.env.SOUK_TEST_BROKERS ?? 'kafka').split(',').includes('kafka')
export const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
export const newFolder = () => mkdtempSync(join(tmpdir(), 'souk-kafka-'))
export const startKafka = (options: Partial<KafkaOptions> = {}) => kafka.start({ folder: newFolder(), ...options })
