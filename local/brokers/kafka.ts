// A Kafka broker that is its own controller (KRaft), as it is installed on this machine: a folder with Kafka's jars, and Java 17 or later.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemEnvironment } from '../system-environment.ts'
import {
  type BrokerKind,
  type BrokerOptions,
  findProgram,
  freePort,
  launch,
  sendsAnything,
  startBroker,
} from './broker.ts'

export interface KafkaOptions extends BrokerOptions {
  /** Further lines of its configuration: https://kafka.apache.org/documentation/#brokerconfigs */
  settings?: Record<string, string>
  /** A second listener, for clients that must log in or use TLS. */
  secured?: { port: number; protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL' }
  /** Words for the program that makes the data folder, such as `--add-scram`. */
  format?: string[]
}

/** For a few thousand messages: the heap is small, and the compiler and garbage collector are those that start fast. */
const javaFlags = ['-Xms96m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']
const formatSeconds = 60

const findJava = () => {
  const home = process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin', 'java')
  return home && existsSync(home) ? home : findProgram('java')
}
const findJars = () => {
  const folder = join(process.env.KAFKA_HOME ?? '', 'libs')
  const isThere =
    process.env.KAFKA_HOME && existsSync(folder) && readdirSync(folder).some((one) => /^kafka_.*\.jar$/.test(one))
  return isThere ? folder : undefined
}

export const kafka: BrokerKind<KafkaOptions> = {
  name: 'kafka',
  async missing() {
    const needed = [
      ...(findJava() ? [] : ['install Java 17 or later (apt-get install default-jre-headless)']),
      ...(findJars()
        ? []
        : ['unpack a release of Kafka 4 and set KAFKA_HOME to its folder, which contains libs/kafka_2.13-….jar']),
    ]
    return needed.length > 0 ? `For Kafka, ${needed.join(', and ')}.` : undefined
  },
  async start(options) {
    const [java, jars] = [findJava(), findJars()]
    if (!java || !jars) throw new Error(await kafka.missing())
    const { folder } = options
    const port = options.port ?? (await freePort())
    const data = join(folder, 'data')
    const file = join(folder, 'server.properties')
    mkdirSync(folder, { recursive: true })
    const properties = propertiesOf(options, data, port, await freePort())
    writeFileSync(
      file,
      Object.entries(properties)
        .map((pair) => pair.join('='))
        .join('\n'),
      { mode: 0o600 },
    )
    const program = (name: string, words: string[]) => [...javaFlags, '-cp', join(jars, '*'), name, ...words]

    async function begin() {
      if (!existsSync(join(data, 'meta.properties'))) {
        const id = randomBytes(16).toString('base64url')
        const words = ['format', '--standalone', '-t', id, '-c', file, ...(options.format ?? [])]
        await promisify(execFile)(java as string, program('kafka.tools.StorageTool', words), {
          env: systemEnvironment(process.env),
          timeout: formatSeconds * 1000,
        })
      }
      return launch(java as string, program('kafka.Kafka', [file]), {
        log: join(folder, 'kafka.log'),
        answers: () => sendsAnything(port, apiVersions),
      })
    }
    return startBroker({ name: 'kafka', url: `kafka://127.0.0.1:${port}`, folder }, begin)
  },
}

function propertiesOf(
  { settings = {}, secured }: KafkaOptions,
  data: string,
  port: number,
  controllerPort: number,
): Record<string, string> {
  const single = Object.fromEntries(
    ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'].flatMap((topic) => [
      [`${topic}.replication.factor`, '1'],
      [`${topic}.num.partitions`, '1'],
      ...(topic === 'offsets.topic' ? [] : [[`${topic}.min.isr`, '1']]),
    ]),
  )
  const listeners = [
    `PLAINTEXT://127.0.0.1:${port}`,
    `CONTROLLER://127.0.0.1:${controllerPort}`,
    ...(secured ? [`SECURED://localhost:${secured.port}`] : []),
  ].join(',')
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:${secured?.protocol ?? 'SSL'}`,
    'log.dirs': data,
    ...single,
    // The first member of a group need not wait for others, and a killed broker may come back before it counts as gone.
    'group.initial.rebalance.delay.ms': '0',
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'log.cleaner.dedupe.buffer.size': '4194304',
    ...settings,
  }
}

/** Asks which requests the broker knows (ApiVersions, version 0, without a client's name), which it answers as soon as it serves clients. */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])
