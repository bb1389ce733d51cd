// A NATS server with JetStream, as it is installed on this machine.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type BrokerKind,
  type BrokerOptions,
  findProgram,
  freePort,
  launch,
  sendsAnything,
  startBroker,
} from './broker.ts'

export interface NatsOptions extends BrokerOptions {
  /** Lines for its configuration: https://docs.nats.io/running-a-nats-service/configuration */
  configuration?: string
  /** False for a server without JetStream. */
  hasJetStream?: boolean
  /** Where its monitoring answers; by default it has none. */
  monitorPort?: number
}

/** The server's program: NATS_SERVER, or the one that is installed. */
const findServer = () => process.env.NATS_SERVER || findProgram('nats-server')

export const nats: BrokerKind<NatsOptions> = {
  name: 'nats',
  async missing() {
    if (findServer()) return undefined
    return 'Install NATS (apt-get install nats-server, or go install github.com/nats-io/nats-server/v2@latest), or set NATS_SERVER to the path of its program.'
  },
  async start({ folder, port: wanted, configuration = '', hasJetStream = true, monitorPort }) {
    const program = findServer()
    if (!program) throw new Error(await nats.missing())
    const port = wanted ?? (await freePort())
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'nats.conf')
    const lines = [
      `listen: "127.0.0.1:${port}"`,
      ...(hasJetStream ? [`jetstream { store_dir: ${JSON.stringify(join(folder, 'data'))} }`] : []),
      ...(monitorPort === undefined ? [] : [`http: "127.0.0.1:${monitorPort}"`]),
      configuration,
    ]
    writeFileSync(file, lines.join('\n'), { mode: 0o600 })
    const begin = () =>
      launch(program, ['-c', file], {
        log: join(folder, 'nats.log'), // It sends a line about itself to whoever connects, in plain text also before TLS.
        answers: () => sendsAnything(port),
        seconds: 60,
      })
    return startBroker({ name: 'nats', url: `nats://127.0.0.1:${port}`, folder }, begin)
  },
}
