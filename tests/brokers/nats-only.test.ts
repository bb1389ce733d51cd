// The particulars of NATS, on a real server: its stream and bucket, its users, and what may happen to them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { openTransport, type Transport, WrongBroker } from '@souk/messaging'
import { collect, ids, messages, publishAll, until, unused } from '@souk/messaging/transports/conformance/bench'
import type { BrokerServer } from '../../local/brokers/broker.ts'
import { isNatsChosen, log, startNats } from './nats-fixture.ts'

describe('only on NATS', { skip: !isNatsChosen }, () => {
  /** One server for the cases below; each has a name of its own on it. */
  let server: BrokerServer
  before(async () => {
    server = await startNats()
  })
  after(() => server.stop())

  async function administer<T>(work: (jsm: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: server.url.slice('nats://'.length) })
    try {
      return await work(await jetstreamManager(connection))
    } finally {
      await connection.close()
    }
  }
  async function withTransport(work: (transport: Transport, name: string) => Promise<void>): Promise<void> {
    const name = unused('shop')
    const transport = await openTransport({ url: `${server.url}?name=${name}`, log })
    try {
      await work(transport, name)
    } finally {
      await transport.close()
    }
  }

  test('a stream with other settings than needed is refused, and each difference is named with what mends it', async () => {
    await administer((jsm) =>
      jsm.streams.add({
        name: 'other',
        subjects: ['other.orders.*'],
        retention: RetentionPolicy.Workqueue,
        storage: StorageType.Memory,
        discard: DiscardPolicy.Old,
        max_age: 3_600_000_000_000,
        max_msgs: 10,
        max_msgs_per_subject: 5,
        max_msg_size: 1_000,
      }),
    )
    await assert.rejects(openTransport({ url: `${server.url}?name=other`, log }), (error: Error) => {
      assert.ok(error instanceof WrongBroker)
      for (const words of [
        'its subjects are other.orders.*, not other.> (nats stream edit other --subjects "other.>")',
        'its retention is workqueue, not limits',
        'its storage is memory, not file',
        'it discards old messages when it is full, not new ones (nats stream edit other --discard new)',
        'not for 7 (nats stream edit other --max-age 7d)',
        'it keeps 10 messages at most',
        'it keeps 5 messages of a type at most',
        'it takes messages of 1000 bytes at most',
      ])
        assert.ok(error.message.includes(words), `${words}: ${error.message}`)
      return true
    })
  })

  test('a replica too many is refused, and so are subjects that belong to another stream', async () => {
    await assert.rejects(openTransport({ url: `${server.url}?name=alone&replicas=3`, log }), WrongBroker)
    await administer((jsm) => jsm.streams.add({ name: 'foreign', subjects: ['taken.>'] }))
    await assert.rejects(openTransport({ url: `${server.url}?name=taken`, log }), WrongBroker)
  })

  test('a server without JetStream, or with a payload too small, is refused with the setting that mends it', async () => {
    const plain = await startNats({ hasJetStream: false })
    await assert.rejects(openTransport({ url: plain.url, log }), /without JetStream\. Start it with -js/)
    await plain.stop()
    const small = await startNats({ configuration: 'max_payload: 65536' })
    await assert.rejects(openTransport({ url: small.url, log }), /Set max_payload: \d+ or more/)
    await small.stop()
  })

  test('wrong credentials are told at once, and right ones are used', async () => {
    const closed = await startNats({ configuration: 'authorization { user: souk, password: "s3:cret" }' })
    const as = (login: string) => closed.url.replace('//', `//${login}`)
    for (const url of [closed.url, as('souk:wrong@'), as('token@')])
      await assert.rejects(openTransport({ url, log }), /refuses the credentials in BUS_URL/)
    await (await openTransport({ url: as('souk:s3%3Acret@'), log })).close()
    await closed.stop()
  })

  test('a TLS connection needs a certificate of the authority that is named, and both sides may show one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'souk-certificates-'))
    const [ca, other] = [makeAuthority(folder, 'ca'), makeAuthority(folder, 'other')]
    const own = makeCertificate(folder, 'server', ca)
    const client = makeCertificate(folder, 'client', ca)
    const files = `cert_file: "${own.certificate}", key_file: "${own.key}", ca_file: "${ca.certificate}"`
    const secure = await startNats({ configuration: `tls { ${files}, verify: true }` })
    const url = secure.url.replace('nats:', 'tls:')
    await (await openTransport({ url, log, tls: { ca: ca.certificate, ...client } })).close()
    await assert.rejects(
      openTransport({ url, log, tls: { ca: other.certificate, ...client } }),
      /TLS.*Check BUS_TLS_CA/,
    )
    await assert.rejects(openTransport({ url, log, tls: { ca: join(folder, 'none.pem') } }), /TLS.*none\.pem/)
    await assert.rejects(openTransport({ url: server.url.replace('nats:', 'tls:'), log }), /speaks no TLS/)
    await secure.stop()
  })

  test('what is durable is said with the setting that would make it more so', async () => {
    await withTransport(async (transport) => {
      assert.equal(transport.durability, 'process-crash')
      assert.match(transport.durabilityReason, /sync_interval: always/)
    })
  })

  test('a stream that was deleted under a running shop is made anew, and nothing that is published then is lost', async () => {
    await withTransport(async (transport, name) => {
      const reader = await collect(transport, unused('group'))
      const first = messages(5)
      await publishAll(transport, first)
      await until(() => reader.has(first))
      await administer((jsm) => jsm.streams.delete(name))
      const later = messages(5)
      await publishAll(transport, later)
      await until(() => reader.has(later), 60)
      await administer((jsm) => jsm.streams.delete(`KV_${name}_groups`))
      const last = messages(5)
      await publishAll(transport, last)
      await until(() => reader.has(last), 60)
      await reader.close()
    })
  })

  test('a stream that was purged goes on with what comes, and the group says how much it lost', async () => {
    const said: object[] = []
    const name = unused('shop')
    const noisy = { ...log, error: (fields: object) => void said.push(fields) }
    const transport = await openTransport({ url: `${server.url}?name=${name}`, log: noisy })
    const group = unused('group')
    await (await collect(transport, group)).close()
    await publishAll(transport, messages(4))
    await administer((jsm) => jsm.streams.purge(name))
    const later = messages(2)
    await publishAll(transport, later)
    const reader = await collect(transport, group)
    await until(() => reader.has(later))
    assert.deepEqual(ids(reader.seen), ids(later))
    assert.deepEqual(said, [{ group, lost: 4 }])
    await transport.close()
  })

  test('a server that was wiped under running members serves them again', async () => {
    const own = await startNats()
    const transport = await openTransport({ url: own.url, log })
    const reader = await collect(transport, unused('group'))
    const first = messages(20)
    await publishAll(transport, first)
    await until(() => reader.has(first))
    await own.wipe()
    const later = messages(5)
    await publishAll(transport, later)
    await until(() => reader.has(later), 60)
    await transport.close()
    await own.stop()
  })

  test('a URL that nobody can use is refused before a connection', async () => {
    for (const [end, words] of [
      ['?nmae=x', /not nmae/],
      ['?name=a.b', /name/],
      ['?replicas=2', /replicas/],
      ['?gigabytes=no', /gigabytes/],
    ] as const)
      await assert.rejects(openTransport({ url: `nats://127.0.0.1:1${end}`, log }), words)
  })

  test('a redelivery on purpose is no duplicate: what is published again minutes or seconds later arrives again', async () => {
    await withTransport(async (transport) => {
      const sent = messages(1)
      await publishAll(transport, sent)
      const late = await collect(transport, unused('group'))
      await publishAll(transport, sent)
      await until(() => late.has(sent))
      await late.close()
    })
  })

  interface Pair {
    certificate: string
    key: string
  }
  function makeAuthority(folder: string, name: string): Pair {
    const pair = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      pair.key,
      '-out',
      pair.certificate,
    )
    return pair
  }
  function makeCertificate(folder: string, name: string, authority: Pair): Pair {
    const pair = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
    const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)]
    writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n')
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      pair.key,
      '-out',
      request,
    )
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-days',
      '2',
      '-CA',
      authority.certificate,
      '-CAkey',
      authority.key,
      '-set_serial',
      String(BigInt(`0x${randomUUIDv7().replaceAll('-', '')}`)),
      '-extfile',
      extensions,
      '-out',
      pair.certificate,
    )
    return pair
  }
  function openssl(...words: string[]): void {
    execFileSync('openssl', words, { stdio: 'pipe' })
  }
})
