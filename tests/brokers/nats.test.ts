// The NATS transport on a real server: the conformance suite, and what is particular to NATS.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTransport } from '@souk/messaging'
import { transportSuite } from '@souk/messaging/transports/conformance-suite'
import { nats } from '../../local/brokers/nats.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

transportSuite('nats', async () => {
  const server = await nats.start({ folder: mkdtempSync(join(tmpdir(), 'souk-nats-')) })
  return {
    url: server.url,
    open: (groups) => openTransport({ url: server.url, log, groups }),
    broker: server,
    end: () => server.stop(),
  }
})
