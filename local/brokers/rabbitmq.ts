// A RabbitMQ server, as Debian's package installs it.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemEnvironment } from '../system-environment.ts'
import {
  type BrokerKind,
  type BrokerOptions,
  type BrokerServer,
  freePort,
  launch,
  sendsAnything,
  startBroker,
} from './broker.ts'

export interface RabbitOptions extends BrokerOptions {
  /** Lines for its configuration: https://www.rabbitmq.com/docs/configure */
  configuration?: string[]
  /** Plugins to enable, such as `rabbitmq_management`. */
  plugins?: string[]
}

export interface RabbitServer extends BrokerServer {
  /** Runs `rabbitmqctl` with these words and returns what it says. */
  control(...words: string[]): Promise<string>
}

/** The package's programs in /usr/sbin are wrappers that change the user; these run as who starts them. */
const programs = process.env.RABBITMQ_BIN || '/usr/lib/rabbitmq/bin'
const node = 'rabbit@localhost'
const controlSeconds = 60

export interface RabbitKind extends BrokerKind<RabbitOptions> {
  start(options: RabbitOptions): Promise<RabbitServer>
}

export const rabbitmq: RabbitKind = {
  name: 'rabbitmq',
  async missing() {
    if (existsSync(join(programs, 'rabbitmq-server'))) return undefined
    return 'Install RabbitMQ (apt-get install rabbitmq-server), or set RABBITMQ_BIN to the folder of its program rabbitmq-server.'
  },
  async start(options) {
    const missing = await rabbitmq.missing()
    if (missing) throw new Error(missing)
    const { folder, configuration = [], plugins = [] } = options
    const port = options.port ?? (await freePort())
    const nodePort = await freePort()
    mkdirSync(folder, { recursive: true })
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 })
    write('rabbitmq.conf', [`listeners.tcp.1 = 127.0.0.1:${port}`, ...configuration, ''].join('\n'))
    write('enabled_plugins', `[${plugins.join(', ')}].`)
    const begin = () =>
      launch(join(programs, 'rabbitmq-server'), [], {
        log: join(folder, 'rabbitmq.log'),
        env: serverEnvironment(folder, nodePort),
        answers: () => sendsAnything(port, protocolHeader),
      })
    const url = `amqp://127.0.0.1:${port}`
    return {
      ...(await startBroker({ name: 'rabbitmq', url, folder }, begin)),
      async control(...words) {
        const env = { ...systemEnvironment(process.env), ...controlEnvironment(folder, nodePort) }
        const limits = { env, timeout: controlSeconds * 1000 }
        const { stdout } = await promisify(execFile)(
          join(programs, 'rabbitmqctl'),
          ['-q', '-n', node, ...words],
          limits,
        )
        return stdout
      },
    }
  },
}

/**
 * Erlang's daemon epmd would stay behind, and starting it takes half of the time of a start (7 s with it, 3.5 s without). Server and tools
 * know the port of the node instead. The server starts the daemon anew each minute by a program that reads ERL_AFLAGS; it fails silently.
 */
function withoutEpmd(folder: string): Record<string, string> {
  return { HOME: folder, ERL_AFLAGS: '-start_epmd false', ERL_CRASH_DUMP_SECONDS: '0' }
}

function serverEnvironment(folder: string, nodePort: number): Record<string, string> {
  return {
    ...withoutEpmd(folder),
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(nodePort),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_LOGS: '-',
    // The script becomes the server, instead of waiting for it as a parent.
    RUNNING_UNDER_SYSTEMD: 'true',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-sname ${node} -erl_epmd_port ${nodePort} -kernel inet_dist_use_interface {127,0,0,1}`,
  }
}

function controlEnvironment(folder: string, nodePort: number): Record<string, string> {
  return { ...withoutEpmd(folder), RABBITMQ_CTL_ERL_ARGS: `-erl_epmd_port ${nodePort} -dist_listen false` }
}

/** The server greets whoever names the protocol: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, section 2.2.4. */
const protocolHeader = Buffer.from('AMQP\0\0\x09\x01', 'latin1')
