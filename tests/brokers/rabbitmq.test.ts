// The RabbitMQ transport on a real server: the suite that all transports pass. rabbitmq-only.test.ts has what is particular to RabbitMQ.
import { openTransport } from '@souk/messaging'
import { transportSuite } from '@souk/messaging/transports/conformance-suite'
import { isRabbitChosen, log, startRabbit } from './rabbitmq-fixture.ts'

if (isRabbitChosen)
  transportSuite('rabbitmq', async () => {
    const server = await startRabbit()
    const { url } = server
    return { url, broker: server, open: (groups) => openTransport({ url, log, groups }), end: () => server.stop() }
  })
