// Reads an amqp:// URL: which servers, which exchange and queues, and how to log in.
import { readFileSync } from 'node:fs'
import type { Options, SocketOptions } from 'amqplib'
import type { TlsFiles, TransportOptions } from './transport.ts'

export interface RabbitSettings {
  /** The exchange, and the first part of the names of queues. */
  name: string
  queueType: 'classic' | 'quorum'
  /** The management plugin, with credentials. */
  management?: URL
  user: string
  vhost: string
  hosts: readonly Host[]
  /** What a connection to one of the hosts is opened with. The files of certificates are read anew each time. */
  connectionTo(host: Host): [Options.Connect, SocketOptions]
}

export interface Host {
  hostname: string
  port: number
}

const parameters = ['name', 'queue', 'hosts', 'management']
const connectMs = 10_000
/** After two of them without a sign of life, a connection counts as lost. */
const heartbeatSeconds = 10

/**
 * Reads `amqp://user:password@host:5672/vhost?name=souk&queue=quorum&hosts=host2:5672,host3:5672&management=http://user:password@host:15672`,
 * or `amqps://` for TLS. Throws for what it does not understand.
 */
export function rabbitSettings({ url, tls = {} }: Pick<TransportOptions, 'url' | 'tls'>): RabbitSettings {
  const parts = URL.canParse(url) ? new URL(url) : undefined
  if (!parts?.hostname) throw new Error('A URL of RabbitMQ looks like amqp://user:password@host:5672/vhost?name=souk.')
  const search = parts.searchParams
  for (const key of search.keys()) if (!parameters.includes(key)) throw new Error(`A URL of RabbitMQ has no ${key}.`)
  const isTls = parts.protocol === 'amqps:'
  if (!isTls && (tls.ca || tls.certificate || tls.key))
    throw new Error('Certificates are set for RabbitMQ, but its URL is without TLS; use amqps://.')
  const name = search.get('name') ?? 'souk'
  if (!/^[\w.-]{1,100}$/.test(name)) throw new Error(`${name} cannot be the name of an exchange.`)
  const management = search.get('management') ?? undefined
  if (management !== undefined && !/^https?:/.test(management))
    throw new Error('management= is the URL of the management plugin: http://user:password@host:15672.')
  const user = decodeURIComponent(parts.username) || 'guest'
  const password = parts.username ? decodeURIComponent(parts.password) : 'guest'
  const vhost = decodeURIComponent(parts.pathname.slice(1)) || '/'
  const furtherHosts = (search.get('hosts') ?? '').split(',').filter(Boolean)
  return {
    name,
    queueType: queueTypeIn(search),
    ...(management === undefined ? {} : { management: new URL(management) }),
    user,
    vhost,
    hosts: [parts.host, ...furtherHosts].map((host) => hostAndPort(host, isTls ? 5671 : 5672)),
    connectionTo: ({ hostname, port }) => [
      {
        protocol: isTls ? 'amqps' : 'amqp',
        hostname,
        port,
        username: user,
        password,
        vhost: encodeURIComponent(vhost), // The library decodes it.
        heartbeat: heartbeatSeconds,
      },
      { noDelay: true, timeout: connectMs, clientProperties: { connection_name: name }, ...contents(tls) },
    ],
  }
}

function queueTypeIn(search: URLSearchParams): RabbitSettings['queueType'] {
  const type = search.get('queue') ?? 'classic'
  if (type !== 'classic' && type !== 'quorum') throw new Error(`queue=${type} is not one of classic, quorum.`)
  return type
}

function hostAndPort(text: string, defaultPort: number): Host {
  const [, host, port = defaultPort] = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(text.trim()) ?? []
  if (!host || Number(port) > 65_535) throw new Error(`A URL of RabbitMQ names a server as host:port, not as ${text}.`)
  return { hostname: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function contents({ ca, certificate, key }: TlsFiles): Pick<SocketOptions, 'ca' | 'cert' | 'key'> {
  const read = (file: string | undefined) => (file ? readFileSync(file) : undefined)
  return { ca: read(ca), cert: read(certificate), key: read(key) }
}
