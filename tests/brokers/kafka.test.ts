// The Kafka transport on a real broker: the suite that all transports pass. kafka-only.test.ts has what is particular to Kafka.
import { openTransport } from '@souk/messaging'
import { transportSuite } from '@souk/messaging/transports/conformance-suite'
import { isKafkaChosen, log, startKafka } from './kafka-fixture.ts'

if (isKafkaChosen)
  transportSuite('kafka', async () => {
    const server = await startKafka()
    const { url } = server
    return { url, broker: server, open: (groups) => openTransport({ url, log, groups }), end: () => server.stop() }
  })
