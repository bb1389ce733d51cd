// The NATS transport on a real server: the suite that all transports pass. nats-only.test.ts has what is particular to NATS.
import { openTransport } from '@souk/messaging'
import { transportSuite } from '@souk/messaging/transports/conformance-suite'
import { isNatsChosen, log, startNats } from './nats-fixture.ts'

if (isNatsChosen)
  transportSuite('nats', async () => {
    const server = await startNats()
    const { url } = server
    return { url, broker: server, open: (groups) => openTransport({ url, log, groups }), end: () => server.stop() }
  })
