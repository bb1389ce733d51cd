// Reads a kafka:// URL: which brokers, which topic, and how to log in to them.
import { readFileSync } from 'node:fs'
import type { BaseOptions } from '@platformatic/kafka'
import type { TlsFiles, TransportOptions } from './transport.ts'

export interface KafkaSettings {
  /** The topic, and the first part of the names of groups. */
  name: string
  /** Copies of each message. Undefined: three where the cluster has three brokers, otherwise one. */
  replicas?: number
  /** The brokers without credentials, for sentences. */
  brokers: string
  client: BaseOptions
}

/** A request without an answer ends its connection after this time, so it is longer than any fetch waits. */
const requestMs = 8_000
const connectMs = 3_000
const mechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN'] as const
const parameters = ['name', 'replicas', 'sasl']

/**
 * Reads `kafka://[user:password@]host[:port][,host[:port]]?name=souk&replicas=3&sasl=scram-sha-512`, or `kafkas://` for TLS. Throws for
 * what it does not understand.
 */
export function kafkaSettings({ url, tls = {} }: Pick<TransportOptions, 'url' | 'tls'>): KafkaSettings {
  const parts = /^(kafkas?):\/\/(?:([^:@/]*):([^@/]*)@)?([^@/?]+)\/?(?:\?(.*))?$/.exec(url)
  if (!parts) throw new Error('A URL of Kafka looks like kafka://user:password@host:9092,host:9092?name=souk.')
  const [, scheme, user, password, hosts = '', query = ''] = parts
  const search = new URLSearchParams(query)
  for (const key of search.keys()) if (!parameters.includes(key)) throw new Error(`A URL of Kafka has no ${key}.`)
  const name = search.get('name') ?? 'souk'
  if (!/^[\w.-]{1,200}$/.test(name)) throw new Error(`${name} cannot be the name of a topic.`)
  const bootstrapBrokers = hosts.split(',').map(hostAndPort)
  return {
    name,
    replicas: replicasIn(search),
    brokers: hosts,
    client: {
      clientId: name,
      bootstrapBrokers,
      connectTimeout: connectMs,
      requestTimeout: requestMs,
      // The transport tries again by itself, because only it knows what may be sent again, and in which order.
      retries: 0,
      autocreateTopics: false,
      ...(user === undefined ? {} : { sasl: credentials(user, password, search.get('sasl')) }),
      ...(scheme === 'kafkas' ? { tls: contents(tls), tlsServerName: bootstrapBrokers.every(isNamed) } : {}),
    },
  }
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, host, port = '9092'] = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(text.trim()) ?? []
  if (!host || Number(port) > 65_535) throw new Error(`A URL of Kafka names a broker as host:port, not as ${text}.`)
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/** A TLS client names the broker that it wants, which an address cannot be. */
function isNamed({ host }: { host: string }): boolean {
  return !/^[\d.]+$|:/.test(host)
}

function replicasIn(search: URLSearchParams): number | undefined {
  const text = search.get('replicas')
  if (text === null) return undefined
  if (!/^[1-9]$/.test(text)) throw new Error(`replicas=${text} is not a number from 1 to 9.`)
  return Number(text)
}

function credentials(user: string, password = '', sasl: string | null): BaseOptions['sasl'] {
  const wanted = (sasl ?? 'SCRAM-SHA-512').toUpperCase()
  const mechanism = mechanisms.find((one) => one === wanted)
  if (!mechanism) throw new Error(`sasl=${sasl} is not one of ${mechanisms.join(', ').toLowerCase()}.`)
  return { mechanism, username: decodeURIComponent(user), password: decodeURIComponent(password) }
}

/** The files are read for each connection, so that new certificates need no restart. */
function contents({ ca, certificate, key }: TlsFiles): BaseOptions['tls'] {
  return {
    get ca() {
      return ca === undefined ? undefined : readFileSync(ca)
    },
    get cert() {
      return certificate === undefined ? undefined : readFileSync(certificate)
    },
    get key() {
      return key === undefined ? undefined : readFileSync(key)
    },
  }
}
