// The message brokers that can be started here when they are installed.
import type { BrokerKind } from './broker.ts'
import { kafka } from './kafka.ts'
import { nats } from './nats.ts'
import { rabbitmq } from './rabbitmq.ts'

export const brokers: readonly BrokerKind[] = [nats, rabbitmq, kafka]
